"""What a table is called says of columns whose own words do not: positions, faces, photographs, injuries.

Only in rows that somebody is in (a person's number, name, position or illness stands in them), and only where the
column's own words left it open.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from bequest.model.datamap import ColumnMap, FieldClass
from bequest.steps.discover import lexicon
from bequest.steps.discover.around import told
from bequest.steps.discover.context import TableContext, Topic
from bequest.steps.discover.detector import TypeFamily, type_family
from bequest.steps.discover.matching import comment_hits, mentions, words_of
from bequest.steps.discover.personal import sensitive_by_class
from bequest.steps.discover.roles import role_of
from bequest.steps.discover.sample import ColumnInfo, TableSample
from bequest.steps.discover.words import listed

_OPEN = frozenset({FieldClass.NOT_PI, FieldClass.UNKNOWN})
_SOMEBODY = frozenset(
    {
        *(FieldClass.USER_ID, FieldClass.USERNAME, FieldClass.PERSON_NAME, FieldClass.PHONE, FieldClass.NATIONAL_ID),
        *(FieldClass.LOCATION_TRACE, FieldClass.GEO_COORDINATES, FieldClass.BIOMETRIC, FieldClass.HEALTH),
    }
)
_TRACES = (*lexicon.TRACE_WORDS, "tracking", "footmark", "行程轨迹")
_FACES = tuple(listed("face, faceid, liveness, biometric, fingerprint, 人脸, 活体, 指纹"))
_CALLS = tuple(listed("call, calls, recording, recordings, 通话, 录音, 呼叫, 外呼"))
_PHOTOS = tuple(listed("photo, photos, avatar, portrait, album, 相册, 照片, 头像"))
_INJURIES = tuple(listed("injury, injuries, hurt, accident, casualty, 工伤, 伤情, 受伤, 事故, 伤亡"))
_MOVED = frozenset(
    listed(
        "x, y, speed, heading, direction, bearing, altitude, accuracy, radius, velocity, azimuth, lng, lat, cell, lac"
    )
)
_MOVED_HAN = ("速度", "方向", "航向", "海拔", "基站", "精度")
_LIKE = frozenset(listed("similarity, confidence, vector, embedding, template, feature, features"))
_LIKE_HAN = ("相似", "置信", "向量", "特征", "模板")
_PICTURES = frozenset(listed("url, path, file, img, image, pic, picture, photo, src"))
_PICTURES_HAN = ("图片", "照片", "相片", "路径", "地址")
_SUMS = frozenset(listed("cost, costs, fee, fees, amount, sum, compensation, paid, claim, payout, expense, expenses"))
_SUMS_HAN = ("费", "金额", "赔", "支付")


@dataclass(frozen=True, slots=True)
class _Sign:
    """In a table that one of `called` names, columns with a head of `words` are of the class."""

    called: tuple[str, ...]
    words: frozenset[str]
    han: tuple[str, ...]
    cls: FieldClass
    evidence: str
    fits: Callable[[TypeFamily], bool] = lambda _: True


_SIGNS = (
    _Sign(_TRACES, _MOVED, _MOVED_HAN, FieldClass.LOCATION_TRACE, "context:in a table of positions"),
    _Sign(_FACES, _LIKE, _LIKE_HAN, FieldClass.BIOMETRIC, "context:in a table of faces"),
    _Sign(
        _CALLS,
        frozenset({"record", "recording", "audio", "voice", "sound"}),
        ("录音",),
        FieldClass.FREE_TEXT,
        "context:recording of a call",
        lambda f: f is TypeFamily.TEXT,
    ),
    _Sign(
        _PHOTOS,
        _PICTURES,
        _PICTURES_HAN,
        FieldClass.AVATAR_PHOTO,
        "context:in a table of somebody's photographs",
        lambda f: f is TypeFamily.TEXT,
    ),
    _Sign(
        _INJURIES,
        _SUMS,
        _SUMS_HAN,
        FieldClass.INCOME_ASSETS,
        "context:sum in a table of injuries",
        lambda f: f is TypeFamily.DECIMAL,
    ),
    _Sign(
        _INJURIES,
        frozenset({"hospital", "clinic"}),
        ("医院", "诊所"),
        FieldClass.HEALTH,
        "context:where somebody was treated",
        lambda f: f is TypeFamily.TEXT,
    ),
)
_POSITIONS, _PLACED = frozenset({FieldClass.LOCATION_TRACE, FieldClass.GEO_COORDINATES}), 2
"""Where somebody was, not where a parcel was scanned."""
_DATES = frozenset({TypeFamily.DATE, TypeFamily.TIME})


def as_called(sample: TableSample, context: TableContext, columns: tuple[ColumnMap, ...]) -> tuple[ColumnMap, ...]:
    """The columns once the name of their table has been asked what they are."""
    somebody = {c.cls for c in columns if c.personal} & _SOMEBODY
    if not somebody or context.machinery or context.topic in {Topic.ORGANISATION, Topic.THING}:
        return columns
    both = told(sample)

    def take(cls: FieldClass, evidence: str, is_meant: Callable[[ColumnMap, ColumnInfo], bool]) -> None:
        nonlocal columns
        columns = tuple(
            _taken(c, cls, evidence, info, context, sample) if is_meant(c, info) else c
            for c, info in zip(columns, sample.columns, strict=True)
        )

    for sign in _SIGNS:
        if mentions(both, sign.called):
            take(sign.cls, sign.evidence, partial(_is_meant, sign))
    placed = sum(c.cls in _POSITIONS and c.personal for c in columns)
    parcels = any(c.cls is FieldClass.TRACKING_NUMBER for c in columns)
    if mentions(both, _TRACES) and placed >= _PLACED and not parcels:
        take(FieldClass.BEHAVIOUR, "context:when somebody was there", _is_when)
    if context.topic in {Topic.EVENT, Topic.UNKNOWN} and context.persons and not context.buying and not context.log:
        take(FieldClass.ORDER_NO, "context:number of the matter", partial(_numbers_the_matter, sample))
    return columns


def _numbers_the_matter(sample: TableSample, column: ColumnMap, info: ColumnInfo) -> bool:
    """Whether a text numbers what the table is called after: `trip_no` in a table of trips."""
    words = words_of(info.said)
    of_it = len(words) == 2 and words[:1] == words_of(sample.table)[-1:] and words[-1] in _NUMBERS
    open_still = column.cls in _OPEN and not column.personal and not info.is_key
    return (
        of_it and open_still and not comment_hits(info.comment) and type_family(info.declared_type) is TypeFamily.TEXT
    )


_NUMBERS = frozenset({"no", "nbr", "number", "num", "sn"})


def _is_meant(sign: _Sign, column: ColumnMap, info: ColumnInfo) -> bool:
    open_still = column.cls in _OPEN or (sign.cls is FieldClass.HEALTH and column.cls is FieldClass.COMPANY_NAME)
    if column.personal or info.is_key or not open_still or not sign.fits(type_family(info.declared_type)):
        return False
    words = words_of(info.said)
    heads = words[-1:] if sign.cls is FieldClass.AVATAR_PHOTO else (*words[-1:], *words[:1])
    return not sign.words.isdisjoint(heads) or any(w in info.comment for w in sign.han)


def _is_when(column: ColumnMap, info: ColumnInfo) -> bool:
    """A moment that is not the keying in."""
    dated = type_family(info.declared_type) in _DATES and column.cls in _OPEN and not column.personal
    written = {"create", "created", "update", "updated", "modify", "modified", "add", "deleted"} & set(
        words_of(info.said)
    )
    return dated and not written and not any(w in info.comment for w in ("创建", "更新", "修改", "录入"))


def _taken(
    column: ColumnMap, cls: FieldClass, evidence: str, info: ColumnInfo, context: TableContext, sample: TableSample
) -> ColumnMap:
    return replace(
        column,
        cls=cls,
        personal=True,
        sensitive=sensitive_by_class(cls) or cls is FieldClass.FREE_TEXT,  # what was said in a call
        role=role_of(cls, True, info, context, sample),
        confidence=700,
        evidence=(evidence,),
    )
