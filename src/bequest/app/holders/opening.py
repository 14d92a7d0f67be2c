"""The holders by kind. Settings are read by name: one too many or too few is refused, naming it."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from bequest.crypto.masters import Holder, Token
from bequest.kernel.errors import InputError
from bequest.kernel.secret import Secrets

FILE = "file"
"""No holder: the master key stands in clear in its file, readable by its owner alone."""


class Kind(NamedTuple):
    """What a kind of holder must be told, what it may be told, and how it is opened."""

    needs: tuple[str, ...]
    may: tuple[str, ...]
    open: Callable[[Mapping[str, str], Secrets], Holder]


def _pkcs11(settings: Mapping[str, str], secrets: Secrets) -> Holder:
    from bequest.app.holders.pkcs11_token import Pkcs11Token  # only where one is used: an extra

    return Pkcs11Token(settings, secrets)


def _aws_kms(settings: Mapping[str, str], secrets: Secrets) -> Holder:  # noqa: ARG001 - credentials are the account's
    from bequest.app.holders.aws_kms import AwsKms  # only where one is used: an extra

    return AwsKms(settings)


def _vault(settings: Mapping[str, str], secrets: Secrets) -> Holder:
    from bequest.app.holders.vault_transit import VaultTransit

    return VaultTransit(settings, secrets)


KINDS: dict[str, Kind] = {
    "pkcs11": Kind(("module", "token", "key", "pin"), ("sign_logs",), _pkcs11),
    "aws-kms": Kind(("key", "region"), ("endpoint",), _aws_kms),
    "vault": Kind(("address", "key", "token"), ("mount", "namespace"), _vault),
}


def check_holder(settings: Mapping[str, str]) -> None:
    """Nothing, where the settings name a kind and all it needs.

    Raises:
        InputError: naming what is missing or not known.
    """
    kind = settings.get("kind", "")
    known = KINDS.get(kind, Kind((), (), _vault) if kind == FILE else None)
    if known is None:
        raise InputError(
            f"there is no key holder of kind {kind!r}", hint=f"Write kind = one of {', '.join((FILE, *KINDS))}."
        )
    allowed = {"kind", *known.needs, *known.may}
    for name in settings:
        if name not in allowed:
            raise InputError(
                f"a key holder of kind {kind} has no setting {name!r}", hint=f"It has {', '.join(sorted(allowed))}."
            )
    if settings.get("sign_logs", "no") not in ("yes", "no"):
        raise InputError("sign_logs is neither yes nor no", hint='Write sign_logs = "yes", or leave it out.')
    for name in known.needs:
        if not settings.get(name):
            raise InputError(
                f"the key holder of kind {kind} lacks {name!r}", hint=f"It needs {', '.join(known.needs)}."
            )


def open_token(settings: Mapping[str, str], secrets: Secrets) -> Token:
    """The token that settings of kind `pkcs11` name.

    Raises:
        InputError: where they cannot be used, or what it needs is not installed.
    """
    token = open_holder(settings, secrets)
    assert isinstance(token, Token)  # noqa: S101 - `sign_logs` is a setting of tokens alone
    return token


def open_holder(settings: Mapping[str, str], secrets: Secrets) -> Holder:
    """The holder that settings name.

    Raises:
        InputError: where they cannot be used, or what it needs is not installed.
        StateError: where it cannot be reached.
    """
    check_holder(settings)
    try:
        return KINDS[settings["kind"]].open(settings, secrets)
    except ModuleNotFoundError as error:
        raise InputError(
            f"the package {error.name} is not installed, which this key holder needs",
            hint='Install the extra: pip install "bequest[hsm]".',
        ) from None
