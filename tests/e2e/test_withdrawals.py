"""People withdraw and are corrected after the delivery: the receiver's database and receipt, the log, the bundle."""

from contextlib import closing
from pathlib import Path

import polars as pl
import pytest
from tests.servers import Postgres

from bequest.app.answers import enter_answers
from bequest.app.context import Context, open_context
from bequest.app.delivered import load_tallies
from bequest.app.make_bundle import make_bundle, write_trust
from bequest.app.passed_on import PassedOn, passed_on
from bequest.app.queries.case import case_overview
from bequest.app.receipts import enter_receipt, package_folders
from bequest.app.receive import carry_out, import_received, receive_package, write_change_receipt, write_receipt
from bequest.app.rehearse import rehearse
from bequest.app.run_discover import data_map
from bequest.app.run_link import load_linked
from bequest.app.send import send_messages, send_packages
from bequest.app.telling import people_of
from bequest.app.transport import way_to
from bequest.app.withdrawals import withdraw
from bequest.demo import make_company
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import DeliveryError, InputError, StateError
from bequest.model.case import Event

CASE = "demo-e5"
BUYER = "buyer.age"


class Reached(BaseException):
    """The rehearsal has come where the test wants it."""


def until(ctx: Context, folder: Path, step: str) -> None:
    def tell(name: str) -> None:
        if name == step:
            raise Reached

    with pytest.raises(Reached):
        rehearse(ctx, folder, tell=tell)


def customers_by_ref(ctx: Context) -> pl.DataFrame:
    """`ref`, `subject`, `row` of people of whom one customer record went to the receiver."""
    workspace = ctx.workspace(CASE)
    linked = load_linked(workspace, ctx.case(CASE).case, data_map(ctx, CASE), fixed=True)
    (delivery,) = [d.delivery_id for d, _ in package_folders(ctx, CASE)]
    went = pl.read_parquet(workspace.dir("work", "delivered") / f"{delivery}.parquet").filter(
        pl.col("table") == "customers"
    )
    decided = pl.read_parquet(workspace.table_file("decided", "crm", "customers"))
    rows = decided.select("row_tag", "subject").join(went, on="row_tag")
    return (
        people_of(workspace, linked)
        .join(rows, on="subject")
        .select("ref", "subject", "row")
        .filter(pl.len().over("subject") == 1)
        .sort("ref")
    )


def named_by_others(ctx: Context) -> set[int]:
    """Subjects named in somebody else's order, in the role of a column that did not go: nobody can empty that."""
    linked = load_linked(ctx.workspace(CASE), ctx.case(CASE).case, data_map(ctx, CASE), fixed=True)
    [t] = [t for t in data_map(ctx, CASE).tables if t.name == "orders"]
    (delivery,) = [d.delivery_id for d, _ in package_folders(ctx, CASE)]
    tally = load_tallies(ctx.workspace(CASE), delivery)[t.source, t.name]
    went = {c for n in (tally.as_is, tally.masked) for c, filled in n.items() if filled}
    roles = {c.role for c in t.columns if c.personal and c.name not in went} & set(linked.subject_of[t.source, t.name])
    decided = pl.read_parquet(ctx.workspace(CASE).table_file("decided", t.source, t.name))
    owner, found = decided["subject"], set[int]()
    for role in roles:
        named = pl.Series(linked.subject_of[t.source, t.name][role])[decided["row_no"]]
        found |= set(named.filter((named >= 0) & (named != owner).fill_null(value=True)).to_list())
    return found


def test_what_is_withdrawn_after_the_delivery_goes_at_the_receiver_too(tmp_path: Path, postgres: Postgres) -> None:
    folder = tmp_path / "demo"
    make_company(folder, event=Event.E5, customers=200)
    ctx = open_context(folder / "home")
    database = postgres.new_database()
    environ = {"INTO": postgres.url(database)}
    until(ctx, folder, "receive")

    ((_, package),) = package_folders(ctx, CASE)
    receiver = next(p for p in ctx.case(CASE).case.people if "receiver" in p.roles)
    key, trust = folder / "keys" / receiver.id, tmp_path / "trust.json"
    write_trust(ctx, CASE, trust)
    share = way_to(str(tmp_path / "share"))
    assert [x.there for x in send_packages(ctx, CASE, share, tell=ctx.progress).values()] == [0]
    assert [x.sent for x in send_packages(ctx, CASE, share, tell=ctx.progress).values()] == [0]
    came = receive_package(tmp_path / "share" / package.name, folder / "keys" / BUYER, tmp_path / "in", trust=trust)
    imported = import_received(came, "env:INTO", ("all",), environ=environ)
    write_receipt(came, key, tmp_path / "receipt.json", at=ctx.now(CASE), imported=imported)
    enter_receipt(ctx, CASE, tmp_path / "receipt.json")
    assert withdraw(ctx, CASE) == ()

    def rows(table: str) -> dict[str, dict[str, object]]:
        with closing(postgres.connect(database)) as db, db.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')
            return {r[1]: dict(zip([d[0] for d in cursor.description], r, strict=True)) for r in cursor.fetchall()}

    def carried_out(message: PassedOn) -> None:
        done = carry_out(message.folder, folder / "keys" / BUYER, trust, "env:INTO", environ=environ)
        again = carry_out(message.folder, folder / "keys" / BUYER, trust, "env:INTO", environ=environ)
        assert done.tables == again.tables
        write_change_receipt(done, key, tmp_path / "done.json", at=ctx.now(CASE))
        enter_receipt(ctx, CASE, tmp_path / "done.json")

    who = customers_by_ref(ctx)
    tables = [t.replace(".", "__") for t in came.counts]
    before = {t: rows(t) for t in tables}
    named = named_by_others(ctx)
    objector, _, gone = next(r for r in who.rows() if r[1] not in named)
    answers = tmp_path / "answers.csv"
    answers.write_text(f"ref,answer,at,channel\n{objector},object,{rfc3339(ctx.now(CASE))},mail\n")
    enter_answers(ctx, CASE, answers)
    (message,) = withdraw(ctx, CASE)
    assert withdraw(ctx, CASE) == (), "told once"
    assert [m.done for m in case_overview(ctx, CASE).withdrawals] == [None]
    assert len(send_messages(ctx, CASE, share, tell=ctx.progress)) == 1
    carried_out(message)
    assert send_messages(ctx, CASE, share, tell=ctx.progress) == {}
    after = {t: rows(t) for t in before}
    assert before["crm__customers"].keys() - after["crm__customers"].keys() == {gone}
    assert sum(len(before[t]) - len(after[t]) for t in tables) == message.asked[0] > 1
    (told,) = case_overview(ctx, CASE).withdrawals
    assert told.done == message.asked

    until(ctx, folder, "close")  # the sources have lost their rows by now
    late, _, row = next(r for r in who.rows() if r[1] in named)
    fixed, other = next(
        r for r in who.rows() if r[0] not in {late, objector} and after["crm__customers"][r[2]]["name"]
    )[0::2]
    people = tmp_path / "people.csv"
    people.write_text(f"ref,action,field,value\n{late},withdraw,,\n{fixed},correct,crm.customers.name,司徒更正\n")
    (message,) = withdraw(ctx, CASE, people=people)
    assert withdraw(ctx, CASE, people=people) == ()
    assert "司徒更正".encode() not in b"".join(p.read_bytes() for p in message.folder.iterdir())
    carried_out(message)
    assert passed_on(ctx, CASE)[-1].done == message.asked, "nothing is asked that the receiver never had"
    last = rows("crm__customers")
    assert after["crm__customers"].keys() - last.keys() == {row}
    assert last[other]["name"] == "司徒更正"
    assert [k for k in last if last[k] != after["crm__customers"][k]] == [other]

    people.write_text("ref,action,field,value\nnobody,withdraw,,\n")
    with pytest.raises(InputError, match="line 2"):
        withdraw(ctx, CASE, people=people)
    with pytest.raises(DeliveryError):
        enter_receipt(ctx, CASE, message.folder / "DeliveryChange.dsse.json")

    rehearse(ctx, folder)
    with pytest.raises(StateError, match="is closed"):
        withdraw(ctx, CASE)
    report = make_bundle(ctx, CASE).report
    assert report.ok, [f"{c.code} {c.file} {c.en}" for c in report.failed]
    names = {p.name for p in ctx.workspace(CASE).dir("bundle").rglob("withdrawal-*.json")}
    assert len(names) == 2
    assert len(passed_on(ctx, CASE)) == 2
    ctx.store.close()
