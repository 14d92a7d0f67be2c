"""Cards after the end: what was done with each person's data, while addresses and plans are still there."""

import json
from pathlib import Path

import polars as pl

from bequest.app.context import Context, Run
from bequest.app.evidence import open_log, publish
from bequest.app.kept_proofs import KeptProofs
from bequest.app.notices import notices_for
from bequest.app.people_outcomes import main_pairs, outcome_word, person_proofs
from bequest.app.portal.cards import Ended, make_cards
from bequest.app.run_discover import data_map
from bequest.app.run_link import load_linked
from bequest.app.run_notify import portal_address, read_sealed_frame, with_portal
from bequest.app.run_plan import load_plans
from bequest.app.telling import people_of, register
from bequest.crypto.keys import KeyState
from bequest.evidence.event_types import EventType
from bequest.evidence.head_proof import HeadProof


def finish_cards(ctx: Context, run: Run) -> int:
    """The last cards of a case; how many. None where there is no portal, or what they are made of is going already.

    A close that was cut off in its last purge made them before: the key of the links between people goes first.
    """
    workspace = run.workspace
    contacts: Path = workspace.dir("letters") / "contacts.sealed"
    whole = contacts.is_file() and ctx.keys(run.case.id).state("link") is KeyState.LIVE
    if not whole or not portal_address(ctx, run.case.id):
        return 0
    datamap = data_map(ctx, run.case.id)
    linked = load_linked(workspace, run.case, datamap, fixed=True)
    pairs = main_pairs(run.case, datamap, load_plans(workspace, datamap), linked.n_subjects)["pair"]
    words = {p: outcome_word(p) for p in pairs.unique().to_list()}
    outcomes = pairs.replace_strict(words, default=None, return_dtype=pl.Utf8)
    who = people_of(workspace, linked)
    ends = (outcomes.gather(who["subject"]).alias("outcome"), linked.anchors.gather(who["subject"]).alias("line"))
    done = who.select("ref", *ends).unique("ref", keep="first")
    state = register(workspace)
    notices = with_portal(ctx, run.case, notices_for(run.case, datamap, state["lots"].unique().sort()))
    people = read_sealed_frame(ctx, run.case.id, contacts, "bodies", b"contacts")
    proofs = person_proofs(ctx, run)
    ended = Ended(done, proofs, _fixed_head(ctx, run.case.id, proofs))
    return make_cards(ctx, run.case, datamap, state, people, notices, ended=ended, at=run.at)


def _fixed_head(ctx: Context, case_id: str, proofs: KeptProofs | None) -> str:
    """The head of the log that holds the root of these proofs, as JSON; empty where there are none."""
    if proofs is None:
        return ""
    publish(ctx, case_id)
    with open_log(ctx, case_id) as log:
        root = proofs.root.hex()
        fixed = [leaf for leaf in log.entries() if leaf.type is EventType.DISPOSITION_FIXED]
        held = next(leaf.seq for leaf in reversed(fixed) if root in {ref.sha256 for ref in leaf.refs})
        return json.dumps(HeadProof(log.entry_bytes(held), log.prove(held)).to_json())
