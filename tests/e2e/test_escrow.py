"""A case whose deliveries the escrow releases, from case file to verified bundle; and every order that is wrong."""

import json
from pathlib import Path

import pytest
from tests.e2e.test_withdrawals import until

from bequest.app.context import Context, open_context
from bequest.app.escrow import RECIPIENTS, make_escrow_keys, release
from bequest.app.make_bundle import write_trust
from bequest.app.receipts import enter_receipt, package_folders, receipts_are_in
from bequest.app.receive import accept_package, receive_package, write_receipt
from bequest.app.rehearse import rehearse
from bequest.demo import make_company
from bequest.evidence.verify import verify_bundle
from bequest.kernel.errors import DeliveryError, InputError, StateError, VerificationError
from bequest.model.case import Event, Role

CASE = "demo-e5"


def escrowed(folder: Path) -> Context:
    make_company(folder, event=Event.E5, customers=150)
    recipients = make_escrow_keys(folder / "keys" / "escrow-deliveries", 4)
    assert recipients.name == RECIPIENTS
    assert len(recipients.read_text().split()) == 4
    path = folder / "case.toml"
    text = path.read_text(encoding="utf-8").replace('key_release = "direct"', 'key_release = "escrowed"')
    where = f'[escrow]\ndelivery_recipients = "file:{recipients.relative_to(folder)}"'
    path.write_text(text.replace("[escrow]", where), encoding="utf-8")
    return open_context(folder / "home")


def test_the_receiver_opens_only_what_the_escrow_released(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    ctx = escrowed(folder)
    until(ctx, folder, "receive")
    case = ctx.case(CASE).case
    person = {r: next(p.id for p in case.people if r in p.roles) for r in (Role.RECEIVER, Role.ESCROW, Role.OPERATOR)}
    key = {r: folder / "keys" / p for r, p in person.items()}
    buyer, trust, at = folder / "keys" / "buyer.age", tmp_path / "trust.json", ctx.now(CASE)
    keys, out = folder / "keys" / "escrow-deliveries", tmp_path / "out"
    write_trust(ctx, CASE, trust)
    ((_, package),) = package_folders(ctx, CASE)
    sent = json.loads((package / "DataDelivery.dsse.json").read_bytes())
    assert sent["payload"]
    with pytest.raises(DeliveryError, match="with the escrow"):
        receive_package(package, buyer, tmp_path / "in", trust=trust)

    first = tmp_path / "first.json"
    accept_package(package, key[Role.RECEIVER], first, trust=trust, at=at)
    forged = tmp_path / "forged.json"
    accept_package(package, key[Role.OPERATOR], forged, trust=trust, at=at)
    with pytest.raises(VerificationError):
        release(package, forged, trust, keys, key[Role.ESCROW], out, at=at)
    with pytest.raises(InputError, match="role escrow"):
        release(package, first, trust, keys, key[Role.OPERATOR], out, at=at)
    made = release(package, first, trust, keys, key[Role.ESCROW], out, at=at)
    with pytest.raises(InputError, match="exists already"):
        release(package, first, trust, keys, key[Role.ESCROW], out, at=at)

    received = receive_package(package, buyer, tmp_path / "in", trust=trust, capsule=made.capsule)
    second = tmp_path / "second.json"
    write_receipt(received, key[Role.RECEIVER], second, at=at)
    with pytest.raises(DeliveryError, match=r"first receipt .* was not entered yet"):
        enter_receipt(ctx, CASE, made.statement)
    with pytest.raises(DeliveryError, match="was not released yet"):
        enter_receipt(ctx, CASE, second)
    for _ in range(2):  # each may be entered again
        enter_receipt(ctx, CASE, first)
        with pytest.raises(StateError, match="has not signed"):
            receipts_are_in(ctx, case)
    with pytest.raises(DeliveryError, match="was not released yet"):
        enter_receipt(ctx, CASE, second)
    for path in (made.statement, made.statement, second, second):
        enter_receipt(ctx, CASE, path)
    receipts_are_in(ctx, case)


def test_a_whole_case_with_an_escrow_verifies_and_each_key_opens_one_delivery(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    ctx = escrowed(folder)
    played = rehearse(ctx, folder)
    assert played.case.id == CASE
    bundle = ctx.workspace(CASE).dir("bundle") / f"evidence-{CASE}"
    report = verify_bundle(bundle, bundle.parent / "trust.json", rehearsal=True)
    assert report.ok, report.failed
    waves = len(list((folder / "escrow").glob("release-*.dsse.json")))
    assert waves >= 1
    assert len([c for c in report.checks if c.code == "release"]) == waves
    used = [json.loads(p.read_text())["recipient"] for p in ctx.workspace(CASE).dir("work").glob("*.begun.json")]
    assert len(set(used)) == len(used), "a key of the escrow opens one delivery"
