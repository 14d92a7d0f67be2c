"""The way over SFTP, by the `sftp` program of OpenSSH: keys, agents and known hosts are those of the account.

Nothing is asked: an unknown host key or a key that needs a passphrase ends it. A file that broke off is sent anew from
its beginning: what a broken transfer left there may have holes.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bequest.kernel.errors import DeliveryError, InputError

SCHEME = "sftp://"
NOT_CARRIED = "BQ-DELIVERY-9"
_PART = ".part"
_ACCOUNT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\\@+-]*")
_HOST = re.compile(r"[A-Za-z0-9_.:][A-Za-z0-9_.:-]*")
_LISTED = re.compile(r"-\S+\s+\S+\s+\S+\s+\S+\s+(\d+)\s.*?([^/\s]+)$")
_SECONDS_WITHOUT_ANSWER = 30
_UNKNOWN_HOST_KEY = ("Host key verification failed", "REMOTE HOST IDENTIFICATION HAS CHANGED")
_NOT_ACCEPTED = ("Permission denied (", "Too many authentication failures", "no mutual signature")
_NO_ANSWER = ("Could not resolve", "Connection refused", "timed out", "No route to host", "unreachable")
_NOT_WRITTEN = ("ermission denied", "No such file", "not found", "Failure", "No space", "write remote")


@dataclass(frozen=True, slots=True)
class SftpWay:
    """A folder of an account on a server."""

    account: str
    host: str
    port: int
    folder: str
    ssh_key: Path | None = None
    known_hosts: Path | None = None

    @classmethod
    def parse(cls, target: str, *, ssh_key: Path | None = None, known_hosts: Path | None = None) -> "SftpWay":
        """The way that an address names.

        Raises:
            InputError: where it is none, or bears a password.
        """
        try:
            parts = urlsplit(target)
            account, host, port = unquote(parts.username or ""), parts.hostname or "", parts.port or 22
        except ValueError:
            account, host, port, parts = "", "", 22, urlsplit(SCHEME)
        usable = _ACCOUNT.fullmatch(account) and _HOST.fullmatch(host) and not parts.query and not parts.fragment
        if not usable or parts.password is not None:
            raise InputError(
                "the address of the SFTP server cannot be used",
                hint="Write sftp://ACCOUNT@HOST:22/FOLDER, without a password: the account has a key (--ssh-key).",
            )
        return cls(account, host, port, unquote(parts.path).lstrip("/") or ".", ssh_key, known_hosts)

    @property
    def name(self) -> str:
        """The server, without account and folder."""
        return f"sftp {self.host}"

    def sizes(self, folders: Sequence[str]) -> Mapping[str, int]:
        """Bytes of each file that is there, by name; folders are made where they are missing."""
        every = sorted({p for f in folders for p in _with_parents(f"{self.folder}/{f}")}, key=len)
        self._session([f"-mkdir {_quoted(p)}" for p in every])
        found: dict[str, int] = {}
        for f in folders:
            for line in self._session([f"ls -ln {_quoted(f'{self.folder}/{f}')}"]).splitlines():
                met = _LISTED.match(line.strip())
                if met:
                    found[f"{f}/{met[2]}"] = int(met[1])
        return found

    def put(self, files: Sequence[tuple[Path, str]]) -> Iterator[str]:
        """Send files, one connection each: what is whole is there under its name whatever comes after."""
        for source, name in files:
            target = f"{self.folder}/{name}"
            beside = target + _PART
            self._session(
                [
                    f"put {_quoted(str(source.absolute()))} {_quoted(beside)}",
                    f"rename {_quoted(beside)} {_quoted(target)}",
                ]
            )
            yield name

    def _session(self, commands: Sequence[str]) -> str:
        program = shutil.which("sftp")
        if program is None:
            raise DeliveryError(
                "the program sftp is not installed", hint="Install OpenSSH's client (openssh-client).", code=NOT_CARRIED
            )
        options = ["BatchMode=yes", "StrictHostKeyChecking=yes", f"ConnectTimeout={_SECONDS_WITHOUT_ANSWER}"]
        options += ["LogLevel=ERROR", "ServerAliveInterval=15", "ServerAliveCountMax=4"]
        if self.known_hosts is not None:
            options.append(f"UserKnownHostsFile={self.known_hosts.absolute()}")
        if self.ssh_key is not None:
            options.append("IdentitiesOnly=yes")
        key = ["-i", str(self.ssh_key.absolute())] if self.ssh_key is not None else []
        done = subprocess.run(
            [program, "-b", "-", *(w for o in options for w in ("-o", o)), *key, "-P", str(self.port),
             f"{self.account}@{self.host}"],
            input="\n".join([*commands, ""]), capture_output=True, text=True, check=False, errors="replace",
        )  # fmt: skip
        if done.returncode != 0:
            raise self._refused(done.stderr)
        return done.stdout

    def _refused(self, said: str) -> DeliveryError:
        """What `sftp` said, in our words: its own name accounts and folders."""

        def tells(marks: tuple[str, ...]) -> bool:
            return any(m in said for m in marks)

        if tells(_UNKNOWN_HOST_KEY):
            return DeliveryError(
                f"{self.name}: the key of the server is not known, or is another",
                hint="Compare its fingerprint by another way with whoever runs it, enter it in known_hosts, and name"
                " that file with --known-hosts where it is not the account's own.",
                code=NOT_CARRIED,
            )
        if tells(_NOT_ACCEPTED):
            return DeliveryError(
                f"{self.name}: the server does not accept the account or its key",
                hint="Give the private key with --ssh-key, without a passphrase or with it in the agent; its public"
                " part must stand at the server.",
                code=NOT_CARRIED,
            )
        if tells(_NO_ANSWER):
            return DeliveryError(
                f"{self.name}: no server answers at that host and port",
                hint="Check host and port, whether the server runs, and the firewall.",
                code=NOT_CARRIED,
            )
        if tells(_NOT_WRITTEN):
            return DeliveryError(
                f"{self.name}: the server refuses to write there",
                hint="Check the folder, the rights of the account and the room at the server; then run the same command"
                " again.",
                code=NOT_CARRIED,
            )
        return DeliveryError(
            f"{self.name}: the transfer broke off",
            hint="Run the same command again: it goes on after the files that are there.",
            code=NOT_CARRIED,
        )


def _with_parents(path: str) -> list[str]:
    steps = path.split("/")
    found = ["/".join(steps[:n]) for n in range(1, len(steps) + 1)]
    return [p for p in found if p not in {"", "."}]


def _quoted(path: str) -> str:
    """A path for the batch language of sftp, in which quotes and backslashes are escaped; no pattern is in it."""
    if any(ord(c) < 32 for c in path):
        raise InputError("a path holds a control character", hint="Rename the folder.")
    return '"' + re.sub(r'(["\\*?\[\]])', r"\\\1", path) + '"'
