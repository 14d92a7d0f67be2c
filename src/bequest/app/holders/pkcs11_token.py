"""A PKCS#11 token (a hardware module, a smart card, SoftHSM): an AES-256 key in it that cannot be taken out.

The master key is encrypted inside the token with CKM_AES_GCM (PKCS#11 v2.40 §2.12.3): 12 random bytes, ciphertext, tag.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pkcs11
from pkcs11.exceptions import NoSuchKey, NoSuchToken, PinIncorrect, PinInvalid, PinLenRange, PinLocked, PKCS11Error

from bequest.crypto.masters import USE, follow_secret
from bequest.kernel.errors import InputError, StateError
from bequest.kernel.secret import Secrets

_IV_BYTES = 12
_TAG_BITS = 128
_PIN = (PinIncorrect, PinInvalid, PinLenRange, PinLocked)


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
        with self._session() as session:
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
        with self._session() as session:
            return bytes(
                self._found(session).decrypt(sealed, mechanism=pkcs11.Mechanism.AES_GCM, mechanism_param=_gcm(iv))
            )

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
    def _session(self) -> Iterator[Any]:
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
                f"the token {self._token!r} has no key {self._key!r}",
                hint="The master key cannot be opened without it: put it back from the token's backup, or restore the"
                " master key from its shares (`bequest key join`).",
            ) from None
        except PKCS11Error as error:
            raise StateError(
                f"the token {self._token!r} refuses ({type(error).__name__})",
                hint="The wrapped master key is another key's, was altered, or the token cannot do AES-GCM.",
            ) from None


def _gcm(iv: bytes) -> Any:
    return pkcs11.GCMParams(iv, USE, _TAG_BITS)
