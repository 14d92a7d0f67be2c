"""A key split among holders: so many of them together restore it, fewer learn nothing (SLIP-0039, Shamir over GF(256)).

A share is a line of English words with a checksum, to be written on paper; any SLIP-39 tool puts them together. No
passphrase is used: whoever has enough shares has the key.
"""

from collections.abc import Sequence

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics

from bequest.kernel.errors import InputError

MOST = 16
"""Holders at most (SLIP-39, member count)."""


def split_key(key: bytes, *, need: int, of: int) -> tuple[str, ...]:
    """The shares of `of` holders, of whom `need` together restore the key.

    Raises:
        InputError: where the numbers are not 2 ≤ need ≤ of ≤ 16.
    """
    if not 2 <= need <= of <= MOST:
        raise InputError(
            f"a key cannot be split so that {need} of {of} restore it",
            hint=f"At least two must come together, of at most {MOST} holders.",
        )
    [shares] = generate_mnemonics(group_threshold=1, groups=[(need, of)], master_secret=key)
    return tuple(shares)


def join_key(shares: Sequence[str]) -> bytes:
    """The key that shares restore.

    Raises:
        InputError: where they are too few or too many, damaged, or not of one key.
    """
    try:
        key: bytes = combine_mnemonics([" ".join(share.lower().split()) for share in dict.fromkeys(shares)])
        return key
    except (MnemonicError, ValueError, IndexError):
        raise InputError(
            "the shares do not restore a key: too few or too many, one is mistyped, or they are not of one key",
            hint="Give exactly as many as are needed, each whole, one a file; every word counts.",
        ) from None
