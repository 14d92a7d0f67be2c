"""Make the demo company: its systems, its case, how its people react, and the truth about all of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from bequest.crypto.atomic import PUBLIC, write_file
from bequest.demo import truth, two_lots
from bequest.demo.behaviour import make_behaviour
from bequest.demo.casefile import BACKUP, SHOWN_FILE, agreement_title, render_case
from bequest.demo.customers import CustomerRows, make_customers, make_rows
from bequest.demo.keys import DemoKeys, make_keys
from bequest.demo.labels import labels
from bequest.demo.logistics import LOGISTICS_TABLES, make_logistics
from bequest.demo.loyalty import make_loyalty
from bequest.demo.mapfile import render_map
from bequest.demo.orders import make_orders
from bequest.demo.outcomes import outcomes
from bequest.demo.parties import ESCROW, KEEPER, people_for
from bequest.demo.people import make_people
from bequest.demo.personas import SMALLEST
from bequest.demo.records import Records
from bequest.demo.relations import make_addresses, make_consents, make_disputes, make_objections, make_outsiders
from bequest.demo.schema import TABLES
from bequest.demo.seeded import seeded_values
from bequest.demo.service import make_tickets, make_weblog
from bequest.demo.variants import VARIANTS, Variant, variant_of
from bequest.demo.writing import (
    write_backup,
    write_csv,
    write_json,
    write_jsonl,
    write_marker,
    write_parquet,
    write_sqlite,
    write_xlsx,
)
from bequest.kernel.errors import InputError
from bequest.kernel.ids import parse_identifier
from bequest.model.case import ENTRUSTS, MOVES_NOTHING, Event

Progress = Callable[[str, int, int], None]
WriteSources = Callable[[Path, truth.Tables, str], None]
"""Takes the folder of the company, its records, and the case id for the marks of a rehearsal."""
DEMO_EVENTS = frozenset(VARIANTS)
"""Events for which there is a demo company."""
_STEPS = ("people", "records", "truth", "files", "case")


@dataclass(frozen=True, slots=True)
class DemoCompany:
    """Where everything of a demo company lies."""

    folder: Path
    case_id: str
    event: Event
    case_file: Path
    map_file: Path
    behaviour_file: Path
    sources: Path
    truth: Path
    """Never shown to the product: only tests score against it."""
    keys: DemoKeys
    rows: Mapping[str, int]
    """Table → number of rows."""


def make_company(
    out: Path,
    *,
    event: Event,
    customers: int,
    seed: int = 1,
    case_id: str | None = None,
    progress: Progress | None = None,
    lots: int = 1,
    write: WriteSources | None = None,
) -> DemoCompany:
    """Write the demo company into `out`. The same seed and size give the same company; only keys are random.

    What is there is overwritten, each file whole or not at all, the case file last; keys already there are kept.
    `lots`: 2 sells two shops to two buyers on two routes, and leaves a third (see `two_lots`). `write` puts the records
    elsewhere than into files of every kind; the case file still names these files then.
    The default `case_id` is `demo-e5`, `demo-e2` …; `progress` is called with a step's name, steps done, and all steps.

    Raises:
        InputError: for an event whose flow does not exist yet, too few customers, or a bad case id.
    """
    case_id = _checked(event, customers, case_id, lots)
    variant = variant_of(event, lots)
    tell = progress or (lambda _step, _done, _all: None)
    for folder in (out / "sources", out / "copies", out / "truth", out / "papers"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    tell(_STEPS[0], 0, len(_STEPS))
    if event is Event.E11:
        tables = make_logistics(out, seed, customers, case_id, out / BACKUP)
    else:
        tables = _make_shop(seed, event, customers, variant, tell, out)
        (write or write_files)(out, tables, case_id)
    tell(_STEPS[4], 4, len(_STEPS))
    for kind, title, issuer in variant.papers:
        text = f"{title}\n{issuer}\n演练用虚构文件 · invented, for a rehearsal\n"
        write_file(out / "papers" / f"{kind}.txt", text.encode(), mode=PUBLIC)
    for lot in (lot for lot in variant.lots if lot.agrees):
        text = f"{agreement_title(lot.route)}\n{lot.id} {lot.receiver}\n演练用虚构文件 · invented, for a rehearsal\n"
        write_file(out / "papers" / f"agreement-{lot.id}.txt", text.encode(), mode=PUBLIC)
    if event in ENTRUSTS:
        for lot in variant.lots:
            text = f"{lot.id} {lot.receiver}\n数据已返还，副本已删除\n演练用虚构文件 · invented, for a rehearsal\n"
            (out / "evidence").mkdir(mode=0o700, exist_ok=True)
            write_file(out / "evidence" / f"return-{lot.id}.txt", text.encode(), mode=PUBLIC)
    if variant.shown:
        write_file(out / SHOWN_FILE, variant.shown.encode(), mode=PUBLIC)
    buyers = tuple(lot.receiver for lot in variant.lots)
    parties = () if event in MOVES_NOTHING else (*buyers, ESCROW.id, KEEPER.id)
    keys = make_keys(out / "keys", tuple(p.id for p in people_for(event, lots)), parties)
    described = render_map(LOGISTICS_TABLES, aside=True) if event is Event.E11 else render_map()
    write_file(out / "map.toml", described.encode(), mode=PUBLIC)
    write_file(out / "case.toml", render_case(event, case_id, keys, lots).encode(), mode=PUBLIC)
    tell(_STEPS[4], 5, len(_STEPS))
    return DemoCompany(
        out,
        case_id,
        event,
        out / "case.toml",
        out / "map.toml",
        out / "behaviour.parquet",
        out / "sources",
        out / "truth",
        keys,
        {name: r.frame.height for name, r in tables.by_name.items()},
    )


def _checked(event: Event, customers: int, case_id: str | None, lots: int) -> str:
    if lots not in {1, 2} or (lots == 2 and event is not Event.E5):
        raise InputError(
            f"there is no demo with {lots} lots for event {event.value}", hint="Choose 1, or 2 with event E5."
        )
    if event not in DEMO_EVENTS:
        known = ", ".join(sorted(DEMO_EVENTS))
        raise InputError(f"there is no demo for event {event.value} yet", hint=f"Choose one of {known}.")
    if customers < SMALLEST:
        raise InputError(
            f"{customers} customers cannot show every kind of person", hint=f"Ask for at least {SMALLEST} customers."
        )
    return parse_identifier(case_id or f"demo-{event.value.lower()}", "case id")


def _make_shop(seed: int, event: Event, customers: int, variant: Variant, tell: Progress, out: Path) -> truth.Tables:
    rows = make_rows(seed, make_people(seed, customers))
    tell(_STEPS[1], 1, len(_STEPS))
    tables = _records(seed, rows, customers)
    tables = two_lots.spread(tables) if len(variant.lots) > 1 else tables
    tell(_STEPS[2], 2, len(_STEPS))
    _write_truth(out, seed, event, rows, tables, variant)
    tell(_STEPS[3], 3, len(_STEPS))
    return tables


def _records(seed: int, rows: CustomerRows, customers: int) -> truth.Tables:
    orders = make_orders(seed, rows, customers)
    latest = orders.frame.group_by("@customer").agg(pl.col("#day").max())
    last_order = rows.frame.select(pl.col("person").alias("@customer")).join(
        latest, on="@customer", how="left", maintain_order="left"
    )["#day"]
    made = [
        make_customers(seed, rows, last_order),
        make_addresses(seed, rows, customers),
        make_consents(seed, rows),
        make_objections(seed, rows),
        make_disputes(seed, rows, orders),
        *make_outsiders(seed, rows),
        orders,
        make_loyalty(seed, rows, customers),
        make_tickets(seed, rows, customers),
        make_weblog(seed, rows, customers),
    ]
    by_name = {r.table.name: r for r in made}
    return truth.Tables({t.name: by_name[t.name] for t in TABLES})


def _write_truth(
    out: Path, seed: int, event: Event, rows: CustomerRows, tables: truth.Tables, variant: Variant
) -> None:
    lots = variant.lots
    by_lot = two_lots.people_in_lots(tables, lots)
    in_lot = pl.concat([pl.Series(dtype=pl.Utf8), *by_lot.values()]).unique().sort()
    behaviour = make_behaviour(
        seed, event, rows, tables.by_name["customers"], tables.by_name["loyalty"], tables.by_name["tickets"], in_lot
    )
    if len(lots) > 1 or any(lot.asks for lot in lots):
        behaviour = two_lots.answer_by_lot(seed, behaviour, lots, by_lot)
    facts = truth.person_facts(tables, behaviour)
    who = truth.mentions(tables)
    write_parquet(out / "behaviour.parquet", behaviour)
    write_parquet(out / "truth" / "mentions.parquet", who)
    write_parquet(out / "truth" / "persons.parquet", truth.persons(who, facts, in_lot, lots[0].id if lots else ""))
    if "transfer" in behaviour.columns:
        found = two_lots.outcomes_by_lot(event, tables, behaviour, lots)
    else:
        scope = truth.scopes(tables, lots[0].shops, lots[0].shops) if lots else truth.scopes(tables, (), ())
        found = outcomes(event, tables, scope, facts, lot=lots[0].id if lots else "")
    write_parquet(out / "truth" / "outcomes.parquet", found)
    write_json(out / "truth" / "sums.json", truth.sums(tables))
    write_json(out / "truth" / "seeded.json", seeded_values(seed, tables))
    write_file(out / "truth" / "labels.csv", labels(tables).write_csv().encode(), mode=PUBLIC)


def write_files(out: Path, tables: truth.Tables, case_id: str) -> None:
    """The shop's systems, each as a file of another kind."""
    crm: list[Records] = [r for r in tables.by_name.values() if r.table.source == "crm"]
    sources = out / "sources"
    write_marker(sources, case_id)
    write_sqlite(sources / "crm.db", crm, case_id)
    write_xlsx(sources / "orders.xlsx", tables.by_name["orders"])
    write_csv(sources / "loyalty.csv", tables.by_name["loyalty"])
    write_jsonl(sources / "tickets.jsonl", tables.by_name["tickets"])
    write_parquet(sources / "weblog.parquet", tables.by_name["weblog"].written)
    write_backup(out / BACKUP, crm)
