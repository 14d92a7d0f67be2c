"""ID tokens: what holds, and every way in which one does not."""

from dataclasses import replace
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from bequest.crypto.id_token import check_id_token, new_journey, proves_two_factors
from bequest.kernel.errors import VerificationError

KEY = RSAKey.generate_key(2048, {"kid": "a", "use": "sig", "alg": "RS256"})
OTHER = RSAKey.generate_key(2048, {"kid": "a"})
NOW = 1_800_000_000
GOOD: dict[str, Any] = {
    "iss": "https://id.example.com", "aud": "bequest", "sub": "u-1", "nonce": "n", "iat": NOW, "exp": NOW + 300,
    "amr": ["pwd", "mfa"],
}  # fmt: skip


def checked(claims: dict[str, Any], key: Any = KEY, alg: str = "RS256", offered: tuple[str, ...] = ("RS256",)) -> Any:
    token = jwt.encode({"alg": alg, "kid": "a"}, claims, key, algorithms=[alg])
    return check_id_token(
        token, KeySet([KEY]).as_dict(private=False), offered, issuer=GOOD["iss"], client="bequest", nonce="n",
        at_seconds=NOW,
    )  # fmt: skip


def test_a_good_token_holds() -> None:
    assert checked(GOOD)["sub"] == "u-1"
    assert checked(GOOD | {"aud": ["bequest", "other"], "azp": "bequest"})["sub"] == "u-1"


BAD = {
    "another issuer": {"iss": "https://id.example.org"},
    "another audience": {"aud": "other"},
    "several audiences, nobody named": {"aud": ["bequest", "other"]},
    "another party": {"azp": "other"},
    "another sign-in": {"nonce": "m"},
    "no nonce": {"nonce": None},
    "over": {"exp": NOW - 120},
    "no end": {"exp": None},
    "to come": {"iat": NOW + 600},
    "old": {"iat": NOW - 3600},
    "nobody": {"sub": ""},
    "a long name": {"sub": "x" * 256},
}


@pytest.mark.parametrize("changed", BAD.values(), ids=BAD)
def test_a_token_that_does_not_hold_is_refused(changed: dict[str, Any]) -> None:
    claims = {k: v for k, v in (GOOD | changed).items() if v is not None}
    with pytest.raises(VerificationError):
        checked(claims)


def test_only_signatures_with_the_providers_public_key_count() -> None:
    with pytest.raises(VerificationError):
        checked(GOOD, OTHER)
    secret = OctKey.import_key("a secret that both sides would know, of some length")
    with pytest.raises(VerificationError):
        checked(GOOD, secret, "HS256", ("HS256", "RS256"))
    with pytest.raises(VerificationError):
        check_id_token(
            "x.y.z", {"keys": []}, (), issuer=GOOD["iss"], client="bequest", nonce="n", at_seconds=NOW
        )  # fmt: skip


FACTORS = {
    "a method wanted": ({"amr": ["pwd", "mfa"]}, True),
    "another method": ({"amr": ["pwd"]}, False),
    "a class wanted": ({"acr": "gold"}, True),
    "another class": ({"acr": "bronze"}, False),
    "a text is no list": ({"amr": "mfa"}, False),
    "nothing": ({}, False),
}


@pytest.mark.parametrize(("claims", "expected"), FACTORS.values(), ids=FACTORS)
def test_a_second_factor_must_be_stated(claims: dict[str, Any], expected: bool) -> None:
    assert proves_two_factors(claims, ["mfa", "hwk"], ["gold"]) is expected


def test_the_challenge_is_that_of_rfc_7636() -> None:

    journey = replace(new_journey(0), verifier="dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert journey.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
