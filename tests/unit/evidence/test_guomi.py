"""The 国密 profile: second signatures are there, hold by openssl too, and none may be missing or changed."""

import hashlib
import shutil
import subprocess
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.evidence.evidence_scene import PLATFORM, scene_e5, trust

from bequest.crypto.sm2 import ID
from bequest.crypto.sm2_signing import Sm2Signer
from bequest.crypto.sm3 import sm3_file
from bequest.evidence import bag
from bequest.evidence.bundle import BundleParts
from bequest.evidence.report import VerifyReport
from bequest.evidence.trust import Trust, parse_trust, render_trust
from bequest.evidence.verify import verify_bundle
from bequest.kernel.errors import EvidenceError, VerificationError

KEY, OTHER = Sm2Signer(bytes(range(1, 33))), Sm2Signer(bytes(range(2, 34)))
TRUST = replace(trust(), guomi_key=KEY.public.text)
OPENSSL = shutil.which("openssl")


def second(parts: BundleParts) -> BundleParts:
    return replace(parts, guomi=KEY)


def build(top: Path) -> Path:
    return replace(scene_e5(), trust=TRUST, change_parts=second).build(top)


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("guomi"))


@pytest.fixture
def bundle(honest: Path, tmp_path: Path) -> Path:
    shutil.copytree(honest.parent, tmp_path / "out")
    return tmp_path / "out" / honest.name


def check(bundle: Path, anchors: Trust = TRUST) -> VerifyReport:
    path = bundle.parent / "my-trust.json"
    path.write_bytes(render_trust(anchors))
    return verify_bundle(bundle, path, rehearsal=True)


def seal_anew(bundle: Path) -> None:
    """What a platform that has its Ed25519 key, and not the SM2 key, can do after changing files."""
    digests = {
        p.relative_to(bundle).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in (bundle / "data").rglob("*")
        if p.is_file()
    }
    n_bytes = sum((bundle / path).stat().st_size for path in digests)
    info = bag.render_bag_info(
        case=TRUST.case, rehearsal=True, bagged_on="2027-01-15", n_bytes=n_bytes, n_files=len(digests)
    )
    (bundle / bag.BAG_INFO).write_bytes(info)
    (bundle / bag.MANIFEST).write_bytes(bag.render_manifest(digests))
    (bundle / bag.MANIFEST_SIG).write_text(PLATFORM.sshsig((bundle / bag.MANIFEST).read_bytes()))
    tags = {
        name: hashlib.sha256((bundle / name).read_bytes()).hexdigest()
        for name in (*bag.TAG_FILES, *bag.GUOMI_FILES)
        if (bundle / name).exists()
    }
    (bundle / bag.TAGMANIFEST).write_bytes(bag.render_manifest(tags))
    (bundle / bag.TAGMANIFEST_SIG).write_text(PLATFORM.sshsig((bundle / bag.TAGMANIFEST).read_bytes()))


def test_an_honest_bundle_verifies_and_says_so_in_its_page(honest: Path, tmp_path: Path) -> None:
    report = check(honest)
    assert report.ok, report.failed
    assert sum(c.code == "guomi.signature" for c in report.checks) == 2
    assert "sm3" in (honest / "VERIFY.md").read_text()
    again = build(tmp_path)
    assert {p.name: p.read_bytes() for p in again.rglob("*") if p.is_file()} == {
        p.name: p.read_bytes() for p in honest.rglob("*") if p.is_file()
    }


def test_every_payload_file_has_its_sm3(honest: Path) -> None:
    listed = bag.parse_manifest((honest / bag.MANIFEST_SM3).read_bytes())
    assert listed == {
        p.relative_to(honest).as_posix(): sm3_file(p) for p in (honest / "data").rglob("*") if p.is_file()
    }


def test_bagit_finds_the_bag_valid(honest: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library imports what later Pythons drop
        import bagit
    bagit.Bag(str(honest)).validate()


@pytest.mark.skipif(OPENSSL is None, reason="openssl is not on this machine")
def test_openssl_checks_manifest_checkpoint_and_certificate(honest: Path) -> None:
    signed = [
        ("manifest-sm3.txt", "manifest-sm3.txt.sm2"),
        *((f"data/{p}", f"data/guomi/{p}.sm2") for p in ("log/checkpoint", "statements/certificate.dsse.json")),
    ]
    for path, signature in signed:
        said = subprocess.run(
            [OPENSSL, "pkeyutl", "-verify", "-pubin", "-inkey", "data/trust/guomi.pub.pem", "-rawin", "-digest", "sm3",
             "-pkeyopt", f"distid:{ID.decode()}", "-in", path, "-sigfile", signature],
            cwd=honest, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert said.returncode == 0, (path, said.stdout + said.stderr)
    digest = subprocess.run(
        [OPENSSL, "dgst", "-sm3", "-r", "data/log/checkpoint"], cwd=honest, capture_output=True, text=True, check=True
    ).stdout.split()[0]
    assert f"{digest}  data/log/checkpoint\n" in (honest / "manifest-sm3.txt").read_text()


def drop(path: str) -> Callable[[Path], object]:
    return lambda bundle: (bundle / path).unlink()


def put(path: str, data: bytes) -> Callable[[Path], object]:
    return lambda bundle: (bundle / path).write_bytes(data)


def by_another_key(bundle: Path) -> None:
    manifest = (bundle / bag.MANIFEST_SM3).read_bytes()
    (bundle / bag.MANIFEST_SM2).write_bytes(OTHER.sign(manifest))


def list_anew(bundle: Path) -> None:
    """A file changed, and the manifest with SM3 written and signed anew: the statement's own signature still tells."""
    (bundle / "data/guomi/log/checkpoint.sm2").write_bytes(KEY.sign(b"another head"))
    digests = {p.relative_to(bundle).as_posix(): sm3_file(p) for p in (bundle / "data").rglob("*") if p.is_file()}
    (bundle / bag.MANIFEST_SM3).write_bytes(bag.render_manifest(digests))
    (bundle / bag.MANIFEST_SM2).write_bytes(KEY.sign((bundle / bag.MANIFEST_SM3).read_bytes()))


LIES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a file changed, its SM3 not": (put("data/notices/notice.txt", b"other"), "guomi.digests"),
    "a file added": (put("data/notices/more.txt", b"more"), "guomi.digests"),
    "a signature dropped": (drop("data/guomi/log/checkpoint.sm2"), "guomi.digests"),
    "the manifest not signed by the key": (by_another_key, "guomi.signature"),
    "the manifest's signature empty": (put("manifest-sm3.txt.sm2", b""), "guomi.signature"),
    "no manifest": (drop("manifest-sm3.txt"), "files.listed"),
    "a signature over something else": (list_anew, "guomi.signature"),
}


@pytest.mark.parametrize(("lie", "code"), LIES.values(), ids=LIES)
def test_a_platform_without_the_sm2_key_cannot_change_a_bundle(
    lie: Callable[[Path], object], code: str, bundle: Path
) -> None:
    lie(bundle)
    seal_anew(bundle)
    report = check(bundle)
    assert not report.ok
    assert code in {c.code for c in report.failed}


def test_missing_and_stray_signatures_are_named_where_even_the_manifest_was_signed_anew(bundle: Path) -> None:
    (bundle / "data/guomi/statements/delivery.dsse.json.sm2").rename(bundle / "data/guomi/stray.sm2")
    digests = {p.relative_to(bundle).as_posix(): sm3_file(p) for p in (bundle / "data").rglob("*") if p.is_file()}
    (bundle / bag.MANIFEST_SM3).write_bytes(bag.render_manifest(digests))
    (bundle / bag.MANIFEST_SM2).write_bytes(KEY.sign((bundle / bag.MANIFEST_SM3).read_bytes()))
    seal_anew(bundle)
    failed = {c.file for c in check(bundle).failed}
    assert {"data/guomi/stray.sm2", "data/guomi/statements/delivery.dsse.json.sm2"} <= failed


def test_the_trust_file_decides(honest: Path, tmp_path: Path) -> None:
    assert not check(honest, replace(TRUST, guomi_key=OTHER.public.text)).ok
    assert not check(honest, trust()).ok, "a bundle has nothing that the trust file does not speak of"
    plain = scene_e5().build(tmp_path)
    assert not check(plain, TRUST).ok, "where a second signature is promised it must be there"
    assert parse_trust(render_trust(TRUST)) == TRUST
    with pytest.raises(VerificationError, match="SM2"):
        replace(TRUST, guomi_key="04" + "11" * 64)
    with pytest.raises(EvidenceError):
        replace(scene_e5(), trust=TRUST).build(tmp_path / "other")
