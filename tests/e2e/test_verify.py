"""The bundle of a whole case convinces somebody who has nothing but it, a trust file and standard tools; and no other.

Checked are the command, the stand-alone verifier with Python alone, the commands that VERIFY.md tells a
reader to type, the QR code as it is drawn on the page, and the wheel in which all of this is shipped.
"""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest
from tests.e2e.qr_reader import read_qr
from tests.e2e.whole_case import ROOT, WholeCase

from bequest.documents.qr import parse_qr_text, short_id
from bequest.evidence import verify_cli
from bequest.evidence.checkpoint import parse_checkpoint
from bequest.evidence.event import Leaf, parse_leaf
from bequest.evidence.event_types import EventType
from bequest.evidence.tiles import read_entries
from bequest.evidence.trust import parse_trust
from bequest.kernel.canonical import canonical

CASES = ["asset_deal", "share_deal"]


@pytest.fixture
def whole(request: pytest.FixtureRequest) -> WholeCase:
    found: WholeCase = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def copy(asset_deal: WholeCase, tmp_path: Path) -> Path:
    """A bundle of its own to spoil, the trust file beside it."""
    shutil.copytree(asset_deal.bundle.parent, tmp_path / "handed-over")
    return tmp_path / "handed-over" / asset_deal.bundle.name


def files_of(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def verify(bundle: Path, trust: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str]:
    capsys.readouterr()
    code = verify_cli.main([str(bundle), "--trust", str(trust), "--lang", "en", *more])
    said = capsys.readouterr()
    return code, said.out + said.err


def leaves(whole: WholeCase) -> list[Leaf]:
    """The entries of the log in the bundle."""
    log = whole.bundle / "data" / "log"
    trust = parse_trust(whole.trust.read_bytes())
    checkpoint = parse_checkpoint((log / "checkpoint").read_text(), trust.log)
    return [parse_leaf(entry) for entry in read_entries(log, checkpoint.size)]


# It verifies.


MAIN = "from bequest.cli.main import main; main()"


def test_the_command_verifies_it_and_refuses_a_rehearsal_taken_for_real(asset_deal: WholeCase, tmp_path: Path) -> None:
    command = [sys.executable, "-c", MAIN, "verify", str(asset_deal.bundle), "--trust", str(asset_deal.trust)]
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src"), "HOME": str(tmp_path), "LANG": "en_GB.UTF-8"}
    good = subprocess.run([*command, "--rehearsal"], capture_output=True, text=True, env=env, check=False)
    assert good.returncode == 0, good.stdout + good.stderr
    assert "log.root" in good.stdout
    refused = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
    assert refused.returncode == 8
    assert "--rehearsal" in refused.stdout


def test_everything_a_case_can_show_was_checked(asset_deal: WholeCase, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = verify(asset_deal.bundle, asset_deal.trust, capsys, "--rehearsal", "--json")
    report = json.loads(said)
    assert (code, report["ok"], report["complete"]) == (0, True, True)
    assert {c["code"] for c in report["checks"]} == {
        "files.signature", "files.digests", "trust.keys", "log.checkpoint", "log.root", "log.order", "log.intents",
        "log.closed", "log.approved", "statement", "proof", "approval", "approval.roles", "approval.policy",
        "approval.in_time", "answers", "receipt", "certificate", "certificate.logged", "disposition",
    }  # fmt: skip
    looked_at = [c["file"] for c in report["checks"]]
    statements = [f"data/statements/{name}" for name in files_of(asset_deal.bundle / "data" / "statements")]
    assert set(statements) <= set(looked_at)
    assert len(statements) == 6  # two assessments, delivery, disposition, rescan, certificate
    assert sum(c["code"] == "approval" for c in report["checks"]) == 6


def test_the_bundle_holds_all_its_parts(asset_deal: WholeCase) -> None:
    folders = {path.split("/")[1] for path in files_of(asset_deal.bundle) if path.startswith("data/")}
    assert folders == {
        "answers", "approvals", "certificates", "disposition", "log", "notices", "policy.txt", "proofs", "receipts",
        "statements", "trust",
    }  # fmt: skip
    notices = files_of(asset_deal.bundle / "data" / "notices")
    assert any(n.startswith("notice-") for n in notices)
    assert "public-notice.txt" in notices


def test_the_log_names_the_comparison_of_outcomes_proposed_and_that_every_approver_saw_it(
    asset_deal: WholeCase,
) -> None:
    named = {
        typ: [[r.sha256 for r in leaf.refs if r.role == "fairness"] for leaf in leaves(asset_deal) if leaf.type is typ]
        for typ in (EventType.POLICY_PROPOSED, EventType.PLAN_APPROVED)
    }
    (proposed,) = named[EventType.POLICY_PROPOSED]
    assert len(proposed) == 1
    assert len(named[EventType.PLAN_APPROVED]) == 6
    assert all(seen == proposed for seen in named[EventType.PLAN_APPROVED])
    counts = [leaf.counts["unexplained"] for leaf in leaves(asset_deal) if "unexplained" in leaf.counts]
    assert len(counts) == 7
    assert len(set(counts)) == 1


# Nothing that was changed does.


def test_one_changed_bit_in_any_file_is_refused_and_the_file_is_named(
    asset_deal: WholeCase, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = files_of(copy)
    assert len(paths) > 40
    for n, path in enumerate(paths):
        good = (copy / path).read_bytes()
        for at in {0, n * 7919 % len(good), len(good) - 1}:
            (copy / path).write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
            code, said = verify(copy, asset_deal.trust, capsys, "--rehearsal")
            assert code == 8, (path, at)
            assert any(path in line for line in said.splitlines() if "FAIL" in line), (path, at, said)
        (copy / path).write_bytes(good)
    assert verify(copy, asset_deal.trust, capsys, "--rehearsal")[0] == 0


def test_a_missing_file_is_named(asset_deal: WholeCase, copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in files_of(copy):
        (copy / path).rename(copy.parent / "away")
        code, said = verify(copy, asset_deal.trust, capsys, "--rehearsal")
        assert code == 8, path
        assert path in said, said
        (copy.parent / "away").rename(copy / path)


@pytest.mark.parametrize(
    "added", ["data/notices/more.txt", "data/statements/x.dsse.json", "README", "data/log/tile/0/001"]
)
def test_an_added_file_is_named(
    added: str, asset_deal: WholeCase, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (copy / added).write_bytes(b"more\n")
    code, said = verify(copy, asset_deal.trust, capsys, "--rehearsal")
    assert code == 8
    assert added in said


@pytest.mark.parametrize(
    "path", ["data/statements/certificate.dsse.json", "data/log/checkpoint", "VERIFY.md", "data/approvals/policy.json"]
)
def test_a_renamed_file_is_refused(
    path: str, asset_deal: WholeCase, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (copy / path).rename(copy / f"{path}.old")
    code, said = verify(copy, asset_deal.trust, capsys, "--rehearsal")
    assert code == 8
    assert path in said


def test_a_wrong_trust_file_is_refused(
    asset_deal: WholeCase, share_deal: WholeCase, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(asset_deal.bundle, share_deal.trust, capsys, "--rehearsal")[0] == 8
    mine, other = (json.loads(w.trust.read_bytes()) for w in (asset_deal, share_deal))
    stranger = other["platform_key"]
    keys_of_others = {
        "platform": {"platform_key": stranger},
        "log": {"log_vkey": _same_name(mine["log_vkey"], other["log_vkey"])},
        "a person": {"persons": [{**p, "public_key": stranger if p["public_key"] and i == 0 else p["public_key"]}
                                 for i, p in enumerate(mine["persons"])]},
        "more roles": {"required_roles": [*mine["required_roles"], "witness"]},
        "another policy": {"policy_digest": "0" * 64},
    }  # fmt: skip
    for name, change in keys_of_others.items():
        path = tmp_path / f"{name}.json"
        path.write_bytes(canonical({**mine, **change}) + b"\n")
        code, said = verify(asset_deal.bundle, path, capsys, "--rehearsal")
        assert code == 8, (name, said)


def _same_name(mine: str, other: str) -> str:
    """The other log's key under the name of mine."""
    name, raw = mine.split("+")[0], base64.b64decode(other.split("+", 2)[2])
    key_id = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    return f"{name}+{key_id.hex()}+{base64.b64encode(raw).decode()}"


def test_a_trust_file_from_inside_the_bundle_is_not_taken(
    asset_deal: WholeCase, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inside = asset_deal.bundle / "data" / "trust" / "trust-copy.json"
    assert verify(asset_deal.bundle, inside, capsys, "--rehearsal")[0] == 2
    shutil.copy(inside, tmp_path / "trust.json")
    assert verify(asset_deal.bundle, tmp_path / "trust.json", capsys, "--rehearsal")[0] == 2


# A share deal.


def test_a_share_deal_proves_that_it_was_told_and_that_nothing_moved(
    share_deal: WholeCase, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = verify(share_deal.bundle, share_deal.trust, capsys, "--rehearsal", "--json")
    checks = json.loads(said)["checks"]
    assert code == 0
    assert "claims.nothing_moved" in {c["code"] for c in checks}
    types = {leaf.type.value for leaf in leaves(share_deal)}
    assert {"notice.intent", "notice.outcome", "notice.published", "plan.approved", "log.closed"} <= types
    assert not [t for t in types if t.startswith(("cutover", "export", "delivery", "destruction", "certificate"))]


# The stand-alone verifier.


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the single file."""
    folder = tmp_path_factory.mktemp("alone")
    build = [sys.executable, str(ROOT / "scripts" / "build_verifier.py"), str(folder / "bequest-verify.pyz")]
    subprocess.run(build, check=True, capture_output=True)
    return folder


def run_alone(alone: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", "-X", "utf8", alone / "bequest-verify.pyz", *arguments]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, cwd=alone)


@pytest.mark.parametrize("whole", CASES, indirect=True)
def test_the_single_file_verifies_with_python_alone(whole: WholeCase, alone: Path) -> None:
    good = run_alone(alone, whole.bundle, "--trust", whole.trust, "--rehearsal")
    assert good.returncode == 0, good.stdout + good.stderr
    refused = run_alone(alone, whole.bundle, "--trust", whole.trust)
    assert refused.returncode == 8
    assert "--rehearsal" in refused.stdout


def test_the_single_file_refuses_what_was_changed(asset_deal: WholeCase, alone: Path, copy: Path) -> None:
    for path in ("data/certificates/certificate.pdf", "data/log/checkpoint", "bag-info.txt"):
        good = (copy / path).read_bytes()
        (copy / path).write_bytes(good[:-9] + bytes([good[-9] ^ 4]) + good[-8:])
        done = run_alone(alone, copy, "--trust", asset_deal.trust, "--rehearsal", "--lang", "en")
        assert done.returncode == 8, path
        assert path in done.stdout
        (copy / path).write_bytes(good)


# What VERIFY.md tells a reader to type.


def commands(bundle: Path) -> Iterator[str]:
    """The blocks of commands in the English half of VERIFY.md."""
    english = (bundle / "VERIFY.md").read_text().split("# How to check this bundle")[1]
    yield from re.findall(r"```\n(.*?)```", english, re.DOTALL)


def needs(*tools: str) -> None:
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} is not installed here")


def bash(bundle: Path, script: str) -> subprocess.CompletedProcess[str]:
    run = ["bash", "-euo", "pipefail", "-c", script]
    return subprocess.run(run, cwd=bundle, capture_output=True, text=True, check=False)


def test_checksums_and_the_platform_signature_check_with_standard_tools(copy: Path) -> None:
    needs("sha256sum", "ssh-keygen")
    [script] = [block for block in commands(copy) if "sha256sum" in block]
    assert script.count("ssh-keygen") == 2
    good = bash(copy, script)
    assert good.returncode == 0, good.stderr
    assert good.stdout.count("Good ") == 2
    with (copy / "manifest-sha256.txt").open("ab") as file:
        file.write(b"0" * 64 + b"  data/more\n")
    for line in script.strip().splitlines():
        assert bash(copy, line).returncode != 0 or "tagmanifest-sha256.txt.sig" in line


def test_each_approval_checks_with_ssh_keygen(copy: Path) -> None:
    needs("ssh-keygen")
    [template] = [block for block in commands(copy) if "APPROVAL" in block]
    texts = sorted((copy / "data" / "approvals").glob("*.txt"))
    assert len(texts) == 6
    for path in texts:
        person = json.loads(path.with_suffix(".json").read_bytes())["person"]
        name = path.relative_to(copy).with_suffix("").as_posix()
        script = template.replace("APPROVAL", name).replace("PERSON", person)
        good = bash(copy, script)
        assert good.returncode == 0, good.stderr
        assert f"for {person} with ED25519 key" in good.stdout
        assert bash(copy, script.replace(f"-I {person}", "-I platform")).returncode != 0
        path.write_text(path.read_text().replace("approve", "refuse") + " ")
        assert bash(copy, script).returncode != 0


def test_a_signed_statement_checks_with_openssl(copy: Path) -> None:
    needs("openssl", "jq", "base64")
    [template] = [block for block in commands(copy) if "openssl" in block]
    for name in ("disposition-root", "delivery-demo-e5-shop-12-w1"):
        good = bash(copy, template.replace("NAME", name))
        assert good.returncode == 0, good.stdout + good.stderr
        assert "Signature Verified Successfully" in good.stdout
    spoilt = template.replace("NAME", "disposition-root").replace("cat payload;", "tr 0 1 <payload;")
    assert bash(copy, spoilt).returncode != 0


# The certificate on paper.


def test_the_qr_code_on_the_page_leads_to_the_signed_certificate_in_the_log(asset_deal: WholeCase) -> None:
    claim, signature = parse_qr_text(read_qr(asset_deal.bundle / "data" / "certificates" / "certificate.pdf"))
    trust = parse_trust(asset_deal.trust.read_bytes())
    trust.log.key.verify(claim.signing_input(), signature)
    envelope = (asset_deal.bundle / "data" / "statements" / "certificate.dsse.json").read_bytes()
    payload = base64.b64decode(json.loads(envelope)["payload"])
    assert claim.payload_sha256 == hashlib.sha256(payload).digest()
    assert claim.certificate_id == short_id(json.loads(payload)["predicate"]["certificate_id"])
    log = leaves(asset_deal)
    assert claim.index < claim.size <= len(log)
    assert log[claim.index].type.value == "certificate.issued"
    assert hashlib.sha256(envelope).hexdigest() in {ref.sha256 for ref in log[claim.index].refs}


def test_the_pdf_carries_the_statement_and_the_proof_of_the_bundle(asset_deal: WholeCase) -> None:
    data = asset_deal.bundle / "data"
    reader = pypdf.PdfReader(data / "certificates" / "certificate.pdf")
    assert set(reader.attachments) == {"certificate.dsse.json", "certificate.tlog-proof"}
    [statement] = reader.attachments["certificate.dsse.json"]
    assert statement == (data / "statements" / "certificate.dsse.json").read_bytes()
    [proof] = reader.attachments["certificate.tlog-proof"]
    index = re.search(rb"^index (\d+)$", proof, re.MULTILINE)
    assert index is not None
    assert leaves(asset_deal)[int(index[1])].type.value == "certificate.issued"


# The wheel.


def test_the_wheel_holds_every_file_of_the_package_and_works(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [wheel] = tmp_path.glob("bequest-*.whl")
    source = ROOT / "src"
    expected = {
        p.relative_to(source).as_posix(): p.read_bytes()
        for p in (source / "bequest").rglob("*")
        if p.is_file() and "__pycache__" not in p.parts
    }
    kinds = {Path(name).suffix for name in expected}
    assert {".py", ".yaml", ".css", ".typ", ".html"} <= kinds
    with zipfile.ZipFile(wheel) as archive:
        held = {
            name: archive.read(name) for name in archive.namelist() if not name.split("/")[0].endswith(".dist-info")
        }
        assert held == expected
        assert any(n.endswith(".dist-info/licenses/LICENSE") for n in archive.namelist())
    target = tmp_path / "target"
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", target, wheel]
    subprocess.run(list(map(str, install)), check=True, capture_output=True)
    tried = (
        "import sys; sys.path.insert(0, sys.argv[1])",
        "import bequest; assert bequest.__file__.startswith(sys.argv[1])",
        "from bequest.documents.certificate import render_certificate",
        "from bequest.documents.report.render import render_report",
        "from bequest.law.loader import load_pack; assert load_pack('cn').version",
        "sys.argv = ['bequest', 'law', 'check']",
        "from bequest.cli.main import main; main()",
    )
    command = [sys.executable, "-I", "-c", "\n".join(tried), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "cn" in done.stdout
