"""A witness and a case on the command line, by file."""

from dataclasses import replace
from pathlib import Path

from tests.unit.app.app_cases import add_case
from tests.unit.cli.conftest import Ran, Run
from tests.unit.store.samples import CASE

from bequest.app.context import open_context
from bequest.app.evidence import open_log
from bequest.model.witnessing import EvidenceRules, NamedWitness


def ok(ran: Ran) -> str:
    assert (ran.code, ran.err) == (0, ""), ran.err
    return ran.out


def test_a_head_goes_to_the_witness_and_comes_back_cosigned(run: Run, tmp_path: Path) -> None:
    vkey = ok(run("witness", "key", tmp_path / "notary", "--name", "notary.example")).splitlines()[0]
    ctx = open_context(tmp_path / "home")
    rules = EvidenceRules(witnesses=(NamedWitness(vkey=vkey),), quorum=1)
    add_case(ctx, replace(CASE, evidence=rules))
    with open_log(ctx, CASE.id) as log:
        (tmp_path / "log.vkey").write_text(f"{log.key.vkey}\n")
        name = log.key.name
    ctx.store.close()
    home = ("--home", tmp_path / "home")
    out = ok(run(*home, "evidence", "checkpoint", CASE.id, "--out", tmp_path))
    request = Path(out.split("request: ")[1].strip())

    unknown = run("witness", "sign", tmp_path / "notary", request)
    assert unknown.code == 8
    assert "BQ-WITNESS-2" in unknown.err
    said = ok(run("witness", "sign", tmp_path / "notary", request, "--log", tmp_path / "log.vkey"))
    assert "0 entries seen before, 4 now" in said
    assert name in ok(run("witness", "logs", tmp_path / "notary"))
    answer = request.with_suffix(".cosignature")
    assert "4: notary.example 2" in ok(run(*home, "evidence", "cosigned", CASE.id, answer))
    assert "taken in before" in ok(run(*home, "evidence", "cosigned", CASE.id, answer))
    assert "notary.example 2" in ok(run(*home, "evidence", "heads", CASE.id))
    assert "has an address" in ok(run(*home, "evidence", "ask", CASE.id))

    early = run(*home, "evidence", "trust", CASE.id, "--out", tmp_path / "trust.json")
    assert early.code == 4  # no policy yet
    assert not (tmp_path / "trust.json").exists()
    wrong = run(*home, "evidence", "cosigned", CASE.id, tmp_path / "log.vkey")
    assert (wrong.code, "no line of it is a cosignature" in wrong.err) == (8, True)
