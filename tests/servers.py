"""Private database servers for tests: on free loopback ports, in a temporary directory, stopped at the end.

Each worker of a test session that needs one starts its own. A server can be killed and started again (`kill`, `start`).
Where the programs are not installed the tests skip and say so.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import pytest

PASSWORD = "pass w/rd@:1"
WAIT_SECONDS = 60


def free_port() -> int:
    with closing(socket.socket()) as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def _program(name: str, *globs: str) -> str | None:
    found = shutil.which(name)
    if found:
        return found
    known = sorted(str(p) for g in globs for p in Path("/").glob(g.lstrip("/")))
    return known[-1] if known else None


class Server(ABC):
    """A server of one kind with a directory of its own."""

    kind: str
    stop_signal = signal.SIGTERM

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bequest-test-"))  # pytest's own may only be entered by one account
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)
        self.account = self._account()
        if self.account:
            shutil.chown(self.folder, self.account)

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.folder / "data"

    def _account(self) -> str | None:
        """Who the server runs as where tests run as root, as which it refuses to."""
        if os.getuid() != 0:
            return None
        names = {p.pw_name for p in pwd.getpwall()}
        return next(n for n in ("postgres", "mysql", "nobody") if n in names)

    def run(self, *command: str | Path) -> None:
        done = subprocess.run(
            [str(c) for c in command], user=self.account, cwd=self.folder, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command(), user=self.account, cwd=self.folder, stdout=log, stderr=log, start_new_session=True
            )
        until = time.monotonic() + WAIT_SECONDS
        while not self._answers():
            assert time.monotonic() < until, f"{self.kind} does not start: {(self.folder / 'log').read_text()[-2000:]}"
            assert self._process.poll() is None, (self.folder / "log").read_text()[-2000:]
            time.sleep(0.05)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(self.stop_signal)
            self._process.wait(WAIT_SECONDS)
            self._process = None

    def end(self) -> None:
        """Stop it and remove all it has written."""
        self.stop()
        shutil.rmtree(self.folder)

    def kill(self) -> None:
        """As if the machine had lost its power."""
        assert self._process is not None
        os.killpg(self._process.pid, 9)
        self._process.wait(WAIT_SECONDS)
        self._process = None

    def new_database(self, template: str = "") -> str:
        """A new database, empty or a copy of another one; its name."""
        name = f"db{next(self._numbers)}"
        self._create(name, template)
        return name

    def url(self, database: str, user: str = "", password: str = PASSWORD) -> str:
        """The address of a database, with the password in it."""
        from urllib.parse import quote

        return f"{self.kind}://{user or self.admin}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    admin = "tester"

    @abstractmethod
    def _command(self) -> list[str]: ...

    @abstractmethod
    def _answers(self) -> bool: ...

    @abstractmethod
    def _create(self, name: str, template: str) -> None: ...

    @abstractmethod
    def connect(self, database: str, **more: Any) -> Any:
        """A driver's own connection, autocommitting."""

    def execute(self, database: str, *statements: str) -> Sequence[Any]:
        """Run statements, each in its own transaction; the rows of the last one."""
        rows: Sequence[Any] = ()
        with closing(self.connect(database)) as db, db.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
                rows = cursor.fetchall() if cursor.description else ()
        return rows


class Postgres(Server):
    """PostgreSQL."""

    kind = "postgresql"
    stop_signal = signal.SIGINT  # on SIGTERM it waits until the last client has gone
    settings = ("fsync=off", "shared_buffers=64MB", "max_connections=40")

    def __init__(self) -> None:
        program = _program("postgres", "/usr/lib/postgresql/*/bin/postgres")
        if program is None or _initdb() is None:
            pytest.skip("PostgreSQL's programs are not installed (Debian: postgresql)")
        super().__init__()
        self._program = program
        (self.folder / "secret").write_text(PASSWORD)
        (self.folder / "secret").chmod(0o644)
        self.run(
            _initdb() or "", "-D", self.data, "-U", self.admin, "-E", "UTF8", "--locale=C.UTF-8",
            "--auth=scram-sha-256", f"--pwfile={self.folder / 'secret'}",
        )  # fmt: skip

    def _command(self) -> list[str]:
        more = [w for s in self.settings for w in ("-c", s)]
        return [
            self._program, "-D", str(self.data), "-p", str(self.port), "-k", str(self.folder),
            "-c", "listen_addresses=127.0.0.1", *more,
        ]  # fmt: skip

    def _answers(self) -> bool:
        import psycopg

        try:
            self.connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def _create(self, name: str, template: str) -> None:
        self.execute("postgres", f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))

    def connect(self, database: str, **more: Any) -> Any:
        import psycopg

        return psycopg.connect(self.url(database), autocommit=True, **more)


def _initdb() -> str | None:
    program = _program("postgres", "/usr/lib/postgresql/*/bin/postgres")
    beside = Path(program).resolve().parent / "initdb" if program else None
    if beside is not None and beside.exists():
        return str(beside)
    return _program("initdb", "/usr/lib/postgresql/*/bin/initdb")


class Mariadb(Server):
    """MariaDB."""

    kind = "mariadb"
    settings = ("--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=128M", "--max-allowed-packet=64M")

    def __init__(self) -> None:
        program = _program("mariadbd", "/usr/sbin/mariadbd")
        install = _program("mariadb-install-db", "/usr/bin/mariadb-install-db")
        if program is None or install is None:
            pytest.skip("MariaDB's programs are not installed (Debian: mariadb-server-core)")
        super().__init__()
        self._program = program
        self.run(
            install, "--no-defaults", f"--datadir={self.data}", "--auth-root-authentication-method=normal",
            "--skip-test-db", *([f"--user={self.account}"] if self.account else []),
        )  # fmt: skip
        self._new = True

    def _command(self) -> list[str]:
        return [
            self._program, "--no-defaults", f"--datadir={self.data}", f"--socket={self.folder / 'sock'}",
            f"--port={self.port}", "--bind-address=127.0.0.1", f"--pid-file={self.folder / 'pid'}",
            "--character-set-server=utf8mb4", *self.settings,
        ]  # fmt: skip

    def _answers(self) -> bool:
        import pymysql

        try:
            if self._new:
                with closing(pymysql.connect(host="127.0.0.1", port=self.port, user="root")) as db, db.cursor() as c:
                    for host in ("127.0.0.1", "localhost"):
                        c.execute(f"CREATE USER '{self.admin}'@'{host}' IDENTIFIED BY %s", (PASSWORD,))
                        c.execute(f"GRANT ALL ON *.* TO '{self.admin}'@'{host}' WITH GRANT OPTION")
                self._new = False
            self.connect("mysql").close()
        except pymysql.OperationalError:
            return False
        return True

    def _create(self, name: str, template: str) -> None:
        assert not template, "MariaDB copies no database"
        self.execute("mysql", f"CREATE DATABASE {name} CHARACTER SET utf8mb4")

    def connect(self, database: str, **more: Any) -> Any:
        import pymysql

        return pymysql.connect(
            host="127.0.0.1", port=self.port, user=self.admin, password=PASSWORD, database=database, autocommit=True,
            charset="utf8mb4", **more,
        )  # fmt: skip


class Redis(Server):
    """Redis, with dump and log, uncompressed so that a search of its files sees what is in them."""

    kind = "redis"
    admin = ""
    settings: tuple[str, ...] = ("--save", "3600 1", "--appendonly", "yes", "--rdbcompression", "no")

    def __init__(self) -> None:
        program = _program("redis-server", "/usr/bin/redis-server")
        if program is None:
            pytest.skip("Redis is not installed (Debian: redis-server)")
        super().__init__()
        self._program = program
        self.run("mkdir", self.data)

    def _account(self) -> str | None:
        return None

    def _command(self) -> list[str]:
        return [
            self._program, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.data),
            "--requirepass", PASSWORD, "--databases", "64", *self.settings,
        ]  # fmt: skip

    def _answers(self) -> bool:
        import redis

        try:
            with closing(self.connect("0")) as db:
                return bool(db.ping())
        except redis.exceptions.RedisError:
            return False

    def _create(self, name: str, template: str) -> None:
        raise NotImplementedError("a Redis has numbered databases")

    def new_database(self, template: str = "") -> str:
        assert not template
        return str(next(self._numbers))

    def connect(self, database: str, **more: Any) -> Any:
        import redis

        return redis.Redis.from_url(self.url(database), **more)


class ObjectStore(Server):
    """moto's server: the S3 interface over HTTP, with versions, markers, uploads in parts, locks and rules."""

    kind = "s3+http"
    admin = "tester"

    def __init__(self) -> None:
        pytest.importorskip("moto", reason="moto is not installed")
        super().__init__()

    def _account(self) -> str | None:
        return None

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]

    def _answers(self) -> bool:
        with closing(socket.socket()) as s:
            return s.connect_ex(("127.0.0.1", self.port)) == 0

    def _create(self, name: str, template: str) -> None:
        assert not template
        db = self.connect(name)
        db.create_bucket(Bucket=name)
        db.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})

    def new_database(self, template: str = "") -> str:
        name = f"bucket-{next(self._numbers)}"
        self._create(name, template)
        return name

    def connect(self, database: str, **more: Any) -> Any:
        """A client of its own; the bucket is named in each call."""
        import botocore.session

        session = botocore.session.Session()
        session.set_credentials(self.admin, PASSWORD)
        where = f"http://127.0.0.1:{self.port}"
        return session.create_client("s3", region_name="us-east-1", endpoint_url=where, **more)
