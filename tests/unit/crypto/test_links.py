"""Links and cards: only the secret opens, bound to the case; codes and passwords."""

import re

import pytest

from bequest.crypto.links import (
    inner_secret,
    lookup_of,
    names_of,
    open_card,
    open_inner,
    receipt_code,
    same,
    seal_cards,
    secret_of,
    token_of,
)
from bequest.crypto.passwords import is_password, new_totp_secret, password_digest, totp_code, totp_step

SECRET = bytes(range(16))


def test_a_card_opens_with_its_secret_in_its_case_and_nowhere_else() -> None:
    [(lookup, sealed)] = seal_cards([(SECRET, '{"a":1}', '{"b":2}', "li@example.com")], "one")
    assert lookup == lookup_of(SECRET)
    assert SECRET.hex() not in lookup
    plain = open_card(SECRET, sealed, "one")
    assert plain is not None
    assert b"li@example.com" not in plain
    assert open_card(SECRET, sealed, "two") is None
    assert open_card(SECRET[::-1], sealed, "one") is None
    for at in (0, 12, len(sealed) - 1):
        bent = bytearray(sealed)
        bent[at] ^= 1
        assert open_card(SECRET, bytes(bent), "one") is None
    assert open_card(SECRET, b"", "one") is None


def test_the_inner_part_needs_the_datum() -> None:
    import json

    [(_, sealed)] = seal_cards([(SECRET, '{"a":1}', '{"b":2}', "li@example.com")], "one")
    plain = open_card(SECRET, sealed, "one")
    assert plain is not None
    inner = json.loads(plain)["inner"]
    assert open_inner(inner_secret(SECRET, "li@example.com").hex(), inner, "one") == {"b": 2}
    assert open_inner(inner_secret(SECRET, "wang@example.com").hex(), inner, "one") is None
    assert open_inner("nonsense", inner, "one") is None


@pytest.mark.parametrize("text", ["", "zz", "0" * 31, "0" * 33, "g" * 32, "０" * 32, "../" * 10])
def test_what_cannot_be_a_link_has_no_secret(text: str) -> None:
    assert secret_of(text) is None


def test_a_link_survives_being_typed() -> None:
    assert secret_of(f" {token_of(SECRET).upper()} ") == SECRET


def test_receipt_codes_are_readable_and_differ() -> None:
    codes = {receipt_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(re.fullmatch(r"[2-9A-HJKMNP-TV-Z]{4}(-[2-9A-HJKMNP-TV-Z]{4}){2}", c) for c in codes)
    assert same("a", "a")
    assert not same("a", "b")


def test_passwords_are_salted_argon2id() -> None:
    one, two = password_digest("correct horse battery"), password_digest("correct horse battery")
    assert one != two
    assert one.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert is_password("correct horse battery", one)
    assert not is_password("correct horse batterz", one)
    assert not is_password("x", "no digest")


def test_codes_hold_for_their_step_and_the_ones_beside_it() -> None:
    secret = new_totp_secret()
    code = totp_code(secret, 3_000_000)
    step = 3_000_000 // 30
    assert [totp_step(secret, code, 3_000_000 + d) for d in (0, 30, -30)] == [step] * 3
    assert totp_step(secret, code, 3_000_000 + 90) is None
    for wrong in ("", "12345", "１２３４５６", "abcdef", "1234567"):
        assert totp_step(secret, wrong, 3_000_000) is None


def test_what_is_asked_is_found_by_the_link_and_leads_to_no_card() -> None:
    card, asker = names_of(b"s" * 16)
    assert card == lookup_of(b"s" * 16)
    assert len({card, asker, *names_of(b"t" * 16)}) == 4
    assert len(asker) == len(card) == 32
