"""A whole small asset deal under two witnesses, one over HTTP and one by file, stamped, to a bundle that names them."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pypdf
import pytest
from tests.e2e.whole_case import ROOT
from tests.unit.crypto.local_tsa import LocalTsa, make_tsa

from bequest.app.anchors import take_anchor, write_head
from bequest.app.context import Context, open_context
from bequest.app.make_bundle import make_bundle, write_trust
from bequest.app.make_report import make_report
from bequest.app.rehearse import rehearse
from bequest.app.timestamps import take_timestamp, write_query
from bequest.app.witness_folder import make_witness, sign_request, watch
from bequest.app.witness_http import make_server
from bequest.app.witnesses import take_cosignatures, write_requests
from bequest.demo import make_company
from bequest.evidence.bundle import bundle_name
from bequest.evidence.checkpoint import Checkpoint
from bequest.evidence.tiles import read_entries
from bequest.evidence.trust import parse_trust
from bequest.kernel.clock import SystemClock
from bequest.kernel.errors import EvidenceError
from bequest.model.case import Event

CASE = "demo-e5"


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    with make_server(folder, ("127.0.0.1", 0), SystemClock()) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def log_vkey(ctx: Context) -> str:
    note = (ctx.workspace(CASE).dir("log") / "checkpoint").read_text()
    assert note.startswith(f"bequest.example/{CASE}\n")
    write_trust(ctx, CASE, ctx.home / "early-trust.json")
    return parse_trust((ctx.home / "early-trust.json").read_bytes()).log_vkey


def verified(tmp: Path, bundle: Path, trust: Path, *more: str) -> tuple[int, dict[str, list[str]]]:
    """What the stand-alone verifier says: exit code, and what it says under each code."""
    single = tmp / "bequest-verify.pyz"
    if not single.exists():
        subprocess.run(
            [sys.executable, ROOT / "scripts" / "build_verifier.py", single], check=True, capture_output=True
        )
    command = [sys.executable, single, bundle, "--trust", trust, "--rehearsal", "--json", *more]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, env={"PYTHONUTF8": "1"})
    said: dict[str, list[str]] = {}
    for c in json.loads(done.stdout)["checks"]:
        said.setdefault(c["code"], []).append(c["en"])
    return done.returncode, said


def read_all(bundle: Path) -> list[bytes]:
    log = bundle / "data" / "log"
    return list(read_entries(log, int((log / "checkpoint").read_text().splitlines()[1])))


def stamped_and_registered(ctx: Context, tsa: LocalTsa, tmp_path: Path) -> Checkpoint:
    """The last head gets a time stamp and lies with a platform for evidence."""
    write_query(ctx, CASE, tmp_path / "head.tsq")
    (tmp_path / "head.tsr").write_bytes(tsa.reply((tmp_path / "head.tsq").read_bytes()))
    take_timestamp(ctx, CASE, (tmp_path / "head.tsr").read_bytes())

    head, _, sm3 = write_head(ctx, CASE, tmp_path / "head")
    deposit = json.dumps({"alg": "SM3", "hash": sm3}).encode()
    at = datetime(2026, 11, 30, tzinfo=UTC)
    take_anchor(ctx, CASE, "deposit.json", deposit, platform="示例链", reference="0x17", at=at)
    return head


def test_a_case_with_witnesses_runs_to_a_bundle_that_names_them(tmp_path: Path) -> None:
    folder = make_company(tmp_path / "demo", event=Event.E5, customers=120).folder
    notary, buyer = (
        make_witness(tmp_path / "notary", "notary.example"),
        make_witness(tmp_path / "buyer", "buyer.example"),
    )
    tsa = make_tsa(tmp_path / "tsa")
    ctx = open_context(tmp_path / "home")
    with serving(tmp_path / "notary") as url:
        rules = f'\n[evidence]\nwitnesses = ["{notary.vkey} {url}", "file:buyer.vkey"]\nquorum = 2\nintent_quorum = 1\n'
        rules += 'guomi = true\ntsa_roots = "file:tsa-roots.pem"\n'
        (folder / "tsa-roots.pem").write_text(tsa.root_pem)
        (folder / "buyer.vkey").write_text(buyer.vkey + "\n")
        with (folder / "case.toml").open("a", encoding="utf-8") as file:
            file.write(rules)
        with pytest.raises(EvidenceError, match="0 of the 1 witnesses needed have seen the intent cutover"):
            rehearse(ctx, folder)  # the notary does not know the log yet
        watch(tmp_path / "notary", log_vkey(ctx))
        played = rehearse(ctx, folder)
    assert [c.code for c in played.bundle.report.failed] == ["log.quorum"]  # the buyer has not cosigned yet

    head = stamped_and_registered(ctx, tsa, tmp_path)
    requests = {p.name.split("-")[-1]: p for p in write_requests(ctx, CASE, tmp_path)}
    for witness, log in (("buyer", log_vkey(ctx)), ("notary", "")):
        made = sign_request(
            tmp_path / witness, requests[f"{witness}.example.request"].read_bytes(), SystemClock(), log=log
        )
        take_cosignatures(ctx, CASE, made.line)
    bundle = make_bundle(ctx, CASE)
    assert [c.code for c in bundle.report.failed] == []

    early = json.loads((ctx.home / "early-trust.json").read_bytes())
    assert early == json.loads(bundle.trust.read_bytes())  # what was given away before is what holds
    code, said = verified(tmp_path, bundle.folder, ctx.home / "early-trust.json")
    assert code == 0
    [registered] = said["log.anchors"]
    assert f"the head of {head.size} entries was registered, says the receipt: 示例链 0x17 2026-11-30" in registered
    assert "the receipt names its digest" in registered
    assert "what the platform holds must be looked up there" in registered
    [quorum] = said["log.quorum"]
    assert "2 of 2 witnesses cosigned the head, 2 must" in quorum
    assert "notary.example 2" in quorum
    assert "buyer.example 2" in quorum
    assert "self-published" not in said["log.checkpoint"][0]
    assert len(said["log.heads"]) >= 4  # cutover, delivery, destruction, certificate, and the last
    assert "witnesses had seen each of 3 intents beforehand" in said["log.intents_seen"][0]
    checkpoint = bundle.folder / "data" / "log" / "checkpoint"
    assert verified(tmp_path, bundle.folder, bundle.trust, "--earlier", str(checkpoint))[0] == 0
    proof = (bundle.folder / "data" / "proofs" / "certificate.tlog-proof").read_text()
    assert "— buyer.example " in proof

    pages = pypdf.PdfReader(bundle.folder / "data/certificates/certificate.pdf").pages
    text = " ".join(word for page in pages for word in page.extract_text().split())
    assert "cosigned by 1 of 2 witnesses" in text
    assert said["log.time"][0].startswith(
        f"the head of {len(read_all(bundle.folder))} entries is stamped: CN=Example Time 2"
    )
    openssl = [
        block
        for block in re.findall(r"```\n(.*?)```", (bundle.folder / "VERIFY.md").read_text(), re.S)
        if "ts -verify" in block
    ]
    script = openssl[0].splitlines()[0].replace("N.", f"{len(read_all(bundle.folder))}.")
    done = subprocess.run(["bash", "-c", script], cwd=bundle.folder, capture_output=True, text=True, check=False)
    assert done.stdout == "Verification: OK\n", done.stderr
    html = make_report(ctx, CASE, "en").read_text(encoding="utf-8")
    assert "buyer.example 2" in html
    assert "CN=Example Time" in html
    assert "Self-published" not in html
    policy = (bundle.folder / "data" / "policy.txt").read_text()
    assert "group q 2 w1 w2\nquorum q\n" in policy
    assert bundle.folder.name == bundle_name(CASE)
    ctx.store.close()
