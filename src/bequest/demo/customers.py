"""Customer rows of the CRM: one per customer, and a second one for some who registered twice."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from bequest.demo.draws import Bools, Draws, Ints, days, moment_text, take, to_dates, to_moments
from bequest.demo.identifiers import exponent, fifteen_digits, resident_ids, spell_names, spell_phones, wrong_check
from bequest.demo.names import draw_names, draw_surnames, latin, settle_clashes
from bequest.demo.people import FRIEND_REGION, MAIL_DOMAINS, People, make_homes
from bequest.demo.personas import Persona, code, codes
from bequest.demo.records import LAST_DAY, STALE_LAST_DAY, Records, fill, off_the_edge, recent, where
from bequest.demo.schema import CUSTOMERS
from bequest.demo.words import (
    HOBBIES,
    MARITAL,
    NOTICE_VERSIONS,
    RELATIONS,
    RELIGIONS,
    REMARKS,
    STAFF,
    SYLLABLES,
    TAGS,
)


@dataclass(frozen=True, slots=True)
class CustomerRows:
    """What every other record needs to know of a customer row; `frame` is in the order of registration.

    Columns: `cust_no`, `place` (of the person in `People`), `person`, `again` (a second row), `name` and `mobile` and
    `email` as meant, before people spell them, `linkable` (a valid mobile beside the name), `shop`, `registered`;
    and somebody the customer sends things to: `friend`, `friend_name`, `friend_mobile`, `friend_id`.
    """

    people: People
    frame: pl.DataFrame

    def spread(self, column: str) -> pl.Series:
        """A column of the people, one value per customer row."""
        return take(self.people.column(column), self.numbers("place"))

    def numbers(self, name: str) -> Ints:
        """A whole-number column of `frame`."""
        return self.frame[name].to_numpy().astype(np.int64)

    def persona(self) -> Ints:
        """Persona code of each row's person."""
        return self.spread("persona").to_numpy().astype(np.int64)


def make_rows(seed: int, people: People) -> CustomerRows:
    """Customer rows with their numbers, doubles and friends."""
    draws = Draws(seed, "rows")
    n = people.frame.height
    twice, by_id = _doubles(draws, people)
    place = np.concatenate([np.arange(n), twice])
    again = np.arange(len(place)) >= n
    registered = people.numbers("registered")[place]
    registered[n:] = np.minimum(registered[n:] + 40, days(LAST_DAY) - 30)
    name, mobile = take(people.column("name"), place), take(people.column("mobile"), place)
    new_mobile = people.phones.next(len(place))
    changed = pl.Series(np.concatenate([np.zeros(n, dtype=np.bool_), by_id]))
    mistyped = changed & pl.Series(draws.chance(0.5, len(place)))
    mobile = new_mobile.zip_with(changed, mobile)
    name = (name + "儿").zip_with(mistyped, name)
    email = take(people.column("email"), place)
    company = people.numbers("company")[place]
    shared = (company >= 0) & draws.chance(0.35, len(place))
    email = take(people.companies["mail"], np.maximum(company, 0)).zip_with(pl.Series(shared), email)
    second = latin(draws, people.numbers("surname")[place]) + pl.Series(place).cast(pl.Utf8) + "b@"
    email = (second + draws.words(MAIL_DOMAINS, len(place))).zip_with(changed, email)
    frame = pl.DataFrame(
        {
            "place": place,
            "person": take(people.column("person"), place),
            "again": again,
            "by_id": changed,
            "has_double": np.isin(place, twice),
            "name": name,
            "mobile": mobile,
            "email": email,
            "linkable": mobile.is_not_null(),
            "shop": people.numbers("shop")[place],
            "registered": registered,
        }
    ).sort("registered", "place", maintain_order=True)
    number = pl.Series(100_001 + 3 * np.arange(frame.height)).cast(pl.Utf8)
    frame = frame.with_columns(("C" + number).alias("cust_no")).hstack(_friends(draws, people, frame))
    return CustomerRows(people, frame)


def _doubles(draws: Draws, people: People) -> tuple[Ints, Bools]:
    """Who registered twice, and which of them can only be known again by the identity number.

    Some of those who objected, closed their account or went silent are among them: strictest must win.
    """
    persona, n = people.numbers("persona"), people.frame.height
    may = ~people.flags("minor") & ~people.flags("cross") & (people.numbers("company") < 0)
    may &= people.column("mobile").is_not_null().to_numpy()
    special = codes(frozenset({Persona.OBJECTED, Persona.CLOSED, Persona.STALE, Persona.DISPUTE_OPEN}))
    first = [np.flatnonzero(may & (persona == p))[-1:] for p in special]
    rest = draws.rng.permutation(np.flatnonzero(may & (persona == code(Persona.ORDINARY))))
    chosen = np.concatenate([*first, rest])[: max(8, n * 2 // 100)]
    return chosen, np.arange(len(chosen)) % 3 == 1


def _friends(draws: Draws, people: People, rows: pl.DataFrame) -> pl.DataFrame:
    """Somebody each customer sends things to.

    Who has no mobile on file gets orders under his own name and another number: as far as anybody can prove, a
    different person.
    """
    n = rows.height
    surname, female = draw_surnames(draws, n), draws.chance(0.5, n)
    nobody = pl.Series([None] * n, dtype=pl.Utf8)
    names = settle_clashes(draws, draw_names(draws, surname, female), nobody, surname, female)
    born = to_dates(draws.whole(days(date(1950, 1, 1)), days(date(2005, 12, 31)), n))
    region = np.full(n, FRIEND_REGION, dtype=np.int64)
    return pl.DataFrame(
        {
            "friend": "F" + pl.Series(np.arange(1, n + 1)).cast(pl.Utf8).str.zfill(7),
            "friend_name": names.zip_with(rows["linkable"], rows["name"]),
            "friend_mobile": people.phones.next(n),
            "friend_id": resident_ids(draws, born, pl.Series(female), region),
        }
    )


def make_customers(seed: int, rows: CustomerRows, last_order: pl.Series) -> Records:
    """The customers table.

    `last_order` is the day of the latest order of each row's person (null: none): some with old profiles still order.
    """
    draws = Draws(seed, "customers")
    people, frame, n = rows.people, rows.frame, rows.frame.height
    persona = rows.persona()
    company = rows.spread("company").to_numpy()
    works = pl.Series(company >= 0)
    minor = rows.spread("minor")
    home = pl.DataFrame([rows.spread(c) for c in ("province", "city", "detail", "address")])
    registered = to_moments(rows.numbers("registered"), draws.times_of_day(n))
    texts = _texts(draws, rows)
    mobile = spell_phones(draws, frame["mobile"])
    mobile = mobile.zip_with(frame["mobile"].is_not_null(), rows.spread("junk"))
    mobile = pl.Series([people.switchboard] * n).zip_with(pl.Series(company == 0), mobile)
    bounced = pl.Series(persona == code(Persona.BOUNCES)) | pl.Series(draws.chance(0.01, n))
    bounced_at = moment_text(to_moments(draws.whole(days(date(2025, 1, 1)), days(LAST_DAY), n), draws.times_of_day(n)))
    columns = {
        "id": pl.Series(np.arange(1, n + 1)),
        "cust_no": frame["cust_no"],
        "cust_type": pl.Series(["企业"] * n).zip_with(works, pl.Series(["个人"] * n)),
        "name": spell_names(draws, frame["name"], plain=0.92),
        "gender": where(~works, take(("男", "女"), rows.spread("female").cast(pl.Int64).to_numpy())),
        "mobile": mobile,
        "email": _spell_mails(draws, frame["email"]),
        "id_no": _id_numbers(draws, rows),
        "birthday": _birthdays(draws, rows),
        "province": home["province"],
        "city": home["city"],
        "address": home["address"].zip_with(pl.Series(draws.chance(0.5, n)), home["detail"]),
        "password": _passwords(draws, rows),
        "wechat": where(pl.Series(draws.chance(0.35, n)), "wxid_" + _base36(draws, n)),
        "religion": where(pl.Series(draws.chance(0.08, n)) & ~works, draws.words(RELIGIONS, n)),
        "marital": where(pl.Series(draws.chance(0.3, n)) & ~works & ~minor, draws.words(MARITAL, n)),
        "mkt_tags": _tags(draws, persona),
        "company_name": where(works, take(people.companies["name"], np.maximum(company, 0))),
        "uscc": where(works, take(people.companies["uscc"], np.maximum(company, 0))),
        "shop_id": frame["shop"],
        "reg_at": moment_text(registered),
        "notice_version": _versions(registered),
        "status": _statuses(persona, frame["again"]),
        "is_deleted": pl.Series((persona == code(Persona.SOFT_DELETED)) & ~frame["again"].to_numpy()).cast(pl.Int64),
        "bounced_at": where(bounced, bounced_at),
        "last_active_on": _last_active(draws, rows, last_order).dt.strftime("%Y-%m-%d"),
        "guardian_name": rows.spread("guardian_name"),
        "guardian_mobile": spell_phones(draws, rows.spread("guardian_mobile")),
        "guardian_consent_at": _guardian_consents(persona, registered),
        "profile_json": texts["profile_json"],
        "remark": texts["remark"],
        "create_by": texts["create_by"],
        "@customer": frame["person"],
        "@guardian": rows.spread("guardian"),
        "@emergency_contact": texts["@emergency_contact"],
        "@mentioned": texts["@mentioned"],
        "@staff": texts["@staff"],
        "#born": rows.spread("born"),
        "#again": frame["again"],
    }
    return Records(CUSTOMERS, pl.DataFrame({name: s.alias(name) for name, s in columns.items()}))


def _base36(draws: Draws, n: int) -> pl.Series:
    """Short random words of letters and digits, no two alike."""
    alphabet = [*"abcdefghijkmnpqrstuvwxyz23456789"]
    number = draws.distinct(32**6, 32**7, n)
    out = pl.Series([""] * n)
    for _ in range(7):
        number, digit = np.divmod(number, 32)
        out = out + take(alphabet, digit)
    return out


def _passwords(draws: Draws, rows: CustomerRows) -> pl.Series:
    """Passwords in plain text, as the old system kept them."""
    n = rows.frame.height
    own = draws.words(SYLLABLES, n) + draws.words(SYLLABLES, n) + rows.spread("born").dt.strftime("%Y")
    strong = draws.words(SYLLABLES, n).str.to_titlecase() + _base36(draws, n) + draws.words(("!", "#", "@1"), n)
    weak = draws.words(("123456", "qwerty123", "888888", "woaini1314"), n)
    kind = draws.rng.random(n)
    return strong.zip_with(pl.Series(kind < 0.5), own.zip_with(pl.Series(kind < 0.85), weak))


def _spell_mails(draws: Draws, mails: pl.Series) -> pl.Series:
    """Mail addresses as typed: some in capitals, some with spaces around."""
    n = len(mails)
    typed = mails.str.to_uppercase().zip_with(pl.Series(draws.chance(0.03, n)), mails)
    return (" " + typed + " ").zip_with(pl.Series(draws.chance(0.02, n)), typed)


def _id_numbers(draws: Draws, rows: CustomerRows) -> pl.Series:
    """Identity numbers: valid, in the old form, spoilt, or none. Only grown-ups have spoilt ones."""
    n = rows.frame.height
    true_id, old = rows.spread("true_id"), rows.spread("born").dt.year() < 1980
    kind = draws.rng.random(n)
    kind[rows.spread("company").to_numpy() >= 0] /= 20  # contacts of companies hardly ever give one
    kind[rows.spread("minor").to_numpy() & (kind > 0.45)] = 0.6
    kind[rows.spread("persona").to_numpy() == code(Persona.NO_DATES)] = 0.6
    by_id = take(rows.frame["by_id"].cast(pl.Int64), np.arange(n)).to_numpy() == 1
    twins = rows.frame["has_double"].to_numpy()
    kind[by_id | twins] = 0.6
    _see_to_every_form(rows, kind)
    form = pl.DataFrame(
        {
            "k": kind,
            "v": true_id,
            "fifteen": fifteen_digits(true_id),
            "wrong": wrong_check(true_id),
            "shown": exponent(true_id),
            "old": old,
        }
    )
    k = pl.col("k")
    return form.select(
        pl.when(k < 0.44)
        .then(None)
        .when((k < 0.49) & pl.col("old"))
        .then(pl.col("fifteen"))
        .when((k >= 0.49) & (k < 0.52))
        .then(pl.col("wrong"))
        .when((k >= 0.52) & (k < 0.535))
        .then(pl.col("shown"))
        .when((k >= 0.535) & (k < 0.55))
        .then(pl.concat_str(pl.col("v").str.slice(0, 4), pl.lit("**********"), pl.col("v").str.slice(14)))
        .when((k >= 0.55) & (k < 0.56))
        .then(pl.col("v").str.slice(0, 16))
        .when((k >= 0.56) & (k < 0.59))
        .then(pl.col("v").str.to_lowercase())
        .otherwise(pl.col("v"))
        .alias("v")
    )["v"]


def _see_to_every_form(rows: CustomerRows, kind: npt.NDArray[np.float64]) -> None:
    """Some people on whom nothing else hangs spoil their numbers in every way, however small the company."""
    plain = (rows.persona() == code(Persona.ORDINARY)) & (rows.spread("company").to_numpy() < 0)
    plain &= ~rows.frame["has_double"].to_numpy() & (rows.spread("born").dt.year() < 1980).to_numpy()
    first = np.flatnonzero(plain)[:10]
    kind[first] = np.resize((0.45, 0.5, 0.525, 0.54, 0.555), len(first))


def _birthdays(draws: Draws, rows: CustomerRows) -> pl.Series:
    """Birthdays in several spellings and as placeholders; always there and plain for minors."""
    n = rows.frame.height
    kind = draws.rng.random(n)
    kind[rows.spread("minor").to_numpy()] = 0.9
    kind[rows.spread("company").to_numpy() >= 0] = 0.0
    born = pl.col("b").dt
    return pl.DataFrame({"k": kind, "b": rows.spread("born")}).select(
        pl.when(pl.col("k") < 0.38)
        .then(None)
        .when(pl.col("k") < 0.42)
        .then(born.strftime("%Y/%m/%d"))
        .when(pl.col("k") < 0.45)
        .then(born.strftime("%Y%m%d"))
        .when(pl.col("k") < 0.47)
        .then(pl.lit("1900-01-01"))
        .when(pl.col("k") < 0.475)
        .then(pl.lit("0000-00-00"))
        .otherwise(born.strftime("%Y-%m-%d"))
        .alias("b")
    )["b"]


def _tags(draws: Draws, persona: Ints) -> pl.Series:
    """Marketing tags; always there for those who will be asked and answer."""
    n = len(persona)
    tags = draws.words(TAGS, n)
    tags = (tags + "|" + draws.words(TAGS, n)).zip_with(pl.Series(draws.chance(0.6, n)), tags)
    asked = np.isin(persona, codes(frozenset({Persona.WILL_CONSENT, Persona.WILL_REFUSE})))
    return where(pl.Series(draws.chance(0.6, n) | asked), tags)


def _versions(registered: pl.Series) -> pl.Series:
    """Version of the privacy notice in force at registration."""
    expr = pl.lit(NOTICE_VERSIONS[0][1])
    for since, version in NOTICE_VERSIONS[1:]:
        expr = pl.when(pl.col("r") >= pl.lit(since).str.to_datetime("%Y-%m-%d")).then(pl.lit(version)).otherwise(expr)
    return pl.DataFrame({"r": registered}).select(expr.alias("v"))["v"]


def _statuses(persona: Ints, again: pl.Series) -> pl.Series:
    """Account states; a second row of somebody who closed the first is still active."""
    n = len(persona)
    first = ~again
    status = pl.Series(["active"] * n)
    status = status.set(pl.Series(persona == code(Persona.CLOSED)) & first, "closed")
    return status.set(pl.Series(persona == code(Persona.DECEASED)) & first, "deceased")


def _guardian_consents(persona: Ints, registered: pl.Series) -> pl.Series:
    given = pl.Series(persona == code(Persona.CHILD_GIVEN))
    return where(given, moment_text(registered.dt.offset_by("35m")))


def _last_active(draws: Draws, rows: CustomerRows, last_order: pl.Series) -> pl.Series:
    """Latest activity on file. For some who ordered since, it is old or missing: other records know better."""
    n = rows.frame.height
    persona, registered = rows.persona(), rows.numbers("registered")
    stale = persona == code(Persona.STALE)
    low = np.where(stale, registered, np.maximum(registered, days(date(2024, 3, 1))))
    high = np.where(stale, days(STALE_LAST_DAY), days(LAST_DAY))
    active = recent(draws, low, high)
    orders_lately = (last_order.cast(pl.Int32).fill_null(0) >= days(date(2024, 6, 1))).to_numpy()
    outdated = orders_lately & draws.chance(0.06, n) & (registered < days(date(2022, 1, 1)))
    active[outdated] = off_the_edge(registered[outdated] + 30)
    missing = (orders_lately & draws.chance(0.05, n)) | (persona == code(Persona.NO_DATES))
    return where(pl.Series(~missing), to_dates(active))


def _texts(draws: Draws, rows: CustomerRows) -> pl.DataFrame:
    """Remarks and nested profiles with other people in them, and who typed the row in."""
    n, people = rows.frame.height, rows.people
    surname, female = draw_surnames(draws, 2 * n), draws.chance(0.5, 2 * n)
    nobody = pl.Series([None] * (2 * n), dtype=pl.Utf8)
    names = settle_clashes(draws, draw_names(draws, surname, female), nobody, surname, female)
    remark = draws.words(REMARKS, n)
    has_remark = pl.Series(draws.chance(0.14, n))
    other = make_homes(draws, n)["address"]
    remark_text = fill(
        remark,
        m_name=names.slice(0, n),
        m_phone=people.phones.next(n),
        own_id=rows.spread("true_id"),
        own_name=rows.frame["name"],
        own_address=other,
    )
    blank = where(pl.Series(draws.chance(0.02, n)), pl.Series([" "] * n))
    has_profile = pl.Series(draws.chance(0.3, n))
    has_emergency = has_profile & pl.Series(draws.chance(0.6, n))
    hobby = '{"hobby":["' + draws.words(HOBBIES, n) + '","' + draws.words(HOBBIES, n) + '"],"newsletter":true'
    contact = (
        ',"emergency_contact":{"name":"'
        + names.slice(n)
        + '","phone":"'
        + people.phones.next(n)
        + '","relation":"'
        + draws.words(RELATIONS, n)
        + '"}'
    )
    number = pl.Series(np.arange(1, n + 1)).cast(pl.Utf8).str.zfill(7)
    typist = draws.whole(0, len(STAFF), n)
    by_staff = pl.Series(draws.chance(0.3, n))
    return pl.DataFrame(
        {
            "remark": remark_text.zip_with(has_remark, blank),
            "@mentioned": where(has_remark & remark.str.contains("{m_name}", literal=True), "M" + number),
            "profile_json": where(has_profile, hobby + contact.zip_with(has_emergency, pl.Series([""] * n)) + "}"),
            "@emergency_contact": where(has_emergency, "E" + number),
            "create_by": staff_numbers(typist).zip_with(by_staff, pl.Series(["self-service"] * n)),
            "@staff": where(by_staff, staff_persons(typist)),
        }
    )


def staff_numbers(index: Ints) -> pl.Series:
    """Employee numbers of places in `STAFF`."""
    return "E" + pl.Series(1001 + index).cast(pl.Utf8)


def staff_persons(index: Ints) -> pl.Series:
    """Person ids of places in `STAFF`."""
    return "S" + pl.Series(1 + index).cast(pl.Utf8).str.zfill(7)
