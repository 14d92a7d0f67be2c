"""What must agree between the parts of a case file: names that refer, things that may stand once, dates, keys."""

import io
from collections.abc import Iterable

from bequest.app.casefile.switches import asks_strictly, telling_is_enough
from bequest.app.casefile.table import Table
from bequest.app.law import is_abroad
from bequest.crypto.age import encrypt_stream
from bequest.crypto.verify import parse_public_line
from bequest.evidence.note import parse_vkey
from bequest.kernel.errors import BequestError, CaseFileError
from bequest.model.case import (
    BY_PATTERN,
    ENTRUSTS,
    MOVES_NOTHING,
    RELEASES_NOTHING,
    SERVERS,
    Case,
    KeyRelease,
    LegalRoute,
    Lot,
    OnSilence,
    Party,
    Role,
    Source,
    SourceKind,
    SystemKind,
    WholeFate,
)

MAX_LOTS = 60


def check_person_key(table: Table, line: str) -> None:
    """Nothing, where the OpenSSH public key line can be used (or is left out until the person has a key).

    Raises:
        CaseFileError: where it cannot.
    """
    if not line:
        return
    try:
        parse_public_line(line)
    except BequestError as error:
        raise table.fault(
            "public_key",
            f"cannot be used: {error.message}",
            "Paste the one line of the person's .pub file, made by `ssh-keygen -t ed25519`, or write file:NAME.pub.",
        ) from None


def check_recipient(table: Table, recipient: str, key: str = "age_recipient") -> None:
    """Nothing, where the age recipient can be encrypted to (or is left out).

    Raises:
        CaseFileError: where it cannot.
    """
    if not recipient:
        return
    try:
        encrypt_stream(io.BytesIO(), io.BytesIO(), (recipient,))
    except BequestError as error:
        raise table.fault(key, error.message, error.hint) from None


def check_case(case: Case, root: Table) -> None:
    """Nothing, where all parts of the case agree.

    Raises:
        CaseFileError: naming the first thing that does not.
    """
    _check_once(root, "receivers", "id", [p.id for p in case.receivers])
    _check_once(root, "lots", "id", [lot.id for lot in case.lots])
    _check_once(root, "sources", "name", [s.name for s in case.sources])
    _check_once(root, "people", "id", [p.id for p in case.people])
    _check_dates(case, root)
    _check_parties(case, root)
    if case.event in RELEASES_NOTHING:
        _check_ending(case, root)
    else:
        _check_lots(case, root)
    _check_sources(case, root)
    _check_people(case, root)
    _check_witnesses(case, root)
    _check_once(root, "agreements", "lot", [a.lot for a in case.agreements])
    for n, agreement in enumerate(case.agreements, start=1):
        _one_of(root, f"agreements#{n}.lot", agreement.lot, (lot.id for lot in case.lots), "lots")


def _at(root: Table, *steps: str) -> str:
    return f"{root.where} {'.'.join(steps)}"


def _check_once(root: Table, key: str, field: str, names: list[str]) -> None:
    for n, name in enumerate(names, start=1):
        if name in names[: n - 1]:
            raise CaseFileError(
                f"{_at(root, f'{key}#{n}', field)}: {name!r} is used by {key}#{names.index(name) + 1} already",
                hint="Give each its own.",
            )


def _one_of(root: Table, place: str, name: str, known: Iterable[str], section: str) -> None:
    names = list(known)
    if name not in names:
        raise CaseFileError(
            f"{_at(root, place)}: {name!r} is not named under [[{section}]]",
            hint=f"Named there: {', '.join(names) or 'nothing'}.",
        )


def _check_dates(case: Case, root: Table) -> None:
    if case.cutover_not_after is not None and case.cutover_not_after < case.effective_on:
        raise CaseFileError(
            f"{_at(root, 'case', 'cutover_not_after')}: {case.cutover_not_after} is before effective_on, "
            f"{case.effective_on}",
            hint="effective_on is the planned cutover; cutover_not_after is the same day or later.",
        )
    closes = case.register_closes_on
    for key, day in (("effective_on", case.effective_on), ("cutover_not_after", case.cutover_not_after)):
        if closes is not None and day is not None and day >= closes:
            raise CaseFileError(
                f"{_at(root, 'case', key)}: {day} is not before register_closes_on, {closes}",
                hint="Once the company is struck off nobody can delete, keep or answer: finish everything before.",
            )
    for n, paper in enumerate(case.papers, start=1):
        if paper.issued_on > case.effective_on:
            raise CaseFileError(
                f"{_at(root, f'papers#{n}', 'issued_on')}: {paper.issued_on} is after effective_on,"
                f" {case.effective_on}",
                hint="A paper is issued before what it allows.",
            )


def _check_released(case: Case, root: Table, n: int, receiver: Party) -> None:
    """What is needed so that the escrow can release the key of a delivery."""
    place = _at(root, f"receivers#{n}", "key_release")
    if not receiver.age_recipient:
        raise CaseFileError(
            f"{place}: 'escrowed' needs the receiver's age_recipient",
            hint="The escrow encrypts the key of the delivery to it; the receiver makes it with `age-keygen`.",
        )
    if case.escrow is not None and not case.escrow.delivery_recipients:
        raise CaseFileError(
            f"{place}: 'escrowed' needs delivery_recipients under [escrow]",
            hint="The escrow makes them with `bequest escrow keys` and hands over the file recipients.txt.",
        )
    if not any(Role.ESCROW in p.roles and p.public_key for p in case.people):
        raise CaseFileError(
            f"{place}: 'escrowed' needs a person with the role escrow and a public key",
            hint="Who releases a key signs for it: name the person under [[people]].",
        )


def _check_parties(case: Case, root: Table) -> None:
    for n, receiver in enumerate(case.receivers, start=1):
        if receiver.id == case.transferor.id:
            raise CaseFileError(
                f"{_at(root, f'receivers#{n}', 'id')}: {receiver.id!r} is the transferor",
                hint="Give each party its own id.",
            )
        if receiver.key_release is KeyRelease.ESCROWED and case.escrow is None:
            raise CaseFileError(
                f"{_at(root, f'receivers#{n}', 'key_release')}: 'escrowed' needs an escrow",
                hint='Name it under [escrow], or write key_release = "direct".',
            )
        if receiver.key_release is KeyRelease.ESCROWED:
            _check_released(case, root, n, receiver)
    if case.escrow is not None and case.escrow.id in {case.transferor.id, *(r.id for r in case.receivers)}:
        raise CaseFileError(
            f"{_at(root, 'escrow', 'id')}: {case.escrow.id!r} is the transferor or a receiver",
            hint="An escrow is a third party with an id of its own.",
        )
    recipients: dict[str, str] = {}
    sealed = [(f"receivers#{n}", r) for n, r in enumerate(case.receivers, start=1)]
    sealed += [] if case.escrow is None else [("escrow", case.escrow)]
    sealed += [] if case.custodian is None else [("custodian", case.custodian)]
    for place, party in sealed:
        if party.age_recipient and party.age_recipient in recipients:
            raise CaseFileError(
                f"{_at(root, place, 'age_recipient')}: is that of {recipients[party.age_recipient]} too",
                hint="Each party makes its own key with `age-keygen`.",
            )
        recipients[party.age_recipient] = place


def _check_ending(case: Case, root: Table) -> None:
    """Nobody receives, so there is no lot; somebody must keep what the law keeps, for the company will be gone."""
    for key, number in (("receivers", len(case.receivers)), ("lots", len(case.lots))):
        if number:
            raise CaseFileError(
                f"{_at(root, key)}: event {case.event.value} releases nothing, so there is nobody to receive",
                hint=f"Leave out [[{key}]], or name the event under which somebody takes over.",
            )
    keeper = case.custodian
    if keeper is None or not keeper.contact or keeper.id == case.transferor.id:
        raise CaseFileError(
            f"{_at(root, 'custodian')}: event {case.event.value} needs a keeper with a contact, who outlives it",
            hint="Name under [custodian] who keeps what the law keeps, with id, name and contact; it is not the"
            " transferor.",
        )


def _check_lots(case: Case, root: Table) -> None:
    moves = case.event not in MOVES_NOTHING
    for key, number in (("receivers", len(case.receivers)), ("lots", len(case.lots))):
        if moves and not number:
            raise CaseFileError(
                f"{_at(root, key)}: event {case.event.value} passes customer information on and needs at least one",
                hint=f"Write [[{key}]].",
            )
    rows = [s.name for s in case.sources if s.has_rows]
    taken: dict[tuple[str, str, str, str], str] = {}
    if len(case.lots) > MAX_LOTS:
        raise CaseFileError(
            f"{_at(root, 'lots')}: {len(case.lots)} lots; a case has {MAX_LOTS} at most",
            hint="Join lots that go to one receiver on one route, or open a second case.",
        )
    for n, lot in enumerate(case.lots, start=1):
        place = f"lots#{n}"
        _one_of(root, f"{place}.receiver", lot.receiver, (r.id for r in case.receivers), "receivers")
        _check_route(case, lot, root, place)
        if moves and not lot.scope:
            raise CaseFileError(
                f"{_at(root, place, 'scope')}: is missing or empty, so nothing could be reached",
                hint='Write scope = [{ source = "…", table = "…", column = "…", in = ["…"] }].',
            )
        abroad, strict = is_abroad(case, lot), asks_strictly(case.switches)
        silent = moves and lot.on_silence is not OnSilence.RELEASE_NONE
        if silent and not telling_is_enough(lot.legal_route, lot.basis, abroad=abroad, strict=strict):
            raise CaseFileError(
                f"{_at(root, place, 'on_silence')}: "
                + (f"the receiver {lot.receiver} is abroad" if abroad else f"on the route {lot.legal_route.value}")
                + ", where silence is no consent",
                hint='Write on_silence = "release-none", or leave it out: PIPL Art. 39 asks for separate consent.'
                if abroad
                else 'Write on_silence = "release-none", or leave it out: PIPL Art. 23 asks for separate consent where'
                " the recorded basis is consent, or counsel reads it so.",
            )
        for m, scope in enumerate(lot.scope, start=1):
            there = f"{place}.scope#{m}"
            _one_of(root, f"{there}.source", scope.source, (s.name for s in case.sources), "sources")
            if scope.source not in rows:
                raise CaseFileError(
                    f"{_at(root, there, 'source')}: {scope.source!r} is not read row by row, so no lot can take rows of"
                    " it",
                    hint=f"Read row by row are: {', '.join(rows) or 'none'}.",
                )
            for value in scope.values:
                mark = (scope.source, scope.table, scope.column, value)
                if mark in taken:
                    raise CaseFileError(
                        f"{_at(root, there, 'in')}: these rows belong to {taken[mark]} already",
                        hint="A row belongs to one lot; divide the values between the lots.",
                    )
                taken[mark] = there


def _check_route(case: Case, lot: Lot, root: Table, place: str) -> None:
    moves = case.event not in MOVES_NOTHING
    if not moves and lot.legal_route not in {LegalRoute.NONE, LegalRoute.PIPL_17}:
        raise CaseFileError(
            f"{_at(root, place, 'legal_route')}: under event {case.event.value} nothing is passed on, "
            f"so {lot.legal_route.value} cannot be its route",
            hint="Write none or PIPL-17, or name the event under which customer information moves.",
        )
    if case.event in ENTRUSTS and (lot.legal_route is not LegalRoute.PIPL_21 or not lot.methods):
        key = "methods" if lot.legal_route is LegalRoute.PIPL_21 else "legal_route"
        raise CaseFileError(
            f"{_at(root, place, key)}: event {case.event.value} entrusts, by PIPL-21 and with the methods agreed",
            hint='Write legal_route = "PIPL-21" and methods = ["…"]: PIPL Art. 21 has purpose, term, method, kinds'
            " and protection agreed; the term, the kinds and the protection stand under [[agreements]].",
        )
    if case.event in ENTRUSTS and is_abroad(case, lot):
        # nobody is told under this event, and Art. 39 owes everybody a notice whatever the basis
        raise CaseFileError(
            f"{_at(root, place, 'receiver')}: {lot.receiver} is abroad, and event {case.event.value} tells nobody and"
            " asks nobody",
            hint='Name a processor in the mainland (country = "cn"): PIPL Art. 39 owes every person a notice of a'
            " receiver abroad, and asks for separate consent where consent is the basis. No case here entrusts abroad.",
        )


def _check_sources(case: Case, root: Table) -> None:
    seen: dict[tuple[str, ...], str] = {}
    for n, source in enumerate(case.sources, start=1):
        if source.kind is SourceKind.HELD_ELSEWHERE and not source.has_rows:
            continue
        is_server = source.kind in SERVERS
        mark = (*source.database, *source.tables) if is_server else (str(source.path), source.sheet)
        if mark in seen:
            what, key = ("database", "url") if is_server else ("file", "path")
            raise CaseFileError(
                f"{_at(root, f'sources#{n}', key)}: is the same {what} as that of {seen[mark]}",
                hint="Name each once; `sheet` tells sheets of a workbook apart, `schema` those of a database, `tables`"
                " the whole stores in one.",
            )
        seen[mark] = f"sources#{n}"
        if source.system_kind is not SystemKind.BUSINESS and not source.custodian and case.custodian is None:
            raise CaseFileError(
                f"{_at(root, f'sources#{n}', 'custodian')}: a store of kind {source.system_kind.value} stays whole and "
                "needs a custodian",
                hint="Name one here, or for the whole case under [custodian].",
            )
        by_pattern = source.kind in BY_PATTERN
        if (
            source.tables
            and not by_pattern
            and not any(s.elsewhere and s.database == source.database for s in case.sources)
        ):
            raise CaseFileError(
                f"{_at(root, f'sources#{n}', 'tables')}: the other tables of this database are in no source",
                hint="Write a second [[sources]] with the same url and no `tables`: it is all that is not named here.",
            )
        if case.event in RELEASES_NOTHING and source.is_whole and source.fate is WholeFate.CUSTODY:
            _check_keeper(case, source, _at(root, f"sources#{n}", "age_recipient"))
    for n, copy in enumerate(case.copies, start=1):
        _one_of(root, f"copies#{n}.of", copy.of, (s.name for s in case.sources), "sources")


def _check_keeper(case: Case, source: Source, where: str) -> None:
    """A store with a keeper of its own is encrypted to that one, not to the keeper of the rest."""
    named = source.custodian and case.custodian is not None and source.custodian != case.custodian.name
    if named and not source.age_recipient:
        raise CaseFileError(
            f"{where}: the keeper of {source.name} is another than that of the case, and has no key",
            hint='Write the public key that this keeper made with `age-keygen`: age_recipient = "file:FILE"; or leave'
            " out its custodian.",
        )


def _check_people(case: Case, root: Table) -> None:
    keys: dict[str, str] = {}
    for n, person in enumerate(case.people, start=1):
        key = " ".join(person.public_key.split()[:2])
        if key and key in keys:
            raise CaseFileError(
                f"{_at(root, f'people#{n}', 'public_key')}: is that of {keys[key]} too",
                hint="Each person signs with a key of his or her own.",
            )
        keys[key] = f"people#{n}"
    taking = sorted({lot.receiver for lot in case.lots}) if case.event not in MOVES_NOTHING else []
    for n, person in enumerate(case.people, start=1):
        if person.party:
            _one_of(root, f"people#{n}.party", person.party, (r.id for r in case.receivers), "receivers")
        elif Role.RECEIVER in person.roles and len(taking) > 1:
            raise CaseFileError(
                f"{_at(root, f'people#{n}', 'party')}: is missing: there are {len(taking)} receivers, and each signs"
                " for its own delivery",
                hint=f"Write the id of the receiver for whom the person signs: {', '.join(taking)}.",
            )


def _check_witnesses(case: Case, root: Table) -> None:
    """Whoever signs in the case and is a witness as well has a key apart for that (tlog-cosignature)."""
    signing = {parse_public_line(p.public_key).raw: n for n, p in enumerate(case.people, start=1) if p.public_key}
    for named in case.evidence.witnesses:
        n = signing.get(parse_vkey(named.vkey).key.raw)
        if n is not None:
            raise CaseFileError(
                f"{_at(root, 'evidence', 'witnesses')}: the key of {named.name} is that of people#{n} too",
                hint="Make a key for the witness alone with `bequest witness key`.",
            )
