"""An organisation's identity provider as the way in: OpenID Connect, authorization code with PKCE.

Nobody gets an account by it: an officer says which account an identity is. The provider must say that the person proved
it in two ways (`amr` or `acr`). What is approved or started is proven here again, with password and code or a passkey.
"""

import hashlib
import json
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bequest.app.console.provider_http import get_json, is_web_address, post_form
from bequest.app.context import Context
from bequest.crypto.id_token import Journey, check_id_token, new_journey, proves_two_factors
from bequest.crypto.sealing import open_bytes, seal_bytes
from bequest.kernel.errors import BequestError, GuardError, InputError, VerificationError
from bequest.kernel.secret import PREFIXES, Secrets
from bequest.store.factor_records import IdentityRecord

JOURNEY_SECONDS = 600
BACK = "/console/in/provider/back"
_KEYS = {"name", "issuer", "client_id", "client_secret", "amr", "acr"}
_AAD = b"provider"


@dataclass(frozen=True, slots=True)
class Provider:
    """An identity provider, as the file of `bequest serve --provider` names it."""

    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    """Empty for a client that proves itself by PKCE alone."""
    amr: tuple[str, ...]
    """Methods of which one must have been used."""
    acr: tuple[str, ...]
    """Classes of which the sign-in must be one."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who came back from the provider, and whose account that is, if it is anybody's."""

    subject: str
    account: IdentityRecord | None


def read_provider(path: Path, environ: Mapping[str, str]) -> Provider:
    """The provider that a TOML file names; its secret by reference, from a file that nobody else reads.

    Raises:
        InputError: where something in it is missing, unknown or unusable.
        GuardError: where others can read the file of the secret.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise InputError(
            f"{path.name} cannot be read as TOML", hint="See the page on the console in the docs."
        ) from None
    unknown = sorted(set(found) - _KEYS)
    if unknown:
        raise InputError(f"{path.name}: unknown {', '.join(unknown)}", hint=f"Known: {', '.join(sorted(_KEYS))}.")
    issuer, client = str(found.get("issuer", "")), str(found.get("client_id", ""))
    if not is_web_address(issuer) or not client:
        raise InputError(
            f"{path.name}: issuer is an https address, and client_id is what the provider calls us",
            hint="Write both as the provider gave them.",
        )
    amr, acr = _words(found, "amr", path), _words(found, "acr", path)
    if not amr and not acr:
        raise InputError(
            f"{path.name} does not say what proves a second factor",
            hint='Write amr = ["mfa"] or acr = ["…"], as your provider states them in its ID tokens.',
        )
    secret = _secret(str(found.get("client_secret", "")), path, environ)
    return Provider(str(found.get("name", "")) or issuer, issuer, client, secret, amr, acr)


def _words(found: dict[str, Any], key: str, path: Path) -> tuple[str, ...]:
    words = found.get(key, [])
    if not isinstance(words, list) or not all(isinstance(w, str) and w for w in words):
        raise InputError(f"{path.name}: {key} is a list of words", hint=f'Write {key} = ["mfa"].')
    return tuple(words)


def _secret(reference: str, path: Path, environ: Mapping[str, str]) -> str:
    if not reference:
        return ""
    if not reference.startswith(PREFIXES):
        raise InputError(f"{path.name}: client_secret is a reference", hint="Write file:PATH or env:NAME.")
    if reference.startswith("file:"):
        where = path.parent / reference[5:].strip()
        if where.is_file() and where.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise GuardError(
                f"others can read {where.name}", hint=f"Run `chmod 600 {where.name}`, and renew the secret."
            )
        reference = f"file:{where}"
    return Secrets(environ).follow(reference, "client_secret")


def set_out(ctx: Context, provider: Provider, origin: str) -> tuple[str, str]:
    """The provider's address to go to, and what the browser keeps until it comes back, sealed.

    Raises:
        StateError: where the provider cannot be reached, or is not what its file says.
    """
    known = get_json(provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
    _same_issuer(provider, known)
    journey = new_journey(_now(ctx))
    asked = {
        "response_type": "code", "client_id": provider.client_id, "redirect_uri": origin + BACK, "scope": "openid",
        "state": journey.state, "nonce": journey.nonce, "code_challenge": journey.challenge,
        "code_challenge_method": "S256",
    }  # fmt: skip
    if provider.acr:
        asked["acr_values"] = " ".join(provider.acr)
    address = _endpoint(known, "authorization_endpoint")
    sealed = seal_bytes(json.dumps(asdict(journey)).encode(), _key(ctx), _AAD).hex()
    return address + ("&" if "?" in address else "?") + urlencode(asked), sealed


def arrive(ctx: Context, provider: Provider, origin: str, kept: str, given: Mapping[str, str]) -> Arrival:
    """Who came back, with what the browser kept and what stands in the address.

    Raises:
        VerificationError: where it is not the answer to the sign-in that began in this browser.
        StateError: where the provider cannot be reached.
    """
    journey = _journey(ctx, kept)
    age = _now(ctx) - journey.begun
    if not 0 <= age <= JOURNEY_SECONDS or given.get("state", "") != journey.state:
        raise VerificationError("this is not the sign-in that began in this browser, or it took too long")
    if given.get("iss", provider.issuer) != provider.issuer:
        raise VerificationError("another provider answered")
    _once(ctx, journey)
    if not given.get("code"):
        raise VerificationError("the provider signed nobody in")
    known = get_json(provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
    _same_issuer(provider, known)
    got = post_form(
        _endpoint(known, "token_endpoint"), (provider.client_id, provider.client_secret),
        {"grant_type": "authorization_code", "code": given["code"], "redirect_uri": origin + BACK,
         "code_verifier": journey.verifier},
    )  # fmt: skip
    offered = known.get("id_token_signing_alg_values_supported")
    claims = check_id_token(
        str(got.get("id_token", "")), get_json(_endpoint(known, "jwks_uri")),
        offered if isinstance(offered, list) else (), issuer=provider.issuer, client=provider.client_id,
        nonce=journey.nonce, at_seconds=_now(ctx),
    )  # fmt: skip
    if not proves_two_factors(claims, provider.amr, provider.acr):
        raise VerificationError("the provider does not say that a second factor was used")
    with ctx.store.transaction() as tx:
        return Arrival(claims["sub"], tx.factors.identity(provider.issuer, claims["sub"]))


def _same_issuer(provider: Provider, known: dict[str, Any]) -> None:
    if known.get("issuer") != provider.issuer:
        raise VerificationError("the provider calls itself by another name than its file does")


def _endpoint(known: dict[str, Any], name: str) -> str:
    address = str(known.get(name, ""))
    if not is_web_address(address):
        raise VerificationError(f"the provider names no {name} over https")
    return address


def _journey(ctx: Context, kept: str) -> Journey:
    try:
        return Journey(**json.loads(open_bytes(bytes.fromhex(kept), _key(ctx), _AAD)))
    except (ValueError, TypeError, BequestError) as error:
        raise VerificationError("no sign-in at the provider began in this browser") from error


def _once(ctx: Context, journey: Journey) -> None:
    """An answer comes once."""
    at = ctx.system.now()
    with ctx.store.transaction() as tx:
        if not tx.factors.spend(
            hashlib.sha256(journey.state.encode()).hexdigest(), at=at, until=at + timedelta(seconds=2 * JOURNEY_SECONDS)
        ):
            raise VerificationError("this answer of the provider came before")


def _key(ctx: Context) -> bytes:
    return ctx.master.derived("console", "provider")


def _now(ctx: Context) -> int:
    return int(ctx.system.now().timestamp())
