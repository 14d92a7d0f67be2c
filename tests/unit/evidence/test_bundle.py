"""Building a bundle: the same bytes each time, standard tools agree, the trust file stays outside."""

import base64
import hashlib
import json
import shutil
import subprocess
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.evidence.evidence_scene import scene_e5, trust

from bequest.crypto.signing import Signer
from bequest.evidence import bag
from bequest.evidence.bundle import BundleParts
from bequest.evidence.trust import parse_trust
from bequest.kernel.errors import EvidenceError, VerificationError

SSH_KEYGEN, OPENSSL, SHA256SUM = (shutil.which(name) for name in ("ssh-keygen", "openssl", "sha256sum"))


def contents(top: Path) -> dict[str, bytes]:
    return {p.relative_to(top).as_posix(): p.read_bytes() for p in sorted(top.rglob("*")) if p.is_file()}


def test_the_same_case_gives_the_same_bytes_also_over_an_older_bundle(tmp_path: Path) -> None:
    first = contents(scene_e5().build(tmp_path / "a"))
    (tmp_path / "b/out/evidence-demo-e5").mkdir(parents=True)
    (tmp_path / "b/out/evidence-demo-e5/stale").write_text("stale")
    (tmp_path / "b/out/.evidence-demo-e5.partial").mkdir()
    second = contents(scene_e5().build(tmp_path / "b"))
    assert first == second
    assert contents(scene_e5().build(tmp_path / "b")) == second
    assert {p.name for p in (tmp_path / "b/out").iterdir()} == {"evidence-demo-e5", "trust.json"}


def test_the_layout_is_the_documented_one(tmp_path: Path) -> None:
    paths = set(contents(scene_e5().build(tmp_path)))
    assert {p for p in paths if "/" not in p} == {
        "bagit.txt", "bag-info.txt", "manifest-sha256.txt", "manifest-sha256.txt.sig",
        "tagmanifest-sha256.txt", "tagmanifest-sha256.txt.sig", "VERIFY.md",
    }  # fmt: skip
    assert {p.split("/")[1] for p in paths if p.startswith("data/")} == {
        "policy.txt", "trust", "log", "statements", "proofs", "receipts", "approvals", "notices", "report",
        "disposition",
    }  # fmt: skip
    assert "data/log/tile/entries/000.p/18" in paths
    assert not any("signed" in p or "lock" in p for p in paths if p.startswith("data/log/"))


def test_the_trust_file_lies_beside_and_the_copy_inside_is_none(tmp_path: Path) -> None:
    bundle = scene_e5().build(tmp_path)
    assert parse_trust((bundle.parent / "trust.json").read_bytes()) == trust()
    with pytest.raises(VerificationError):
        parse_trust((bundle / "data/trust/trust-copy.json").read_bytes())


def test_verify_md_speaks_both_languages_and_names_the_keys(tmp_path: Path) -> None:
    page = (scene_e5().build(tmp_path) / "VERIFY.md").read_text(encoding="utf-8")
    assert "怎样核验" in page
    assert "How to check" in page
    assert trust().platform.fingerprint in page
    assert trust().log_vkey in page
    assert "演练" in page
    assert "{" not in page.replace("{ printf", "").replace("${#T}", "")


def test_bagit_finds_the_bag_valid(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library imports what later Pythons drop
        import bagit
    bundle = scene_e5().build(tmp_path)
    found = bagit.Bag(str(bundle))
    found.validate()
    assert found.info["External-Identifier"] == "urn:bequest:case:demo-e5"
    (bundle / "data/report/report.pdf").write_bytes(b"other")
    with pytest.raises(bagit.BagValidationError):
        found.validate()


@pytest.mark.skipif(SHA256SUM is None, reason="sha256sum is not on this machine")
@pytest.mark.parametrize("name", [bag.MANIFEST, bag.TAGMANIFEST])
def test_sha256sum_checks_both_manifests(name: str, tmp_path: Path) -> None:
    done = subprocess.run([SHA256SUM, "-c", "--quiet", name], cwd=scene_e5().build(tmp_path), check=False)
    assert done.returncode == 0


@pytest.mark.skipif(SSH_KEYGEN is None, reason="ssh-keygen is not on this machine")
def test_ssh_keygen_checks_manifests_and_approvals(tmp_path: Path) -> None:
    bundle = scene_e5().build(tmp_path)
    approvals = sorted((bundle / "data/approvals").glob("*.txt"))
    signed = [("platform", bundle / bag.MANIFEST), ("platform", bundle / bag.TAGMANIFEST)]
    signed += [(path.stem.split("-", 2)[2], path) for path in approvals]
    assert len(signed) == 5
    for who, path in signed:
        command = [SSH_KEYGEN, "-Y", "verify", "-f", "data/trust/allowed_signers", "-I", who, "-n", "bequest-evidence"]
        done = subprocess.run(
            [*command, "-s", f"{path}.sig"], cwd=bundle, input=path.read_bytes(), capture_output=True, check=False
        )
        assert done.returncode == 0, (who, done.stderr)


@pytest.mark.skipif(OPENSSL is None, reason="openssl is not on this machine")
def test_openssl_checks_a_statement_of_the_platform(tmp_path: Path) -> None:
    bundle = scene_e5().build(tmp_path)
    envelope = json.loads((bundle / "data/statements/delivery.dsse.json").read_bytes())
    payload = base64.b64decode(envelope["payload"])
    kind = envelope["payloadType"].encode()
    (tmp_path / "pae").write_bytes(b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload))
    (tmp_path / "sig").write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
    key = str(bundle / "data/trust/platform.pub.pem")
    command = [OPENSSL, "pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin", "-in", "pae", "-sigfile", "sig"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0


BAD_NAMES = [
    "../up",
    "a/../../up",
    "/abs",
    "a b",
    "CON",
    "nul.txt",
    "trailing.",
    ".hidden",
    "a\\b",
    "名",
    "x" * 200,
    "",
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_an_unsafe_file_name_is_refused(name: str, tmp_path: Path) -> None:
    scene = scene_e5()
    scene.change_parts = lambda parts: replace(parts, report={name: b"x"})
    with pytest.raises(EvidenceError, match="unsafe name"):
        scene.build(tmp_path)
    assert not (tmp_path / "out/evidence-demo-e5").exists()


def test_names_that_differ_only_in_case_are_refused(tmp_path: Path) -> None:
    scene = scene_e5()
    scene.change_parts = lambda parts: replace(parts, report={"a.pdf": b"x", "A.pdf": b"y"})
    with pytest.raises(EvidenceError, match="unsafe name"):
        scene.build(tmp_path)


def test_files_are_copied_and_another_platform_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "big.pdf").write_bytes(b"pdf" * 1000)

    def with_file(parts: BundleParts) -> BundleParts:
        return replace(parts, report={**parts.report, "big.pdf": tmp_path / "big.pdf"})

    scene = scene_e5()
    scene.change_parts = with_file
    bundle = scene.build(tmp_path)
    digest = hashlib.sha256(b"pdf" * 1000).hexdigest()
    assert f"{digest}  data/report/big.pdf\n" in (bundle / bag.MANIFEST).read_text()
    scene.change_parts = lambda parts: replace(parts, platform=Signer.generate())
    with pytest.raises(EvidenceError, match="not the platform key"):
        scene.build(tmp_path)
