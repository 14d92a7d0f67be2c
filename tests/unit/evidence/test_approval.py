"""Approvals: what the signature binds, and when there are enough."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from bequest.crypto.signing import Signer, write_person_key
from bequest.crypto.verify import ED25519, ES256
from bequest.evidence.approval import (
    approval_name,
    approval_text,
    attest_approval,
    attested_text,
    check_approval,
    check_attested,
    is_attested,
    parse_approval,
    quorum_gap,
    render_approval,
    sign_approval,
)
from bequest.kernel.errors import VerificationError
from bequest.model.plan import Approval

SSH_KEYGEN = shutil.which("ssh-keygen")
SIGNER = Signer.from_bytes(b"a" * 32)
OTHER = Signer.from_bytes(b"b" * 32)
DIGEST = "0f" * 32


def approve(person: str = "p-legal", role: str = "legal", signer: Signer = SIGNER) -> Approval:
    return sign_approval(
        signer, case="demo-e5", policy_digest=DIGEST, person=person, role=role, signed_at="2026-11-05T01:00:00Z"
    )


@pytest.mark.parametrize("kind", [ED25519, ES256])
def test_an_approval_verifies_and_comes_back_from_its_file(kind: str, tmp_path: Path) -> None:
    signer = write_person_key(tmp_path / "id", kind=kind)
    approval = approve(signer=signer)
    check_approval(approval, "demo-e5", signer.public)
    assert parse_approval(render_approval(approval)) == approval
    assert DIGEST in approval.text
    assert approval_name(approval) == "0f0f0f0f0f0f0f0f-legal-p-legal"


CHANGES = {
    "another digest": {"policy_digest": "1f" * 32},
    "another person": {"person": "p-hr"},
    "another role": {"role": "officer"},
    "another instant": {"signed_at": "2026-11-06T01:00:00Z"},
    "another text": {"text": approval_text("demo-e5", DIGEST, "p-legal", "legal", "2026-11-05T01:00:00Z") + " "},
    "another fingerprint": {"fingerprint": OTHER.public.fingerprint},
    "another signature": {"signature": OTHER.sshsig(approve().text.encode())},
    "a signature over something else": {"signature": SIGNER.sshsig(b"something else")},
    "a signature for another use": {"signature": SIGNER.sshsig(approve().text.encode(), "git")},
    "no digest": {"policy_digest": ""},
    "a role with a line end": {"role": "legal\nrole: officer"},
    "an instant of another zone": {"signed_at": "2026-11-05T09:00:00+08:00"},
    "no instant": {"signed_at": "yesterday"},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_approval_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(VerificationError):
        check_approval(replace(approve(), **change), "demo-e5", SIGNER.public)


def test_an_approval_is_for_one_case_and_by_one_key() -> None:
    with pytest.raises(VerificationError):
        check_approval(approve(), "demo-e2", SIGNER.public)
    with pytest.raises(VerificationError):
        check_approval(approve(), "demo-e5", OTHER.public)


def test_an_approval_file_in_another_spelling_is_refused() -> None:
    good = render_approval(approve())
    for data in (good.replace(b",", b", ", 1), good + b"\n", b"{}", good.replace(b'"role"', b'"rule"')):
        with pytest.raises(VerificationError):
            parse_approval(data)


@pytest.mark.skipif(SSH_KEYGEN is None, reason="ssh-keygen is not on this machine")
def test_a_person_may_sign_the_text_with_ssh_keygen(tmp_path: Path) -> None:
    signer = write_person_key(tmp_path / "id")
    text = approval_text("demo-e5", DIGEST, "p-legal", "legal", "2026-11-05T01:00:00Z")
    done = subprocess.run(
        [SSH_KEYGEN, "-Y", "sign", "-n", "bequest-evidence", "-f", "id"],
        cwd=tmp_path,
        input=text.encode(),
        capture_output=True,
        check=True,
    )
    approval = replace(approve(signer=signer), signature=done.stdout.decode())
    check_approval(approval, "demo-e5", signer.public)


def attested() -> Approval:
    return attest_approval(
        OTHER, case="demo-e5", policy_digest=DIGEST, person="p-hr", role="hr", signed_at="2026-11-05T01:00:00Z"
    )


def test_an_attested_approval_says_so_and_is_no_persons_signature() -> None:
    check_attested(attested(), "demo-e5", OTHER.public)
    assert is_attested(attested())
    assert not is_attested(approve())
    assert "attested-by: platform" in attested().text
    assert parse_approval(render_approval(attested())) == attested()
    with pytest.raises(VerificationError):
        check_approval(attested(), "demo-e5", OTHER.public)
    with pytest.raises(VerificationError):
        check_attested(approve(), "demo-e5", SIGNER.public)


@pytest.mark.parametrize(
    "change",
    [
        {"person": "p-it"},
        {"policy_digest": "1f" * 32},
        {"text": approval_text("demo-e5", DIGEST, "p-hr", "hr", "2026-11-05T01:00:00Z")},
        {"signature": SIGNER.sshsig(attested_text("demo-e5", DIGEST, "p-hr", "hr", "2026-11-05T01:00:00Z").encode())},
    ],
)
def test_a_changed_attestation_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(VerificationError):
        check_attested(replace(attested(), **change), "demo-e5", OTHER.public)


ROLES = ("legal", "officer")
QUORUMS = {
    "enough": ([("legal", "a"), ("officer", "b")], ROLES, ""),
    "more than enough": ([("legal", "a"), ("officer", "b"), ("hr", "c")], ROLES, ""),
    "two for one role": ([("legal", "a"), ("legal", "c"), ("officer", "b")], ROLES, ""),
    "nobody": ([], ROLES, "no approval for role legal, officer"),
    "a role is missing": ([("legal", "a"), ("hr", "b")], ROLES, "no approval for role officer"),
    "one person in two roles": ([("legal", "a"), ("officer", "a")], ROLES, "a approved in more than one required role"),
    "a second does not heal it": ([("legal", "a"), ("officer", "a"), ("hr", "b")], ROLES, "a approved in more than"),
    "one person alone": ([("legal", "a")], ("legal",), "fewer than two persons"),
    "one role, two persons": ([("legal", "a"), ("legal", "b")], ("legal",), ""),
    "nothing required, nobody": ([], (), "fewer than two persons"),
}


@pytest.mark.parametrize(("given", "required", "gap"), QUORUMS.values(), ids=QUORUMS)
def test_when_approvals_are_enough(given: list[tuple[str, str]], required: tuple[str, ...], gap: str) -> None:
    found = quorum_gap([approve(person, role) for role, person in given], required)
    assert found == gap if not gap else gap in found
