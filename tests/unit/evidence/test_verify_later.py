"""Statements made after the close: custody that was destroyed, a certificate that was revoked; and lies in them."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.evidence.evidence_scene import (
    CASE,
    PEOPLE,
    Scene,
    certificate,
    scene_e5,
    sign_certificate,
)

from bequest.crypto.signing import Signer
from bequest.evidence.event import Ref
from bequest.evidence.event_types import EventType
from bequest.evidence.report import VerifyReport
from bequest.evidence.statement import Statement, Subject, sign_statement
from bequest.evidence.verify import verify_bundle
from bequest.kernel.canonical import Json
from bequest.kernel.errors import InputError

FILES = tuple(Subject(f"urn:bequest:custody:2036-12/{n}.sealed", hashlib.sha256(n.encode()).hexdigest()) for n in "ab")
CERTIFICATE = sign_certificate(certificate(), subjects=FILES)
DIGEST = hashlib.sha256(CERTIFICATE).hexdigest()
TWO = (PEOPLE["officer"], PEOPLE["it"])


def ended(
    files: tuple[Subject, ...] = FILES,
    signers: tuple[Signer, ...] = TWO,
    name: str = "CustodyDestruction",
    **said: Json,
) -> bytes:
    known: dict[str, Json] = {
        "caseRef": CASE,
        "bucket": "2036-12",
        "dueAfter": "2036-12-31",
        "destroyedOn": "2037-01-02",
    }
    return sign_statement(Statement(name, files, {**known, **said}), signers)


def revocation(digest: str = DIGEST, signers: tuple[Signer, ...] = TWO, **said: Json) -> bytes:
    known: dict[str, Json] = {"caseRef": CASE, "reason": "residue-found", "at": "2027-03-01T00:00:00Z"}
    subject = Subject("urn:bequest:certificate:dc-1", digest)
    return sign_statement(Statement("CertificateRevocation", (subject,), {**known, **said}), signers)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    scene = scene_e5()
    scene.statements["certificate.dsse.json"] = CERTIFICATE
    return scene.build(tmp_path_factory.mktemp("later"))


def check(bundle: Path, tmp_path: Path, *later: bytes) -> VerifyReport:
    paths = [tmp_path / f"{n}.dsse.json" for n, _ in enumerate(later)]
    for path, data in zip(paths, later, strict=True):
        path.write_bytes(data)
    return verify_bundle(bundle, bundle.parent / "trust.json", rehearsal=True, later=paths)


def test_custody_that_ended_is_held_against_the_certificate(bundle: Path, tmp_path: Path) -> None:
    report = check(bundle, tmp_path, ended())
    assert report.ok, report.failed
    [said] = [c.en for c in report.checks if c.code == "custody.ended"]
    assert said == "the custody bucket 2036-12 was destroyed on 2037-01-02 (2 files)"
    assert check(bundle, tmp_path, ended(dueAfter="", reason="counsel says so")).ok


def test_a_revoked_certificate_does_not_hold(bundle: Path, tmp_path: Path) -> None:
    [failed] = check(bundle, tmp_path, revocation()).failed
    assert (failed.code, failed.file) == ("certificate.revoked", "data/statements/certificate.dsse.json")
    assert "revoked on 2027-03-01: something was found left" in failed.en
    assert check(bundle, tmp_path, revocation("ab" * 32)).ok  # of another certificate


LIES: dict[str, tuple[str, bytes]] = {
    "files that nobody kept": ("custody.ended", ended((*FILES, Subject("urn:bequest:custody:2036-12/c", "ab" * 32)))),
    "before it was due": ("custody.ended", ended(destroyedOn="2036-12-31")),
    "without a month and a reason": ("custody.ended", ended(dueAfter="")),
    "by one alone": ("later", ended(signers=TWO[:1])),
    "by a stranger as well": ("later", ended(signers=(TWO[0], Signer.from_bytes(b"x" * 32)))),
    "of another case": ("later", ended(caseRef="demo-e2")),
    "of a kind that belongs into the log": ("later", ended(signers=(PEOPLE["verifier"],), name="RescanReport")),
    "a revocation without the officer": ("later", revocation(signers=(PEOPLE["it"], PEOPLE["legal"]))),
    "a revocation by the officer alone": ("later", revocation(signers=TWO[:1])),
    "no statement": ("later", b"{}"),
}


@pytest.mark.parametrize(("code", "statement"), LIES.values(), ids=LIES)
def test_a_statement_that_does_not_hold_is_refused(code: str, statement: bytes, bundle: Path, tmp_path: Path) -> None:
    assert [c.code for c in check(bundle, tmp_path, statement).failed] == [code]


def test_a_statement_that_cannot_be_read_is_said(bundle: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        verify_bundle(bundle, bundle.parent / "trust.json", rehearsal=True, later=[tmp_path / "none"])


class Revoked(Scene):
    """A certificate that was revoked before the close, and perhaps one that takes its place."""

    def events(self) -> list[tuple[EventType, dict[str, object]]]:
        refs = {n: Ref("statement", hashlib.sha256(d).hexdigest()) for n, d in self.all_statements().items()}
        more: list[tuple[EventType, dict[str, object]]] = [
            (EventType.CERTIFICATE_REVOKED, {"refs": (Ref("certificate", DIGEST), refs["revocation"])})
        ]
        if "certificate-final" in refs:
            more.append((EventType.CERTIFICATE_ISSUED, {"refs": (refs["certificate-final"],)}))
        return super().events() + more


def revoked(**more: bytes) -> Scene:
    honest = scene_e5()
    scene = Revoked(**{f: getattr(honest, f) for f in ("statements", "receipts", "approvals", "disposition")})
    scene.statements |= {"certificate.dsse.json": CERTIFICATE, "revocation.dsse.json": revocation()}
    scene.statements |= {f"{name.replace('_', '-')}.dsse.json": data for name, data in more.items()}
    return scene


@pytest.mark.parametrize(
    ("build", "failed"),
    [
        (revoked, ["certificate.revoked"]),
        (lambda: revoked(certificate_final=sign_certificate(certificate(certificate_id="dc-2", replaces="dc-1"))), []),
        (lambda: revoked(certificate_final=sign_certificate(certificate(certificate_id="dc-2", replaces="dc-9"))),
         ["certificate.revoked"]),
    ],
    ids=["alone", "replaced", "another beside it"],
)  # fmt: skip
def test_before_the_close_it_stands_in_the_log(build: Callable[[], Scene], failed: list[str], tmp_path: Path) -> None:
    bundle = build().build(tmp_path)
    report = verify_bundle(bundle, bundle.parent / "trust.json", rehearsal=True)
    assert [c.code for c in report.failed] == failed
