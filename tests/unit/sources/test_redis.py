"""A Redis as a source: keys by pattern as tables, and that nothing of a row is left in the files of the server."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from redis.exceptions import NoPermissionError
from tests.servers import PASSWORD, Redis

from bequest.kernel.errors import InputError, SourceError
from bequest.kernel.secret import Secrets
from bequest.model.case import Source, SourceKind
from bequest.sources import KEY, Changes, open_source
from bequest.sources.roles import roles_sql
from bequest.steps.destroy.verifier.reading import read_rows
from bequest.steps.destroy.verifier.task import Task


def nothing() -> None:
    """A guard that always agrees."""


class Shop:
    """A database of the test's own."""

    def __init__(self, server: Redis) -> None:
        self.number = server.new_database()
        self.db = server.connect(self.number)
        self.source = Source(
            name="cache", kind=SourceKind.REDIS, url="env:CACHE", tables=("customer:*", "session:*", "basket:*:items")
        )
        self.secrets = Secrets({"CACHE": server.url(self.number)})
        for i in range(1, 6):
            self.db.hset(f"customer:{i}", mapping={"phone": f"1390013900{i}", "name": f"人{i}", "key": "v"})
            self.db.set(f"session:s{i}", f'{{"phone": "1390013900{i}"}}', ex=3600)
        self.db.rpush("basket:1:items", "a", "13900139001")
        self.db.sadd("vip", "13900139001")

    def opened(self) -> Any:
        return open_source(self.source, self.secrets)

    def rows(self) -> list[tuple[str, pl.DataFrame]]:
        task = Task((self.source,), (), b"k" * 32, lambda b: b, secrets=self.secrets)
        return [(r.table, r.cells) for r in read_rows(self.source, task)]


@pytest.fixture
def shop(redis_server: Redis) -> Shop:
    return Shop(redis_server)


def keys(*names: str) -> pl.Series:
    return pl.Series(list(names), dtype=pl.String)


def test_patterns_are_tables_fields_are_columns_and_other_keys_are_told(shop: Shop) -> None:
    found = {t.name: t for t in shop.opened().inventory()}
    assert {n: t.n_rows for n, t in found.items()} == {
        "customer": 5, "session": 5, "basket_items": 1, "(other keys)": 1,
    }  # fmt: skip
    assert found["customer"].column_names() == ("key", "key.", "name", "phone")
    assert found["customer"].key == ("key",)
    assert found["(other keys)"].why_not_scanned == "keys_not_declared"
    [frame] = shop.opened().read("customer", ["phone", "key"])
    assert frame.row(1) == ("2", "13900139002", "2")
    [baskets] = shop.opened().read("basket_items")
    assert baskets["value"].to_list() == ['["a", "13900139001"]']
    assert shop.opened().sample("customer", 2).height == 2


def test_bytes_that_are_no_text_are_shown_in_hex_and_keys_may_be_read_in_parts(shop: Shop) -> None:
    pipe = shop.db.pipeline()
    for i in range(4_500):
        pipe.set(f"session:x{i:05}", b"\xff\xfe" if i % 2 else b"")
    pipe.execute()
    frame = pl.concat(list(shop.opened().read("session", key=["key"])))
    assert frame.height == 4_505
    assert set(frame.filter(pl.col("key").str.starts_with("x"))["value"].to_list()) == {"FFFE", None}


@pytest.fixture
def own_server() -> Iterator[Redis]:
    """Every file of it is searched, and other tests have the same customers."""
    server = Redis()
    server.start()
    yield server
    server.end()


def test_rows_and_cells_go_and_nothing_is_left_in_dump_and_log(own_server: Redis) -> None:
    shop, redis_server = Shop(own_server), own_server
    source = shop.opened()
    changes = Changes(keys("1", "2", "9"), {"phone": keys("3", "1"), "name": keys("3")}, ("key",))
    done = source.apply("customer", changes, guard=nothing)
    assert (done.rows_deleted, dict(done.cells_emptied)) == (2, {"phone": 1, "name": 1})
    assert shop.db.hgetall("customer:3") == {b"key": b"v"}
    sessions = source.apply("session", Changes(keys("s1"), {"value": keys("s2", "s3")}), guard=nothing)
    assert (sessions.rows_deleted, sessions.cells_emptied["value"]) == (1, 2)
    assert shop.db.ttl("session:s2") > 3000
    gone = [b"13900139001", b"13900139002", b"13900139003"]
    shop.db.delete("vip", "basket:1:items")
    plan = source.plan_scrub(["customer"])
    assert plan.is_possible
    assert plan.steps == ("aof_rewritten", "dump_saved", "slow_log_emptied")
    assert any(g in content(redis_server) for g in gone)
    report = source.clean(nothing)
    assert report.actions == plan.steps
    assert report.remains == ("memory", "freed_blocks")
    assert [g for g in gone if g in content(redis_server)] == []
    assert b"13900139004" in content(redis_server)
    again = source.apply("customer", changes, guard=nothing)
    assert (again.rows_deleted, dict(again.cells_emptied)) == (0, {"phone": 0, "name": 0})
    redis_server.kill()  # what the files hold is what is there after the power has gone
    redis_server.start()
    assert shop.db.hgetall("customer:3") == {b"key": b"v"}
    assert not shop.db.exists("customer:1")


def content(server: Redis) -> bytes:
    return b"".join(p.read_bytes() for p in server.data.rglob("*") if p.is_file())


def test_a_list_is_not_emptied_while_its_key_stays(shop: Shop) -> None:
    with pytest.raises(SourceError, match="cannot be emptied"):
        shop.opened().apply("basket_items", Changes(keys(), {"value": keys("1")}, ("key",)), guard=nothing)
    assert shop.db.lrange("basket:1:items", 0, -1) == [b"a", b"13900139001"]
    with pytest.raises(SourceError, match="key column"):
        shop.opened().apply("customer", Changes(keys(), {"key": keys("1")}, ("key",)), guard=nothing)


def test_the_last_field_of_a_hash_is_emptied_and_its_key_stays(shop: Shop) -> None:
    shop.db.hset("customer:7", "phone", "13900139007")
    shop.opened().apply("customer", Changes(keys(), {"phone": keys("7")}, ("key",)), guard=nothing)
    assert shop.db.hgetall("customer:7") == {b"phone": b""}


def test_the_verifier_reads_every_key_as_the_source_calls_it(shop: Shop) -> None:
    found = dict(shop.rows())
    assert set(found) == {"customer", "session", "basket_items", "(other keys)"}
    source = shop.opened()
    for info in source.inventory():
        if not info.why_not_scanned:
            [ours] = source.read(info.name)
            theirs = found[info.name].sort("key")
            assert ours.drop(KEY).select(theirs.columns).equals(theirs), info.name
    assert found["(other keys)"]["value"].to_list() == ['["13900139001"]']


def test_a_dump_that_is_no_longer_written_is_told(tmp_path_factory: pytest.TempPathFactory) -> None:
    server = Redis()
    server.settings = ("--save", "", "--appendonly", "no")
    server.start()
    try:
        with closing(server.connect("0")) as db:
            db.set("session:1", "13900139001")
            db.save()
            old = server.data / "dump.rdb"
            old.rename(server.data / "kept.rdb")
        server.stop()
        server.start()
        spec = Source(name="cache", kind=SourceKind.REDIS, url="env:CACHE", tables=("session:*",))
        source: Any = open_source(spec, Secrets({"CACHE": server.url("0")}))
        assert source.plan_scrub([]).steps == ("slow_log_emptied",)
        (server.data / "kept.rdb").rename(old)
        with pytest.raises(SourceError, match="older than this scrub"):
            source.clean(nothing)
    finally:
        server.end()


def test_a_replica_is_not_written_to_and_a_server_with_replicas_says_so(redis_server: Redis, shop: Shop) -> None:
    replica = Redis()
    replica.settings = (
        *replica.settings, "--replicaof", f"127.0.0.1 {redis_server.port}", "--masterauth", PASSWORD,
    )  # fmt: skip
    replica.start()
    try:
        spec = shop.source
        following: Any = open_source(spec, Secrets({"CACHE": replica.url(shop.number)}))
        assert not following.plan_scrub([]).is_possible
        with closing(replica.connect(shop.number)) as db:
            until = time.monotonic() + 30
            while not db.exists("customer:1"):
                assert time.monotonic() < until
                time.sleep(0.05)
        with pytest.raises(SourceError, match="replica"):
            following.apply("customer", Changes(keys("1"), {}, ("key",)), guard=nothing)
        assert "replicas" in shop.opened().plan_scrub([]).remains
    finally:
        replica.kill()  # asked to stop, it may wait for the other server
        replica.end()


BAD = {
    "no Redis": "http://u:secret@localhost/0", "in clear": "redis://u:secret@cache.example.com/0",
    "no number": "redis://u:secret@localhost/shop", "an option": "redis://u:secret@localhost/0?db=3",
}  # fmt: skip


@pytest.mark.parametrize("url", BAD.values(), ids=BAD)
def test_an_address_that_cannot_be_used_is_refused(url: str, shop: Shop) -> None:
    source: Any = open_source(shop.source, Secrets({"CACHE": url}))
    with pytest.raises(InputError) as refused:
        source.inventory()
    assert "secret" not in refused.value.message


def test_a_wrong_password_and_a_server_that_is_down_are_told(shop: Shop, redis_server: Redis) -> None:
    for url, what in (
        (f"redis://:wrong@127.0.0.1:{redis_server.port}/1", "refuses the account"),
        ("redis://127.0.0.1:9/0", "cannot be reached"),
    ):
        source: Any = open_source(shop.source, Secrets({"CACHE": url}))
        with pytest.raises(SourceError, match=what):
            source.inventory()


def test_a_rehearsal_knows_its_database_by_a_key(shop: Shop) -> None:
    assert not shop.opened().marker("demo")
    shop.db.set("bequest_rehearsal:demo", "1")
    assert shop.opened().marker("demo")
    assert {t.name: t.n_rows for t in shop.opened().inventory()}["(other keys)"] == 1


def test_what_is_written_anew_is_known_by_the_file_and_not_by_any_clock(
    own_server: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """File systems and servers read different clocks that may be some milliseconds apart."""
    shop = Shop(own_server)
    source: Any = open_source(shop.source, shop.secrets)
    begun, (seconds, micro) = time.monotonic(), shop.db.time()
    monkeypatch.setattr(type(shop.db), "time", lambda _: (seconds + 3600, micro))
    assert source.clean(nothing).actions == source.plan_scrub([]).steps
    assert time.monotonic() - begun < 15, "nothing of the former files was waited for to its end"


def test_the_accounts_that_are_printed_are_enough_for_their_phase_and_no_more(own_server: Redis) -> None:
    shop = Shop(own_server)
    said = roles_sql(shop.source, shop.secrets, case_id="demo")
    for line in said.splitlines():
        if not line.startswith("#"):
            shop.db.execute_command(*line.replace("PASSWORD", "pw").split())
    urls = {p: own_server.url(shop.number, f"bequest_{p}", "pw") for p in ("read", "delete", "scrub", "verify")}
    spec = replace(shop.source, delete_url="env:D", scrub_url="env:W", verify_url="env:V")
    secrets = Secrets({"CACHE": urls["read"], "D": urls["delete"], "W": urls["scrub"], "V": urls["verify"]})
    source: Any = open_source(spec, secrets)
    assert len(source.inventory()) == 4
    source.apply("customer", Changes(keys("1"), {"phone": keys("2")}, ("key",)), guard=nothing)
    assert source.clean(nothing).actions == source.plan_scrub([]).steps
    rows = read_rows(spec, Task((spec,), (), b"k" * 32, lambda b: b, secrets=secrets))
    assert sum(r.cells.height for r in rows) == 11
    with closing(own_server.connect(shop.number)) as db:
        db.execute_command("AUTH", "bequest_delete", "pw")
        with pytest.raises(NoPermissionError):
            db.unlink("vip")
