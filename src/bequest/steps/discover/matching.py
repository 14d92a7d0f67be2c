"""What names and comments say: the hints of all detectors in one index, weighed by class."""

import re
from dataclasses import dataclass
from functools import lru_cache

from bequest.model.datamap import FieldClass
from bequest.steps.discover import lexicon
from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors import DETECTORS
from bequest.steps.discover.forms import FORM_WORDS, HIDING_WORDS, LIKENESSES, without_form, without_form_han
from bequest.steps.discover.segments import WHOLE_WORDS, singular
from bequest.steps.discover.spelling import Pinyin, syllables
from bequest.steps.discover.words import (
    HeadIndex,
    chunks,
    comment_heads,
    fold,
    has_han,
    is_boolean_name,
    listed,
    tokens,
)

BY_ID = {d.id: d for d in DETECTORS}
_PEOPLE_HAN = tuple(w for w in lexicon.PEOPLE if has_han(w))
_PLAIN_WORDS = tuple(
    w
    for group in (
        lexicon.PEOPLE,
        lexicon.ORGANISATIONS,
        lexicon.THINGS,
        lexicon.EVENTS,
        lexicon.MACHINERY_WORDS,
        lexicon.FINANCE_WORDS,
        lexicon.ATTENDANCE_WORDS,
        lexicon.PAY_WORDS,
        lexicon.OWN_THINGS,
        lexicon.MEDICAL_WORDS,
        lexicon.RELATED_WORDS,
        lexicon.SCHOOLING_WORDS,
        lexicon.PUPIL_WORDS,
        tuple(lexicon.GENERIC_TABLE_WORDS),
    )
    for w in group
)


Found = tuple[str, tuple[str, ...], tuple[str, ...]]
VOWELS = frozenset("aeiou")
_LEAST_INITIALS, _LONGEST_BEFORE, _LEAST_HEAD = 3, 4, 4
_INITIAL_HEADS = {
    "sfzhm": "身份证号码", "sfzh": "身份证号", "zjhm": "证件号码", "sjhm": "手机号码", "lxdh": "联系电话",
    "lxfs": "联系方式",
    "mm": "密码", "rdz": "地址", "yhkh": "银行卡号", "xm": "姓名", "sjh": "手机号", "dh": "电话", "zjh": "证件号",
    "qqh": "qq号", "wxh": "微信号", "sfz": "身份证", "xb": "性别", "dz": "地址", "nl": "年龄", "csrq": "出生日期",
    "zh": "账号", "gzdw": "工作单位", "gx": "关系",
}  # fmt: skip
"""Heads by their initials that stand for nothing else at the end of a longer run of initials."""
_NUMBERS = frozenset({"no", "id", "code", "sn", "card", "account"})
_INITIALS_OF_ANYTHING = ("mc", "bh", "dm", "sj", "lx", "id")
_VAGUE_INITIALS = ("zt", "rq", "sj", "lx", "dj", "sl", "ll", "dl", "bz", "je", "fs", "jg", "yy", "qk", "nr", "lb")
"""状态, 日期, 时间, 类型, 等级, 数量 … and whatever else is spelt so: of a short run they tell too little."""
_LEAST_WITH_VAGUE = 5
_SAID_OF_PEOPLE = frozenset({FieldClass.PERSON_NAME, FieldClass.USER_ID, FieldClass.USERNAME, FieldClass.DEVICE_ID})
_INITIALS_OF_PEOPLE = frozenset(
    listed(
        """hz, br, yz, fk, zk, fd, xs, js, yg, kh, hy, yh, jz, jhr, fq, mq, po, lxr, jjlxr, sjr, shr, fjr, jjr, bxr,
        bx, sqr, czr, zjr, dkr, jkr, tbr, bbr, syr, cy, sj"""
    )
)
"""Whose they are: 患者, 业主, 访客, 租客, 学生, 教师, 员工, 客户, 家长, 监护人, 收件人, 报修人 and the like."""
_INITIALS_OF_THINGS = frozenset({"gs", "dw", "jg", "gys", "bm", "kf", "jc", "xt", "ggg", "zb", "ct", "cp", "sp", "z"})
"""Whose those are not: of companies, offices, suppliers, goods."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A class named at the head of a name or comment. `weak` hits count only in a table about individual people."""

    cls: FieldClass
    hint: str
    weak: bool
    before: tuple[str, ...]
    """Words before the head: whose it is."""


def _index() -> HeadIndex:
    return HeadIndex(
        ((hint, d.id) for d in DETECTORS for hint in (*d.hints, *d.weak_hints)),
        extra_words=_PLAIN_WORDS,
    )


INDEX = _index()
VOCABULARY = INDEX.vocabulary
PINYIN = Pinyin(
    [
        *(hint for d in reversed(DETECTORS) for hint in (*d.hints, *d.weak_hints) if has_han(hint)),
        *(w for w in _PLAIN_WORDS if has_han(w)),
    ]
)
_ACTING = re.compile(r"[㐀-鿿a-z]+(?:人|人员|者|人姓名|保安|面试官|教官|裁判)$")
"""Whoever does something: 缴费人, 抄表人员, 监考者. Nothing else in a name of a column ends so."""
_NOT_ACTING = ("机器人", "无人", "多人", "每人", "成人", "法人")
WHOLE = {hint: d for d in DETECTORS for hint in d.whole_hints}


def _blocked(detector: Detector, before: tuple[str, ...]) -> bool:
    joined = "".join(before)
    return any((word in joined) if has_han(word) else (word in before) for word in detector.blockers)


def _qualified(name: str, hint: str) -> bool:
    """Whether a word other than a number follows the hint: too much for a weak one (`usage_num`)."""
    if has_han(name):
        return False
    words = [w for w in words_of(name) if not w.isdigit() and w not in HIDING_WORDS]
    return bool(words) and words[-1] != hint.split()[-1]


@lru_cache(maxsize=16384)
def name_hits(name: str) -> tuple[Hit, ...]:
    """The classes a column name may stand for; the longest hint at its head decides, the others are dropped."""
    whole = "".join(chunks(name))
    if whole in WHOLE:
        return (Hit(WHOLE[whole].cls, whole, not has_han(whole), ()),)
    if not has_han(name) and words_of(name)[:1] and words_of(name)[0] in _AGGREGATES:
        return (Hit(FieldClass.NOT_PI, words_of(name)[0], False, ()),)
    if (
        not has_han(name)
        and len(words_of(name)) == 2
        and words_of(name)[0] in _COUNTS
        and words_of(name)[1] in _COUNTED
    ):
        return (Hit(FieldClass.NOT_PI, " ".join(words_of(name)), False, ()),)
    found = INDEX.find(name)
    if coded := _coded_hits(name, found):
        return coded
    if formed := _formed_hits(name, found):
        return formed
    if asked := _asked_hits(name):
        return asked
    if done := _done_by(name, found):
        return done
    if found is None and not has_han(name) and is_boolean_name(words_of(name)) and words_of(name)[0] != "should":
        return (Hit(FieldClass.NOT_PI, "yes or no", False, ()),)
    if found is None:
        return _spelt_hits(name)
    hint, keys, before = found
    hits = []
    for key in dict.fromkeys(keys):
        detector = BY_ID[key]
        weak = hint in detector.weak_hints
        if weak and detector.cls is FieldClass.PERSON_NAME and (_is_agent(before) or _is_somebody(name, hint, before)):
            weak = False
        if _counted(name, hint, detector.cls):
            continue
        if not _blocked(detector, before) and not (weak and _qualified(name, hint)):
            hits.append(Hit(detector.cls, hint, weak, before))
    if not hits and before:
        return (Hit(FieldClass.NOT_PI, hint, False, before),)
    return tuple(hits)


_COUNTS = frozenset({"num", "number", "count", "total", "n", "existing", "successful", "successive", "failed", "new"})
_COUNTED = frozenset(w for w in lexicon.STAFF + lexicon.CUSTOMERS if not has_han(w)) | {"login", "logins", "people"}
"""After a word of counting: how many of them, or whether it worked."""
_AGGREGATES = frozenset({"max", "min", "avg", "average", "mean", "median"})
"""Before a name they make it a bound or a figure over many: `max_guest`, `avg_age`."""
_CODED = frozenset(
    {
        FieldClass.GENDER,
        FieldClass.MARITAL,
        FieldClass.RELIGION_ETHNICITY,
        FieldClass.EDUCATION,
        FieldClass.EMPLOYMENT,
        FieldClass.REGION,
    }
)
_ENDINGS_OF_CODES = frozenset({"code", "id", "name", "desc", "text", "type", "label", "key"})


def _coded_hits(name: str, found: Found | None) -> tuple[Hit, ...]:
    """What a coded answer is about: `occupation_code`, `nation_name`, where the ending alone was known."""
    words = () if has_han(name) else words_of(name)
    if len(words) < 2 or words[-1] not in _ENDINGS_OF_CODES or (found is not None and " " in found[0]):
        return ()
    return tuple(h for h in name_hits("_".join(words[:-1])) if h.cls in _CODED and not h.weak)


_ASKED = frozenset(
    {FieldClass.MARITAL, FieldClass.HEALTH, FieldClass.MINORS, FieldClass.RELIGION_ETHNICITY, FieldClass.OTHER_PI}
    | {FieldClass.INCOME_ASSETS}
)
"""What a yes or no is personal information of: `is_married`, 是否怀孕."""


def _asked_hits(name: str) -> tuple[Hit, ...]:
    """What a name asks about somebody by a question of yes or no."""
    if has_han(name):
        start, _, rest = fold(name).partition("是否")
        rest = rest.removeprefix("有").removeprefix("为").removeprefix("是")
        if not rest or len(start) > _LONGEST_BEFORE:
            return ()
    else:
        words = words_of(name)
        if not is_boolean_name(words) or words[0] == "should":
            return ()
        rest = "_".join(words[1:])
    return tuple(h for h in name_hits(rest) if h.cls in _ASKED and not h.weak)


def _done_by(name: str, found: Found | None) -> tuple[Hit, ...]:
    """Whoever did something, in English: `maintain_man`, `measured_by`."""
    words = () if has_han(name) or found is not None else words_of(name)
    if len(words) < 2 or words[-2] in _NOT_DONE or words[-2].isdigit():
        return ()
    if words[-1] in {"man", "person", "people", "staff"}:
        return (Hit(FieldClass.PERSON_NAME, " ".join(words), False, ()),)
    return (Hit(FieldClass.USER_ID, " ".join(words), False, ()),) if words[-1] == "by" else ()


_NOT_DONE = frozenset(
    {"order", "group", "sort", "partition", "divide", "stand", "near", "fly", "per", "split", "filter"}
)


def _formed_hits(name: str, found: Found | None) -> tuple[Hit, ...]:
    """What is kept in some form, where the form alone was known (`cert_front_img`, 残疾情况, `mobile_enc`)."""
    if has_han(name):
        text = _SEPARATED.sub("", fold(name).lower())
        rest, allowed = without_form_han(text)
        if found is not None and len(found[0]) > len(text) - len(rest) and not _is_likeness(found):
            return ()
        hits = name_hits(rest) if rest else ()
    else:
        words, allowed = without_form(words_of(name))
        if not words or (found is not None and not (set(found[0].split()) <= FORM_WORDS) and not _is_likeness(found)):
            return ()
        hits = name_hits("_".join(words))
    if found is not None and _is_likeness(found):
        allowed &= LIKENESSES
    return tuple(h for h in hits if h.cls in allowed and (not h.weak or h.cls is FieldClass.BANK_CARD))


_SEPARATED = re.compile(r"[\s_\-./()（）]+")


def _is_likeness(found: Found) -> bool:
    return any(BY_ID[key].cls is FieldClass.AVATAR_PHOTO for key in found[1])


_AGENT = re.compile(r"^[a-z]{3,}(?:er|or|ee|ant|ist|man|men|woman|person|ian)$")


def _is_agent(before: tuple[str, ...]) -> bool:
    """Whether an English word that no list knows is built like one for somebody who does something: `occupant`."""
    unknown = bool(before) and before[-1] not in VOCABULARY and before[-1] not in WHOLE_WORDS
    return unknown and _AGENT.match(before[-1]) is not None


def _is_somebody(name: str, hint: str, before: tuple[str, ...]) -> bool:
    """Whether the words before `name` alone name a person: `orderer_name`."""
    if hint != "name" or not before or has_han(name) or before[-1] in lexicon.ORGANISATIONS:
        return False
    return any(h.cls is FieldClass.PERSON_NAME and not h.weak for h in name_hits("_".join(before)))


def _counted(name: str, hint: str, cls: FieldClass) -> bool:
    """Whether the name counts people instead of naming one: `member_num`, `visitorCount`."""
    if cls not in _SAID_OF_PEOPLE or has_han(name):
        return False
    words = words_of(name)
    return (
        words[-1] in {"num", "number", "total"} and words[-1] not in hint.split() and hint.split()[-1] not in _NUMBERS
    )


def _spelt_hits(name: str) -> tuple[Hit, ...]:
    """The classes of a name no hint of which stands in it as written: pinyin, initials, and whoever acts."""
    if has_han(name):
        text = fold(name)
        if "是否" not in text and _ACTING.search(text) and not text.endswith(_NOT_ACTING):
            return (Hit(FieldClass.PERSON_NAME, text, False, ()),)
        return ()
    letters = "".join(c for c in chunks(name) if not c.isdigit())
    if said := PINYIN.words_in(letters):
        return name_hits(said)
    behind = letters.rfind("ren", 1, -_LEAST_HEAD)
    if behind > 0 and syllables(letters[:behind]) and (said := PINYIN.words_in(letters[behind + 3 :])):
        return name_hits(f"人{said}")  # whoever it is: renlingrendianhua
    if VOWELS.isdisjoint(letters) and len(letters) >= _LEAST_INITIALS and letters not in _NO_INITIALS:
        return _initial_hits(letters)
    return ()


_NO_INITIALS = frozenset(listed("sys, str, txt, cfg, src, dst, std, ctl, hdr, dtl, grp, fmt, tmp, prm, xml, css, sql"))
"""Short for words about systems and forms: `sys` is a system, no 生育史."""


_ACTING_INITIALS = re.compile(r"^(?!sf)(?:[bcdfghjklmnpqstwxyz]{2,4}r|[bcdfghjklmnpqstwxz]{2,3}ry)$")


def acting_initials(name: str) -> tuple[Hit, ...]:
    """What initials alone say where the whole table is written so: vague ones too, and who does something (`ngr`)."""
    letters = name.lower()
    if letters in _NO_INITIALS:
        return ()
    if len(letters) >= _LEAST_INITIALS and VOWELS.isdisjoint(letters) and (word := PINYIN.by_initials(letters)):
        return name_hits(word)
    return (Hit(FieldClass.PERSON_NAME, name.lower(), False, ()),) if _ACTING_INITIALS.match(name.lower()) else ()


def _initial_hits(letters: str) -> tuple[Hit, ...]:
    """Initials of a whole phrase, else of a head after whose it is: `fkdh`, 访客电话."""
    for head, said in _INITIAL_HEADS.items():
        if letters.removesuffix(head) in _INITIALS_OF_PEOPLE and letters.endswith(head):
            return tuple(Hit(h.cls, h.hint, h.weak, ()) for h in name_hits(said))
    vague = letters.endswith(_VAGUE_INITIALS) and len(letters) < _LEAST_WITH_VAGUE
    if not vague and (word := PINYIN.by_initials(letters)):
        hits = name_hits(word)
        if not (letters.endswith(_INITIALS_OF_ANYTHING) and any(h.cls in _SAID_OF_PEOPLE for h in hits)):
            return hits
    for head, word in _INITIAL_HEADS.items():
        before = letters.removesuffix(head)
        if before != letters and len(before) <= _LONGEST_BEFORE and before not in _INITIALS_OF_THINGS:
            return tuple(Hit(h.cls, h.hint, h.weak, ()) for h in name_hits(word))
    return ()


@lru_cache(maxsize=16384)
def comment_hits(comment: str) -> tuple[Hit, ...]:
    """The classes a comment names in its opening noun phrases; a yes-or-no comment names none of a person."""
    asked = "是否" in comment[:12] or comment.startswith("有无")
    if asked and not any(name_hits(head) for head in comment_heads(comment)):
        return (Hit(FieldClass.NOT_PI, "是否", False, ()),)
    hits: dict[FieldClass, Hit] = {}
    for i, head in enumerate(comment_heads(comment)):
        if i and not hits.keys() - {FieldClass.NOT_PI}:
            break  # active/closed/deceased: the words of a list, not names of what it is
        for hit in name_hits(head):
            if hit.cls not in hits or hits[hit.cls].weak:
                hits[hit.cls] = hit
    personal = tuple(h for h in hits.values() if h.cls is not FieldClass.NOT_PI)
    return personal or tuple(hits.values())


def says_something(comment: str) -> bool:
    """Whether a comment opens with a phrase at all: then its silence about a class is evidence too."""
    return bool(comment_heads(comment))


@lru_cache(maxsize=65536)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in lower case, run-together words cut; Chinese in one piece."""
    return tokens(fold(name), VOCABULARY)


@lru_cache(maxsize=1024)
def _parted(group: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """The English words of a group, and the Chinese ones."""
    return frozenset(w for w in group if not has_han(w)), tuple(w for w in group if has_han(w))


def mentions(name: str, group: tuple[str, ...]) -> bool:
    """Whether a word of the group occurs in the name: an English token, or Chinese anywhere."""
    english, han = _parted(group)
    words = words_of(name)
    said = any(w in english or singular(w, english) in english for w in words)
    return said or (has_han(name) and any(w in name for w in han))


def last_word_of(text: str, groups: dict[str, tuple[str, ...]]) -> tuple[str, str]:
    """Which group the text ends in, and the word (the longest Chinese one); two empty texts for none."""
    best, answer = "", ""
    for label, group in groups.items():
        for word in group:
            if has_han(word) and text.endswith(word) and len(word) > len(best):
                best, answer = word, label
    return answer, best
