"""Invented nouns for the tests of the control database."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import bequest
from bequest.model.case import (
    Case,
    Event,
    LegalRoute,
    Lot,
    Party,
    Person,
    Role,
    Scenario,
    Scope,
    Source,
    SourceKind,
    Window,
)
from bequest.model.datamap import ColumnMap, DataMap, FieldClass, Need, TableMap
from bequest.model.destruction import Certificate, CertificateState
from bequest.model.disposition import CellDecision, Disposition, Reason, ReasonStatus, Release, Residue
from bequest.model.facts import RecordClass, RowRole
from bequest.model.plan import (
    Approval,
    ColumnCount,
    ColumnTotal,
    FieldKind,
    Policy,
    PolicyField,
    PolicyRow,
    Population,
    SituationKey,
)

T0 = datetime(2026, 11, 2, 1, tzinfo=UTC)
ORGANISATION = "示例商贸有限公司"


def later(**parts: int) -> datetime:
    return T0 + timedelta(**parts)


def start_python(code: str, *arguments: object) -> "subprocess.Popen[str]":
    """Another process that sees the same package."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(bequest.__file__).parents[1])},
    )


LEGAL = Person(id="legal-1", name="林法务", roles=(Role.LEGAL,), paper="board resolution 1", public_key="ssh-ed25519 A")
OFFICER = Person(id="officer-1", name="何保护", roles=(Role.OFFICER, Role.VERIFIER), public_key="ssh-ed25519 B")

CASE = Case(
    id="acme-2026",
    scenario=Scenario.COMPANY_TRANSFER,
    event=Event.E5,
    rehearsal=True,
    title="示例商贸网店转让",
    industry="e-commerce",
    jurisdictions=("cn",),
    effective_on=date(2026, 12, 31),
    timezone="Asia/Shanghai",
    transferor=Party(id="acme", name=ORGANISATION),
    receivers=(Party(id="buyer", name="示例接收有限公司"),),
    lots=(
        Lot(
            id="shop-12",
            receiver="buyer",
            legal_route=LegalRoute.PIPL_22,
            scope=(Scope(source="crm", table="customers", column="shop_id", values=("12",)),),
        ),
    ),
    sources=(Source(name="crm", kind=SourceKind.SQLITE, path=Path("/data/crm.db")),),
    copies=(),
    people=(LEGAL, OFFICER),
    window=Window(),
)

REAL_CASE = replace(CASE, id="other-2026", rehearsal=False)


def a_data_map(n_rows: int = 3) -> DataMap:
    phone = ColumnMap(
        name="mobile",
        declared_type="TEXT",
        cls=FieldClass.PHONE,
        personal=True,
        sensitive=False,
        role=RowRole.CUSTOMER,
        confidence=990,
        coverage=1000,
        evidence=("cn.mobile",),
    )
    return DataMap(
        tables=(
            TableMap(
                source="crm",
                name="customers",
                record_class=RecordClass.CUSTOMER_PROFILE,
                columns=(phone,),
                n_rows=n_rows,
                key=("id",),
            ),
        )
    )


def a_policy(tolerance_percent: int = 5, case_id: str = CASE.id) -> Policy:
    situation = SituationKey(RecordClass.CUSTOMER_PROFILE, RowRole.CUSTOMER, "shop-12", (("dispute", "none"),))
    decision = CellDecision(
        disposition=Disposition(Release.AS_IS, Residue.DELETE),
        outcomes=("transfer_on_notice",),
        reasons=(Reason("cn.pipl.22", "transfer", ("PIPL-22",), ReasonStatus.VERIFIED, "告知后移交", "on notice"),),
    )
    return Policy(
        case_id=case_id,
        event="E5",
        law_pack="cn",
        law_pack_digest="a" * 64,
        law_date=date(2026, 12, 31),
        cutover_not_after=date(2027, 1, 31),
        tolerance_percent=tolerance_percent,
        schema_digest="b" * 64,
        parties_digest="c" * 64,
        fields=(PolicyField(RowRole.CUSTOMER, FieldKind(FieldClass.PHONE, True, False, Need.NEEDED)),),
        decisions=(decision,),
        rows=(PolicyRow(situation, ((0, 0),)),),
    )


def a_population(values: int = 3) -> Population:
    count = ColumnCount(
        "crm",
        "customers",
        "mobile",
        RowRole.CUSTOMER,
        FieldClass.PHONE,
        False,
        "shop-12",
        Release.AS_IS,
        Residue.DELETE,
        values,
    )
    return Population(
        counts=(count,),
        totals=(ColumnTotal("crm", "customers", "mobile", values),),
        n_subjects=values,
        n_records=values,
        n_situations=1,
        n_singletons=0,
        persons_by_outcome=(("transfer_on_notice", values),),
    )


def an_approval(digest: str, person: Person = LEGAL, role: Role = Role.LEGAL) -> Approval:
    return Approval(
        policy_digest=digest,
        person=person.id,
        role=role.value,
        signed_at="2026-11-02T01:00:00Z",
        fingerprint="SHA256:abc",
        signature="-----BEGIN SSH SIGNATURE-----",
        text=f"approve {digest}",
    )


def a_certificate(number: int = 1, state: CertificateState = CertificateState.INTERIM) -> Certificate:
    return Certificate(
        certificate_id=f"acme-2026-d{number}",
        case_id=CASE.id,
        rehearsal=True,
        issued_at="2027-01-05T01:00:00Z",
        state=state,
        why=("residual",),
        ground=("PIPL-47",),
        transferor_zh=ORGANISATION,
        transferor_en="Example Trading",
        receivers=(("示例接收有限公司", "Example Receiver", "2027-01-02"),),
        policy_digest="d" * 64,
        tables=(),
        searches=(),
        residuals=(),
        kept=(),
        signers=(),
    )
