"""Everything that a demo case has left on disk, by name, as values that two runs of one home can be compared by.

What is sealed is opened. Digests of files are replaced by the names of these files: ciphertexts differ from run to run,
and with them what hashes or signs them, but each digest must still be that of the very file. Left out: leases and runs
that were killed (compared apart), the times a run took, the pictures in a PDF.
"""

import base64
import hashlib
import io
import json
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
from tests.unit.demo.reading import read_all

from bequest.app.home_master import HomeMaster
from bequest.app.portal.links import KEY as CARDS
from bequest.app.receive import receive_package
from bequest.crypto.cipher import aes_ecb, derive
from bequest.crypto.keys import FileKeyProvider, KeyState
from bequest.crypto.links import lookup_of, open_card
from bequest.crypto.sealing import open_bytes
from bequest.engine.kernels.cmac import tokens
from bequest.evidence.tiles import read_entries
from bequest.steps.destroy.custody_bucket import open_bucket

CASE = "demo-e5"
OF_THE_RUNNER = frozenset({"points.txt", "ended.json", "keys-made.txt", "held", "go", "sent.txt"})
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SIZE = re.compile(r'("(?:n_)?bytes": ?|Payload-Oxum: )\d+')
"""Of volumes: age pads its header by chance."""
_MOVES = frozenset({"id", "seconds", "started_at", "finished_at", "run_number"})


def state_of(folder: Path) -> dict[str, Any]:
    """Name → value: each cell of each source, each entry of the log, each row of the database, each file."""
    return _Reader(folder).read()


def differences(expected: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """What is not the same, one line each."""
    names = sorted(expected.keys() | found.keys())
    return [
        f"{n}: {_short(expected.get(n, 'not there'))} became {_short(found.get(n, 'not there'))}"
        for n in names
        if expected.get(n, "not there") != found.get(n, "not there")
    ]


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) < 300 else f"{text[:300]}…"


class _Reader:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.case = folder / "home" / "cases" / CASE
        self.keys = FileKeyProvider(self.case / "keys", HomeMaster(folder / "home").read())
        self.names = self._digests()

    def read(self) -> dict[str, Any]:
        out: dict[str, Any] = {"files": self._files()}
        for (source, table), rows in read_all(self.folder).items():
            for n, row in enumerate(rows):
                out |= {f"source {source}.{table} row {n} {column}": value for column, value in row.items()}
        out |= {f"log {n}": entry for n, entry in enumerate(self._log())}
        out |= dict(self._database())
        for path in self._walk(self.case):
            name = path.relative_to(self.case).as_posix()
            out[f"file {name}"] = self._content(path, name)
        out |= dict(self._custody())
        if (self.case / "delivery").exists():
            out |= dict(self._package())
        return out

    def _files(self) -> list[str]:
        found = (p.relative_to(self.folder).as_posix() for p in self._walk(self.folder))
        # while a database is open its journals come and go
        return sorted(n for n in found if n not in OF_THE_RUNNER and not n.startswith("home/control.db-"))

    def _walk(self, folder: Path) -> Iterator[Path]:
        return (p for p in sorted(folder.rglob("*")) if p.is_file())

    def _digests(self) -> dict[str, str]:
        """SHA-256 → the file that has it, or what a statement says; of a custody bucket, over those of its files."""
        out: dict[str, str] = {}
        for path in self._walk(self.case):
            name = path.relative_to(self.case).as_posix()
            if not name.startswith(("bundle/", "report/")):
                out.setdefault(hashlib.sha256(path.read_bytes()).hexdigest(), f"<{name}>")
            if name.startswith("statements/") and name.endswith(".dsse.json"):
                signed = base64.b64decode(json.loads(path.read_bytes())["payload"])
                out.setdefault(hashlib.sha256(signed).hexdigest(), f"<what {name} says>")
        for manifest in self.case.glob("custody/*/manifest.json"):
            files = "".join(f["sha256"] for f in json.loads(manifest.read_bytes())["files"])
            out[hashlib.sha256(files.encode()).hexdigest()] = f"<custody/{manifest.parent.name}>"
        return out

    def _plain(self, text: str) -> str:
        """A text with names of files in the place of their digests, and no path of this run."""
        named = _DIGEST.sub(lambda m: self.names.get(m[0], m[0]), text)
        return _SIZE.sub(r"\1<size>", named.replace(str(self.folder), "<folder>"))

    def _log(self) -> Iterator[str]:
        checkpoint = self.case / "log" / "checkpoint"
        size = int(checkpoint.read_text().splitlines()[1])
        return (self._plain(entry.decode()) for entry in read_entries(self.case / "log", size))

    def _database(self) -> Iterator[tuple[str, Any]]:
        with closing(sqlite3.connect(f"file:{self.folder}/home/control.db?mode=ro", uri=True)) as db:
            db.row_factory = sqlite3.Row
            tables = [str(r[0]) for r in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            yield "leases held", [r["step"] for r in db.execute("SELECT step FROM store_lease WHERE NOT released")]
            for table in sorted(t for t in tables if t.startswith("store_") and t != "store_lease"):
                rows = [dict(r) for r in db.execute(f'SELECT * FROM "{table}" ORDER BY id')]
                if table == "store_steprun":
                    rows = [r for r in rows if r["state"] == "done"]
                if table == "store_portalcard":
                    rows = self._cards(rows)
                if table == "store_setting":
                    rows = self._settings(rows)
                for n, row in enumerate(rows):
                    kept = {k: self._cell(k, v) for k, v in row.items() if k not in _MOVES}
                    yield f"database {table} {n}", kept

    def _settings(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The portal's page without the head of the log in it: each run has packages, so hashes, of its own."""
        out = []
        for row in rows:
            if row["name"] == "portal_page":
                page = json.loads(row["value_json"])
                page["fixed_head"] = bool(page.get("fixed_head"))
                row = row | {"value_json": json.dumps(page, ensure_ascii=False)}
            out.append(row | {"value_json": "is there"} if row["name"] == "portal_page_digest" else row)
        return out

    def _cards(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Cards as their people see them; one that no link of the case opens is a failure."""
        ecb = aes_ecb(derive(self.keys.get(CARDS), CARDS, "link"))
        refs = pl.read_parquet(self.case / "work" / "notices.parquet")["ref"]
        links = {lookup_of(s): s for s in tokens(refs, ecb, "portal-link\x1f")}
        opened = []
        for row in rows:
            card = open_card(links[row["lookup"]], row["sealed"], CASE)
            assert card is not None
            content = json.loads(card)
            content["inner"] = len(content.get("inner", ""))  # it opens with an address that nobody has any more
            opened.append(row | {"sealed": content})
        return opened

    def _cell(self, column: str, value: object) -> object:
        if not isinstance(value, str):
            return value
        return self._envelope(value.encode()) if column == "text" and '"payload"' in value else self._plain(value)

    def _content(self, path: Path, name: str) -> object:
        if path.suffix == ".parquet":
            return pl.read_parquet(path).to_dict(as_series=False)
        if path.name.endswith(".dsse.json"):
            return self._envelope(path.read_bytes())
        if path.suffix == ".key":
            return self.keys.get(path.stem.replace("+", "/"))
        if name.startswith("bodies/"):
            return self._opened(path, "evidence", self._event_id(path.stem))
        if name == "stores/outbox/feedback.sealed":
            rows = pl.read_parquet(io.BytesIO(self._opened(path, "outbox", "feedback")))
            return rows.to_dict(as_series=False)
        if name.startswith(("log/", "bundle/", "report/", "tmp/")) or path.suffix in {".pdf", ".age", ".sealed"}:
            return "is there"  # compared otherwise, or new with every run
        data = path.read_bytes()
        if name == "work/linked.json":  # `made_from` hashes the paths of the sources
            return {k: v for k, v in json.loads(data).items() if k != "made_from"}
        try:
            return self._plain(data.decode()) if name.startswith(("custody/", "work/", "delivery/")) else data
        except UnicodeDecodeError:
            return data

    def _opened(self, path: Path, purpose: str, aad: str) -> bytes:
        return open_bytes(path.read_bytes(), self.keys.get(purpose), aad.encode())

    def _event_id(self, stem: str) -> str:
        with closing(sqlite3.connect(f"file:{self.folder}/home/control.db?mode=ro", uri=True)) as db:
            ids = [str(r[0]) for r in db.execute("SELECT event_id FROM store_outboxevent")]
        return next(i for i in ids if i.replace(":", ".").replace("/", ".") == stem)

    def _envelope(self, envelope: bytes) -> object:
        """What a statement says; who signed it, but not the signature."""
        plain = json.loads(envelope)
        said = self._plain(base64.b64decode(plain["payload"]).decode())
        return said, [s["keyid"] for s in plain["signatures"]]

    def _custody(self) -> Iterator[tuple[str, Any]]:
        for folder in sorted(self.case.glob("custody/*")):
            key = f"custody/{folder.name}"
            assert self.keys.state(key) is KeyState.LIVE
            if (folder / "manifest.json").exists():
                for place, frame in open_bucket(self.case / "custody", folder.name, self.keys.get(key)).items():
                    yield f"{key} {'/'.join(place)}", frame.to_dict(as_series=False)

    def _package(self) -> Iterator[tuple[str, Any]]:
        """Every file in every package, as its receiver gets it."""
        for package in sorted((self.case / "delivery").iterdir()):
            if not (package / "tagmanifest-sha256.txt").exists():
                yield f"package {package.name}", "is not whole"
                continue
            out = Path(tempfile.mkdtemp(dir=self.folder.parent))  # another worker may be copying the folder
            received = receive_package(package, self.folder / "keys" / "buyer.age", out / "in")
            for path in self._walk(received.bag):
                name = path.relative_to(received.bag).as_posix()
                table = pl.read_parquet(path).to_dict(as_series=False) if path.suffix == ".parquet" else None
                yield f"package {package.name} {name}", table or path.read_bytes()
            shutil.rmtree(out)
