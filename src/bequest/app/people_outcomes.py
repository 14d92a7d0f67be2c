"""How each person ends, once it is fixed: a line in the disposition tree, and where the one-time feedback goes."""

import hashlib
import io
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import polars as pl

from bequest.app.context import Context, Run
from bequest.app.decide import MAIN_CLASSES
from bequest.app.evidence import keep_statement, platform_signer
from bequest.app.keep_place import keep_place
from bequest.app.kept_proofs import KeptProofs, kept_proofs
from bequest.app.run_notify import read_sealed_frame
from bequest.app.telling import people_of, register
from bequest.app.workspace import Workspace
from bequest.crypto.atomic import write_file
from bequest.crypto.sealing import write_sealed
from bequest.engine.tableplan import DECISION_PREFIX, TablePlan
from bequest.evidence.statement import Statement, Subject
from bequest.kernel.clock import local_date
from bequest.kernel.errors import EvidenceError
from bequest.model.case import Case
from bequest.model.datamap import DataMap, FieldClass, TableMap
from bequest.model.disposition import Release, Residue
from bequest.steps.close.feedback import outbox_rows, outcome_of
from bequest.steps.link.link import Linked

TableKey = tuple[str, str]
FEEDBACK_DAYS = 30
SMALL = 10
"""Counts below are not printed: they could point at somebody."""


def main_pairs(case: Case, datamap: DataMap, plans: Mapping[TableKey, TablePlan], n_subjects: int) -> pl.DataFrame:
    """Per subject the pair of the main record: `subject`, `pair` (`release residue` of the first releasable column).

    Where the case has several lots, a person has one pair per lot: `lot:release residue`, joined by `/`.
    """
    tables = {(t.source, t.name): t for t in datamap.tables}
    parts = [f for key, plan in plans.items() for f in _pairs_in(tables[key], plan)]
    everyone = pl.DataFrame({"subject": pl.Series(range(n_subjects), dtype=pl.UInt32)})
    if not parts:
        return everyone.with_columns(pl.lit("none in_use").alias("pair"))
    several = len(case.lots) > 1
    if several:
        best = _best_by_lot(pl.concat(parts))
    else:
        best = (
            pl.concat(parts)
            .sort("subject", "rank", maintain_order=True)
            .unique("subject", keep="first", maintain_order=True)
            .select("subject", "pair")
        )
    return everyone.join(best, on="subject", how="left", maintain_order="left").with_columns(
        pl.col("pair").fill_null("follows record")
    )


def _pairs_in(table: TableMap, plan: TablePlan) -> list[pl.DataFrame]:
    if table.record_class not in MAIN_CLASSES:
        return []
    main = next((c for c in table.columns if c.cls is FieldClass.PERSON_NAME), table.columns[0])
    pairs = dict(enumerate(f"{d.release.value} {d.residue.value}" for d in plan.dispositions))
    column = pl.col(DECISION_PREFIX + main.name).replace_strict(pairs, return_dtype=pl.Utf8).alias("pair")
    rank = pl.lit(MAIN_CLASSES.index(table.record_class), pl.UInt8).alias("rank")
    found = [plan.rows.select("subject", "lot", rank, column).drop_nulls("subject")]
    if plan.shares.height:
        who = plan.rows["subject"][plan.shares["pos"]].alias("subject")
        found.append(plan.shares.with_columns(who).select("subject", "lot", rank, column).drop_nulls("subject"))
    return found


def _best_by_lot(parts: pl.DataFrame) -> pl.DataFrame:
    """One pair per person and lot; outside every lot only for those who are in none."""
    best = parts.sort("subject", "lot", "rank", maintain_order=True).unique(
        ["subject", "lot"], keep="first", maintain_order=True
    )
    inside = pl.col("lot") != ""
    best = best.filter(inside | ~inside.any().over("subject"))
    text = pl.when(inside).then(pl.concat_str("lot", pl.lit(":"), "pair")).otherwise("pair")
    return (
        best.group_by("subject", maintain_order=True)
        .agg(text.alias("pair"))
        .with_columns(pl.col("pair").list.join("/"))
    )


def seal_feedback(ctx: Context, run: Run, pairs: pl.Series, linked: Linked) -> None:
    """Addresses for the feedback after the destruction, sealed before the sources lose them."""
    people = read_sealed_frame(
        ctx, run.case.id, run.workspace.dir("letters") / "contacts.sealed", "bodies", b"contacts"
    )
    state = register(run.workspace)
    contacts = (
        people.join(state.select("ref", "public_only"), on="ref")
        .filter(~pl.col("public_only"))
        .join(people_of(run.workspace, linked), on="ref")
        .unique("subject", keep="first", maintain_order=True)
        .select("subject", "name", "phone", "email")
    )
    words = {p: outcome_word(p) for p in pairs.unique().to_list()}
    rows = outbox_rows(contacts, pairs.replace_strict(words, default=None, return_dtype=pl.Utf8))
    buffer = io.BytesIO()
    rows.write_parquet(buffer)
    path = run.workspace.dir("stores", "outbox") / "feedback.sealed"
    write_sealed(path, [buffer.getvalue()], ctx.keys(run.case.id).get("outbox"), b"feedback")
    keep_place(
        ctx, run.case.id, "stores/outbox", path,
        content="办结反馈的联系方式 / addresses for the one-time feedback", ground="PIPL-22, PIPL-47",
        key="outbox", ends_on=local_date(run.at, run.case.timezone) + timedelta(days=FEEDBACK_DAYS),
    )  # fmt: skip


def outcome_word(pair: str) -> str | None:
    """The outcome word of a pair, or one word per lot; none for people without a main record."""
    if pair == "follows record":
        return None
    if ":" in pair:
        parts = (p.split(":") for p in pair.split("/"))
        return "/".join(f"{lot}:{outcome_word(p)}" for lot, p in parts)
    release, residue = pair.split(" ")
    return outcome_of(Release(release), Residue(residue)).value


def disposition_root(ctx: Context, run: Run, pairs: pl.Series, anchors: pl.Series) -> dict[str, str]:
    """The disposition tree over all people, one line each, hidden by salts: digests of root and statement."""
    fixed = pl.DataFrame({"anchor": anchors, "pair": pairs})
    tree = _lines(ctx, run.case.id, fixed)
    run.workspace.write(_fixed_pairs(run.workspace), fixed)
    root = tree.root.hex()
    write_file(run.workspace.dir("work") / "disposition.leaves", tree.leaves)
    counts: dict[str, int] = {}
    for pair, n in fixed.group_by("pair", maintain_order=True).len().iter_rows():
        counts[pair.replace(" ", "_")] = counts.get(pair.replace(" ", "_"), 0) + n
    statement = Statement(
        "DispositionRoot",
        (Subject("urn:bequest:disposition-tree", root),),
        {
            "caseRef": run.case.id,
            "root": root,
            "subjects": fixed.height,
            "byPair": {k: (v if v >= SMALL else f"<{SMALL}") for k, v in counts.items()},
        },
    )
    path = run.workspace.dir("statements") / "disposition-root.dsse.json"
    envelope = keep_statement(path, statement, [platform_signer(ctx, run.case.id)])
    return {"root": root, "statement": hashlib.sha256(envelope).hexdigest()}


def person_proofs(ctx: Context, run: Run) -> KeptProofs | None:
    """What each person can keep as a proof; None before it was fixed.

    Raises:
        EvidenceError: where the lines kept in this home are not those whose root was recorded.
    """
    path = _fixed_pairs(run.workspace)
    if not path.is_file():
        return None
    proofs = _lines(ctx, run.case.id, pl.read_parquet(path))
    if (run.workspace.dir("work") / "disposition.leaves").read_bytes() != proofs.leaves:
        raise EvidenceError("the lines of the dispositions are not those that were recorded", hint="Report this.")
    return proofs


def _lines(ctx: Context, case_id: str, fixed: pl.DataFrame) -> KeptProofs:
    """The lines of all people: `anchor`, `pair`."""
    return kept_proofs(ctx.keys(case_id).get("evidence"), fixed["anchor"], fixed["pair"])


def _fixed_pairs(workspace: Workspace) -> Path:
    """Who ends how, as it was fixed last; it goes with the links between people."""
    return workspace.dir("work", "link") / "fixed.parquet"
