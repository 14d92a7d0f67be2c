"""A PKCS#11 token (a hardware module, a smart card, SoftHSM): an AES-256 key in it that cannot be taken out.

The master key is encrypted inside the token with CKM_AES_GCM (PKCS#11 v2.40 §2.12.3): 12 random bytes, ciphertext, tag.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pkcs11
from pkcs11.exceptions import NoSuchKey, NoSuchToken, PinIncorrect, PinInvalid, PinLenRange, PinLocked, PKCS11Error

from bequest.crypto.masters import USE, follow_secret
from bequest.crypto.verify import ED25519, PublicKey
from bequest.kernel.errors import InputError, StateError
from bequest.kernel.secret import Secrets

_IV_BYTES = 12
_TAG_BITS = 128
_EDWARDS = bytes.fromhex("130c") + b"edwards25519"
"""The name of the curve as a DER PrintableString (PKCS#11 v3.0 §2.3.10)."""
_PIN = (PinIncorrect, PinInvalid, PinLenRange, PinLocked)


@dataclass(frozen=True, slots=True)
class TokenSigner:
    """An Ed25519 key of a token, as `crypto.verify.SigningKey` wants it."""

    token: Pkcs11Token
    label: str
    public: PublicKey

    def sign(self, message: bytes) -> bytes:
        """The signature; checked before it is handed on, for the key in the token may be another.

        Raises:
            StateError: where it does not fit the public key, or the token refuses.
        """
        signature = self.token.signed(self.label, message)
        if not self.public.verify(message, signature):
            raise StateError(
                f"the key {self.label!r} of the token is another than the one that the log began with",
                hint="Use the token with which the case was opened.",
            )
        return signature


class Pkcs11Token:
    """One key of one token. A session is opened for each call and closed after it."""

    def __init__(self, settings: Mapping[str, str], secrets: Secrets) -> None:
        self._token, self._key = settings["token"], settings["key"]
        self._pin = follow_secret(secrets, settings["pin"], "the PIN of the token")
        self._module = settings["module"]

    def wrap(self, master: bytes) -> bytes:
        """The master key encrypted in the token; its AES key is made there where there is none of the name.

        Raises:
            InputError: where module or token are not there.
            StateError: where the token refuses.
        """
        with self._session(self._key) as session:
            iv = bytes(session.generate_random(8 * _IV_BYTES))
            try:
                key = self._found(session)
            except NoSuchKey:
                key = self._made(session)
            return iv + bytes(key.encrypt(master, mechanism=pkcs11.Mechanism.AES_GCM, mechanism_param=_gcm(iv)))

    def unwrap(self, wrapped: bytes) -> bytes:
        """The master key.

        Raises:
            InputError: where module or token are not there.
            StateError: where the token has no such key, or it is not the one that wrapped this.
        """
        iv, sealed = wrapped[:_IV_BYTES], wrapped[_IV_BYTES:]
        with self._session(self._key) as session:
            return bytes(
                self._found(session).decrypt(sealed, mechanism=pkcs11.Mechanism.AES_GCM, mechanism_param=_gcm(iv))
            )

    def make_signing_key(self, label: str) -> PublicKey:
        """The public half of the Ed25519 key of that name, made in the token where there is none.

        Raises:
            InputError: where module or token are not there.
            StateError: where the token refuses, as one does that cannot Ed25519.
        """
        with self._session(label) as session:
            try:
                public = session.get_key(object_class=pkcs11.ObjectClass.PUBLIC_KEY, label=label)
            except NoSuchKey:
                curve = {pkcs11.Attribute.EC_PARAMS: _EDWARDS}
                parameters = session.create_domain_parameters(pkcs11.KeyType.EC_EDWARDS, curve, local=True)
                mechanism = pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN
                public, _ = parameters.generate_keypair(
                    mechanism=mechanism,
                    store=True,
                    label=label,
                    private_template={pkcs11.Attribute.EXTRACTABLE: False, pkcs11.Attribute.SENSITIVE: True},
                )
            return PublicKey(ED25519, bytes(public[pkcs11.Attribute.EC_POINT])[-32:])

    def signer(self, label: str, public: PublicKey) -> TokenSigner:
        """Whoever signs with the key of that name."""
        return TokenSigner(self, label, public)

    def signed(self, label: str, message: bytes) -> bytes:
        """The Ed25519 signature of a key of the token (CKM_EDDSA, PKCS#11 v3.0).

        Raises:
            InputError: where module or token are not there.
            StateError: where the token has no such key or refuses.
        """
        with self._session(label) as session:
            key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=label)
            return bytes(key.sign(message, mechanism=pkcs11.Mechanism.EDDSA))

    def _found(self, session: Any) -> Any:
        return session.get_key(object_class=pkcs11.ObjectClass.SECRET_KEY, key_type=pkcs11.KeyType.AES, label=self._key)

    def _made(self, session: Any) -> Any:
        return session.generate_key(
            pkcs11.KeyType.AES,
            256,
            label=self._key,
            store=True,
            template={
                pkcs11.Attribute.EXTRACTABLE: False,
                pkcs11.Attribute.SENSITIVE: True,
                pkcs11.Attribute.ENCRYPT: True,
                pkcs11.Attribute.DECRYPT: True,
            },
        )

    @contextmanager
    def _session(self, key: str) -> Iterator[Any]:
        try:
            token = pkcs11.lib(self._module).get_token(token_label=self._token)
        except NoSuchToken:
            raise InputError(
                f"the module has no token {self._token!r}", hint="Plug it in, or correct token in the settings."
            ) from None
        except (PKCS11Error, RuntimeError, OSError) as error:
            raise InputError(
                f"the PKCS#11 module cannot be used ({type(error).__name__})",
                hint="module is the absolute path of the maker's library, such as /usr/lib/softhsm/libsofthsm2.so.",
            ) from None
        try:
            with token.open(rw=True, user_pin=self._pin) as session:
                yield session
        except _PIN as error:
            raise StateError(
                f"the token {self._token!r} does not take this PIN ({type(error).__name__})",
                hint="Tokens lock themselves after some wrong PINs: find out before you try again.",
            ) from None
        except NoSuchKey:
            raise StateError(
                f"the token {self._token!r} has no key {key!r}",
                hint="Put it back from the token's backup. A master key can be restored from its shares (`bequest key"
                " join`); a log whose key is lost cannot be continued.",
            ) from None
        except PKCS11Error as error:
            raise StateError(
                f"the token {self._token!r} refuses ({type(error).__name__})",
                hint="The wrapped master key is another key's or was altered, or the token cannot do AES-GCM, or (with"
                " sign_logs) Ed25519.",
            ) from None


def _gcm(iv: bytes) -> Any:
    return pkcs11.GCMParams(iv, USE, _TAG_BITS)
