"""Two public business systems' databases, loaded into MariaDB: every table is listed and read whole."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.servers import PASSWORD, Mariadb, _program

from bequest.sources import KEY, OpenSource

_ABOVE = Path(__file__).resolve().parents[4:6]
SAMPLES = next((d for d in (p / "shared" / "samples" for p in _ABOVE) if d.is_dir()), _ABOVE[0])


@pytest.mark.parametrize("name", ["mall", "his"])
def test_every_table_is_listed_and_read(mariadb: Mariadb, open_mariadb: Callable[..., OpenSource], name: str) -> None:
    path = SAMPLES / f"{name}.sql"
    client = _program("mariadb", "/usr/bin/mariadb")
    if not path.is_file() or client is None:
        pytest.skip("the sample databases lie beside the repository, or MariaDB's client is not installed")
    database = mariadb.new_database()
    text = path.read_bytes()
    subprocess.run(
        [client, "--no-defaults", "--host=127.0.0.1", f"--port={mariadb.port}", f"--user={mariadb.admin}",
         "--default-character-set=utf8mb4", database],
        input=b"SET SESSION sql_mode = '';\n" + text, env={"MYSQL_PWD": PASSWORD}, check=True, capture_output=True,
    )  # fmt: skip
    source = open_mariadb(database)
    created = set(re.findall(r"CREATE TABLE `(\w+)`", text.decode("utf-8")))
    tables = source.inventory()
    assert {t.name for t in tables} == created
    assert len(created) > 35
    for info in tables:
        columns = info.column_names()
        n = 0
        for batch in source.read(info.name):
            assert batch.columns == [KEY, *columns]
            n += batch.height
        assert n == info.n_rows, info.name
