"""What servers would refuse is found on real ones when the plan is made."""

from typing import Any

import pytest
from tests.servers import Mariadb, Postgres, Server

from bequest.app.obstacles import WORDS, Going, find
from bequest.kernel.secret import Secrets
from bequest.model.case import Source, SourceKind
from bequest.sources import open_source

GOING = {"people": Going(3, ()), "cells": Going(0, ("email", "phone")), "bare": Going(1, ())}


def found(server: Server, address: str) -> set[tuple[str, str]]:
    kind = SourceKind.POSTGRESQL if isinstance(server, Postgres) else SourceKind.MARIADB
    source: Any = open_source(Source(name="crm", kind=kind, url="env:A"), Secrets({"A": address}))
    return {(o.table, o.code) for o in find("crm", source.standing(), GOING)}


@pytest.fixture
def postgresql(postgres: Postgres) -> tuple[Postgres, str]:
    name = postgres.new_database()
    postgres.execute(
        name,
        "CREATE TABLE people (id int PRIMARY KEY)",
        "CREATE TABLE orders (id int PRIMARY KEY, pid int REFERENCES people)",
        "CREATE TABLE cells (id int PRIMARY KEY, email text NOT NULL UNIQUE, phone text)",
        "CREATE TABLE bare (x text)",
        "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TRIGGER keeps BEFORE DELETE ON bare FOR EACH ROW EXECUTE FUNCTION keep()",
        "CREATE TRIGGER other BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION keep()",
    )
    return postgres, name


@pytest.fixture
def maria(mariadb: Mariadb) -> tuple[Mariadb, str]:
    name = mariadb.new_database()
    mariadb.execute(
        name,
        "CREATE TABLE people (id int PRIMARY KEY)",
        "CREATE TABLE orders (id int PRIMARY KEY, pid int, FOREIGN KEY (pid) REFERENCES people (id))",
        "CREATE TABLE cells (id int PRIMARY KEY, email varchar(50) NOT NULL UNIQUE, phone text)",
        "CREATE TABLE bare (x text) ENGINE=MyISAM",
        "CREATE TRIGGER keeps BEFORE DELETE ON bare FOR EACH ROW SIGNAL SQLSTATE '45000'",
        "CREATE TRIGGER other BEFORE INSERT ON people FOR EACH ROW SET @x = 1",
    )
    return mariadb, name


WHO = "poor@'127.0.0.1'"
SAME = {("people", "referred"), ("bare", "triggers"), ("bare", "no_declared_key"), ("cells", "cells")}


def test_what_stands_in_the_schema_of_postgresql(postgresql: tuple[Postgres, str]) -> None:
    server, name = postgresql
    assert found(server, server.url(name)) == SAME
    server.execute(name, "CREATE ROLE poor LOGIN PASSWORD 'x'", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO poor")
    server.execute(name, "GRANT UPDATE (phone) ON cells TO poor", "ALTER TABLE people ENABLE ROW LEVEL SECURITY")
    try:
        more = {("people", "right"), ("bare", "right"), ("cells", "right"), ("people", "row_security")}
        assert found(server, server.url(name, "poor", "x")) == SAME | more
        server.execute(name, "GRANT UPDATE (email) ON cells TO poor", "GRANT DELETE ON people, bare TO poor")
        assert found(server, server.url(name, "poor", "x")) == SAME | {("people", "row_security")}
    finally:
        server.execute(name, "DROP OWNED BY poor", "DROP ROLE poor")


def test_what_stands_in_the_schema_of_mariadb(maria: tuple[Mariadb, str]) -> None:
    server, name = maria
    assert found(server, server.url(name)) == SAME | {("bare", "no_transactions")}
    server.execute(name, f"CREATE USER {WHO} IDENTIFIED BY 'x'", f"GRANT SELECT ON {name}.* TO {WHO}")
    try:
        codes = found(server, server.url(name, "poor", "x"))
        assert {("people", "right"), ("bare", "right"), ("cells", "right")} <= codes
        server.execute(
            name, f"GRANT DELETE ON people TO {WHO}", f"GRANT UPDATE (email, phone) ON cells TO {WHO}",
            "SET GLOBAL read_only = 1",
        )  # fmt: skip
        codes = found(server, server.url(name, "poor", "x"))
        assert ("", "read_only") in codes
        assert {t for t, c in codes if c == "right"} == {"bare"}
    finally:
        server.execute(name, "SET GLOBAL read_only = 0", f"DROP USER {WHO}")


def test_every_code_has_words_in_both_languages() -> None:
    assert all(len(words) == 4 and all(words) for words in WORDS.values())
