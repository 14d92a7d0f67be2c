"""DER of what signatures and their keys need: a pair of numbers, and PEM around a key (X.690 §8, RFC 7468)."""

import base64


def encode_pair(r: int, s: int) -> bytes:
    """SEQUENCE of two INTEGERs, neither of them negative."""
    body = b"".join(_integer(n) for n in (r, s))
    return b"\x30" + _length(len(body)) + body


def decode_pair(data: bytes) -> tuple[int, int]:
    """The two numbers, from their only encoding.

    Raises:
        ValueError: for any other bytes.
    """
    numbers: list[int] = []
    rest = data[2 + max(data[1] - 0x80, 0) :] if len(data) > 1 else b""
    while len(numbers) < 2 and len(rest) > 1:
        end = 2 + rest[1]  # a number longer than 127 bytes is none of a signature
        numbers.append(int.from_bytes(rest[2:end], "big"))
        rest = rest[end:]
    if len(numbers) != 2 or encode_pair(*numbers) != data:  # written again, it must be the same bytes
        raise ValueError("not the DER of two numbers")
    return numbers[0], numbers[1]


def pem_of_key(der: bytes) -> bytes:
    """A SubjectPublicKeyInfo as PEM."""
    text = base64.b64encode(der).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""]).encode()


def _integer(number: int) -> bytes:
    body = number.to_bytes(number.bit_length() // 8 + 1, "big")
    return b"\x02" + _length(len(body)) + body


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    body = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(body)]) + body
