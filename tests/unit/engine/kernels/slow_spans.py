"""What `spans.find` should find, written slowly, character by character; it shares no code with what it checks."""

import re
import unicodedata
from datetime import date

SEPARATORS = " -.()\u00a0\u3000" + "".join(map(chr, range(0x2010, 0x2016)))
PROVINCES = set(range(11, 16)) | {21, 22, 23, *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66)}
PROVINCES |= {71, 81, 82, 83, 91}
MOBILE = r"1[3-9]\d{9}"


def found(text: str) -> list[tuple[str, str]]:
    """Kind and piece of the text (as it stands there) of every identifier, in order."""
    plain = "".join(unicodedata.normalize("NFKC", c) if "\uff01" <= c <= "\uff5e" else c for c in text)
    spans: list[tuple[int, int, str]] = []
    at = since = 0
    while at < len(plain):
        if plain[at] == "@":
            mail = mail_around(plain, at, since)
            if mail is None:
                at += 1
                continue
            while spans and spans[-1][1] > mail[0]:
                spans.pop()
            spans.append((*mail, "email"))
            at = since = mail[1]
        elif plain[at] in "0123456789":
            hit = number_at(plain, at)
            if hit is None:
                at = re.compile(r"[0-9]+").match(plain, at).end()  # type: ignore[union-attr]
                continue
            kind, stop = hit
            signed = kind == "phone" and at > since and plain[at - 1] == "+"
            spans.append((at - signed, stop, kind))
            at = stop
        else:
            at += 1
    return [(kind, text[start:stop]) for start, stop, kind in spans]


def mail_around(plain: str, sign: int, since: int) -> tuple[int, int] | None:
    box = re.search(r"[0-9A-Za-z._%+\-]+$", plain[since:sign])
    domain = re.compile(r"[0-9A-Za-z.\-]+\.[A-Za-z]{2,}").match(plain, sign + 1)
    return (since + box.start(), domain.end()) if box and domain else None


def number_at(plain: str, start: int) -> tuple[str, int] | None:
    """The groups of digits from here on; a number is made of whole groups from the first digit."""
    gap = f"[{re.escape(SEPARATORS)}]{{1,2}}"
    run = re.compile(rf"[0-9]+(?:{gap}[0-9]+)*").match(plain, start)
    assert run
    groups = [(m.group(), start + m.end()) for m in re.finditer(r"[0-9]+", run.group())]
    digits = "".join(g for g, _ in groups)

    def end(total: int, shortest: int, skipped: int = 0) -> int | None:
        """Where `total` digits end, if with a whole group and no group is too short; the skipped ones do not count."""
        seen = 0
        for group, stop in groups:
            lone = len(group) - max(0, min(len(group), skipped - seen))
            seen += len(group)
            if 0 < lone < shortest:
                return None
            if seen >= skipped + total:
                return stop if seen == skipped + total else None
        return None

    stop = end(17, 2)
    if stop and stop < len(plain) and plain[stop] in "xX" and is_resident_id(digits[:17] + "X"):
        return "national_id", stop + 1
    if (stop := end(18, 2)) and is_resident_id(digits[:18]):
        return "national_id", stop
    code = 4 if re.match("0086.{10}", digits) else 2 if re.match("86.{11}", digits) else 0
    for skipped in dict.fromkeys((code, 0)):
        if re.match(MOBILE, digits[skipped:]) and (stop := end(11, 3, skipped)):
            return "phone", stop
    if (stop := end(15, 15)) and int(digits[:2]) in PROVINCES and is_day("19" + digits[6:12]):
        return "national_id", stop
    for total in (19, 18, 17, 16):
        if digits[0] in "34569" and (stop := end(total, 3)) and is_luhn(digits[:total]):
            return "bank_card", stop
    for total in (12, 11):
        if (stop := end(total, 3)) and is_landline(digits[:total]):
            return "landline", stop
    return None


def is_day(text: str) -> bool:
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True


def is_resident_id(text: str) -> bool:
    weighted = sum(2 ** (17 - i) * int(c) for i, c in enumerate(text[:17])) % 11
    right = (12 - weighted) % 11
    born_when = 1800 <= int(text[6:10]) <= 2099
    return int(text[:2]) in PROVINCES and born_when and is_day(text[6:14]) and text[17] == "0123456789X"[right]


def is_luhn(text: str) -> bool:
    return len(set(text)) > 1 and sum(sum(divmod(int(c) * (1 + i % 2), 10)) for i, c in enumerate(text[::-1])) % 10 == 0


def is_landline(text: str) -> bool:
    return bool(re.fullmatch(r"0(?:10|2\d)[2-8]\d{7}|0[3-9]\d{2}[2-8]\d{6,7}", text))
