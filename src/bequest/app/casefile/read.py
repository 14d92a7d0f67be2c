"""Reads a case file: TOML into the model, refusing whatever it does not know.

Secrets and local facts may stand elsewhere (`env:NAME`, `file:PATH`): source paths, public keys, age recipients.
The environment comes in as an argument.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import cast

from bequest.app.casefile.agreements import AGREEMENT, read_agreement
from bequest.app.casefile.check import check_case, check_person_key, check_recipient
from bequest.app.casefile.exporting import EXPORT, read_export
from bequest.app.casefile.papers import PAPER, read_paper
from bequest.app.casefile.settlements import SETTLE, check_settlements, read_settlement, whole_to_keeper
from bequest.app.casefile.showings import SHOWING, check_showings, read_showing
from bequest.app.casefile.sources import SOURCE, divide_databases, read_source, read_zone
from bequest.app.casefile.switches import LAW, asks_strictly, check_switches, read_switches, telling_is_enough
from bequest.app.casefile.table import References, Table
from bequest.app.casefile.witnessing import EVIDENCE, read_evidence
from bequest.app.law import MAINLAND
from bequest.kernel.errors import CaseFileError
from bequest.model.basis import Basis
from bequest.model.case import (
    Case,
    Copy,
    Event,
    KeyRelease,
    LegalRoute,
    Lot,
    OnSilence,
    Party,
    Person,
    Role,
    Scenario,
    Scope,
    Window,
)
from bequest.model.witnessing import EvidenceRules

DEFAULT_ZONE = "Asia/Shanghai"
MAX_DAYS = 3650

ROOT = (
    *("case", "transferor", "receivers", "custodian", "escrow", "lots", "sources", "copies", "people", "window"),
    "papers",
    "agreements",
    "settle",
    "law",
    "evidence",
    "export",
    "showings",
)
CASE = (
    "id",
    "title",
    "scenario",
    "event",
    "industry",
    "jurisdictions",
    "effective_on",
    "rehearsal",
    "timezone",
    "cutover_not_after",
    "register_closes_on",
    "tolerance_percent",
    "complaint_authority",
    "law_packs",
)
PARTY = ("id", "name", "name_en", "uscc", "contact", "address", "country")
SEALING = (*PARTY, "age_recipient", "key_release")
ESCROW = (*SEALING, "delivery_recipients")
LOT = (
    "id",
    "receiver",
    "legal_route",
    "route_reason",
    "route_open",
    "purposes",
    "new_purposes",
    "methods",
    "on_silence",
    "basis",
    "basis_reason",
    "scope",
    "watermark",
)
SCOPE = ("source", "table", "column", "in")
COPY = ("of", "kind", "where", "expires_on", "control")
PERSON = ("id", "name", "roles", "paper", "external", "public_key", "party")
WINDOW = ("notice_lead_days", "objection_days")


def read_case_file(path: Path, *, environ: Mapping[str, str] | None = None) -> Case:
    """The case that the file describes; source paths come out absolute.

    Raises:
        CaseFileError: naming the key and its place, with the way out.
    """
    references = References(path.absolute().parent, environ or {})
    root = Table(_parse(path), f"{path.name}:", ROOT, references)
    head = cast(Table, root.table("case", CASE, required=True))
    window = root.table("window", WINDOW)
    receivers = root.tables("receivers", SEALING)
    lots = root.tables("lots", LOT)
    sources = root.tables("sources", SOURCE, at_least=1)
    copies = root.tables("copies", COPY)
    people = root.tables("people", PERSON, at_least=2)
    papers = root.tables("papers", PAPER)
    agreements = root.tables("agreements", AGREEMENT)
    settlements = root.tables("settle", SETTLE)
    switches = read_switches(root.table("law", LAW))
    transferor = cast(Table, root.table("transferor", PARTY, required=True))
    custodian = root.table("custodian", (*PARTY, "age_recipient"))
    escrow = root.table("escrow", ESCROW)
    evidence = root.table("evidence", EVIDENCE)
    export = root.table("export", EXPORT)
    showings = root.tables("showings", SHOWING)
    case = Case(
        id=head.identifier("id"),
        scenario=head.word("scenario", Scenario),
        event=head.word("event", Event),
        rehearsal=head.flag("rehearsal"),
        title=head.text("title"),
        industry=head.text("industry"),
        jurisdictions=head.texts("jurisdictions", required=True),
        effective_on=cast(date, head.day("effective_on", required=True)),
        timezone=read_zone(head, "timezone", DEFAULT_ZONE),
        cutover_not_after=head.day("cutover_not_after"),
        register_closes_on=head.day("register_closes_on"),
        tolerance_percent=head.whole("tolerance_percent", 5, low=0, high=100),
        complaint_authority=head.text("complaint_authority", ""),
        law_packs=head.texts("law_packs", required=True) if head.has("law_packs") else ("cn",),
        transferor=_party(transferor, contact=True),
        receivers=(parties := tuple(_party(t, contact=True) for t in receivers)),
        custodian=None if custodian is None else _party(custodian, contact=False),
        escrow=None if escrow is None else _escrow(escrow),
        lots=tuple(_lot(t, parties, strict=asks_strictly(switches)) for t in lots),
        sources=divide_databases([read_source(t) for t in sources]),
        copies=tuple(_copy(t) for t in copies),
        people=tuple(_person(t) for t in people),
        window=Window() if window is None else _window(window),
        papers=tuple(read_paper(t) for t in papers),
        agreements=tuple(read_agreement(t) for t in agreements),
        settlements=tuple(read_settlement(t) for t in settlements),
        switches=switches,
        evidence=EvidenceRules() if evidence is None else read_evidence(evidence),
        export=None if export is None else read_export(export),
        showings=tuple(read_showing(t) for t in showings),
    )
    case = whole_to_keeper(case)
    check_case(case, root)
    check_settlements(case, case.settlements, root.where)
    check_switches(case, root.where)
    check_showings(case, case.showings, root.where)
    return case


def _parse(path: Path) -> dict[str, object]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CaseFileError(f"{path.name}: is not UTF-8 text", hint="Save the file as UTF-8.") from None
    except OSError as error:
        raise CaseFileError(
            f"{path.name}: cannot be read: {error.strerror}", hint="`bequest case new` writes a commented template."
        ) from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CaseFileError(
            f"{path.name}: is not valid TOML: {error}",
            hint="Texts stand in double quotes, dates and numbers do not; every key stands once.",
        ) from None


def _party(table: Table, *, contact: bool) -> Party:
    """A party; `contact` where customers must be told how to reach it (PIPL Art. 22)."""
    country = table.text("country", MAINLAND)
    if len(country) != 2 or not country.isascii() or not country.islower():
        raise table.fault("country", f"{country!r} is not a country code", "Write two lower-case letters, such as cn.")
    uscc = table.text("uscc", "")
    if uscc and not (len(uscc) == 18 and uscc.isascii() and uscc.isalnum() and uscc == uscc.upper()):
        raise table.fault(
            "uscc", "a unified social credit code has 18 digits and capital letters", "Correct it, or leave it out."
        )
    sealing = table.has("age_recipient") or table.has("key_release")
    party = Party(
        id=table.identifier("id"),
        name=table.text("name"),
        name_en=table.text("name_en", ""),
        uscc=uscc,
        contact=table.text("contact") if contact else table.text("contact", ""),
        address=table.text("address", ""),
        country=country,
        age_recipient=table.referred("age_recipient", "") if sealing else "",
        key_release=table.word("key_release", KeyRelease, KeyRelease.DIRECT) if sealing else KeyRelease.DIRECT,
    )
    check_recipient(table, party.age_recipient)
    return party


def _escrow(table: Table) -> Party:
    """An escrow; the keys to which deliveries are encrypted stand one a line in the file that it handed over."""
    lines = table.referred("delivery_recipients", "").splitlines() if table.has("delivery_recipients") else []
    recipients = tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))
    for recipient in recipients:
        check_recipient(table, recipient, "delivery_recipients")
    if len(set(recipients)) != len(recipients):
        raise table.fault("delivery_recipients", "a key stands twice", "The escrow makes one key for each delivery.")
    return replace(_party(table, contact=False), delivery_recipients=recipients)


def _lot(table: Table, receivers: Sequence[Party], *, strict: bool) -> Lot:
    """A lot; `strict` where counsel asks for separate consent under Art. 23 whatever the basis."""
    route, receiver = table.word("legal_route", LegalRoute), table.text("receiver")
    abroad = any(r.id == receiver and r.country != MAINLAND for r in receivers)
    basis = table.word("basis", Basis, Basis.NOT_RECORDED)
    silence = (
        OnSilence.PROCEED if telling_is_enough(route, basis, abroad=abroad, strict=strict) else OnSilence.RELEASE_NONE
    )
    return Lot(
        id=table.identifier("id"),
        receiver=receiver,
        legal_route=route,
        route_reason=table.text("route_reason", "" if route is LegalRoute.NONE else None),
        route_open=table.flag("route_open", default=False),
        purposes=table.texts("purposes", required=True),
        new_purposes=table.texts("new_purposes"),
        methods=table.texts("methods"),
        on_silence=table.word("on_silence", OnSilence, silence),
        scope=tuple(_scope(t) for t in table.tables("scope", SCOPE)),
        watermark=table.texts("watermark"),
        basis=basis,
        basis_reason=table.text("basis_reason", None if basis.is_other_than_consent else ""),
    )


def _scope(table: Table) -> Scope:
    return Scope(
        source=table.text("source"), table=table.text("table"), column=table.text("column"), values=table.values("in")
    )


def _copy(table: Table) -> Copy:
    return Copy(
        of=table.text("of"),
        kind=table.text("kind"),
        where=table.text("where"),
        expires_on=table.day("expires_on"),
        control=table.text("control", ""),
    )


def _person(table: Table) -> Person:
    person = Person(
        id=table.identifier("id"),
        name=table.text("name"),
        roles=table.word_list("roles", Role),
        paper=table.text("paper", ""),
        external=table.flag("external", default=False),
        public_key=table.referred("public_key", ""),
        party=table.text("party", ""),
    )
    check_person_key(table, person.public_key)
    return person


def _window(table: Table) -> Window:
    plain = Window()
    return Window(
        notice_lead_days=table.whole("notice_lead_days", plain.notice_lead_days, low=0, high=MAX_DAYS),
        objection_days=table.whole("objection_days", plain.objection_days, low=0, high=MAX_DAYS),
    )
