"""When a weak word counts: a bare `name`, `score`, `amount` means a person's only where the table is about people."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.context import TableContext, Topic
from bequest.steps.discover.matching import WHOLE, Hit
from bequest.steps.discover.whose import names_a_person
from bequest.steps.discover.words import QUALIFIERS, listed

_OF_BODIES = frozenset(
    listed("height, weight, height cm, weight kg, 体重, tizhong, temperature, 床位号, vital, height weight")
)
"""Measures of bodies where somebody is described; of goods elsewhere."""
_INITIALS_OF_BODIES = frozenset({"tz", "xy", "xt", "xl", "sl", "tw"})
"""体重, 血压, 血糖, 心率, 视力, 体温: where the columns beside say more clearly that a body is measured."""
_POSTS = frozenset({"post", "position", "title", "job", "duty", "职务", "职位"})
_MARKS = frozenset(listed("score, 得分, 评分, 分数, 总分, 学分, grade, 评分等级, 成绩等级"))
"""Marks: of pupils only where pupils are; parcels and shops have them too."""


_FIRMS = frozenset({"company", "公司", "industry", "行业"})
"""Said of a customer that is a company as often as of where somebody works."""


def weak_counts(hit: Hit, context: TableContext) -> bool:
    """Weak words count in a table about individuals; clinical ones in a medical table that is no dictionary."""
    if hit.hint in WHOLE and hit.hint in context.initials:
        return True
    if hit.cls is FieldClass.HEALTH:
        if context.bodily and (hit.hint in _OF_BODIES or hit.hint in _INITIALS_OF_BODIES):
            return True
        if context.individual and hit.hint in _OF_BODIES:
            return context.topic is Topic.PERSON or context.medical
        return context.medical and context.topic not in {Topic.THING, Topic.ORGANISATION}
    if hit.cls is FieldClass.PERSON_NAME and hit.before:
        own = bool(context.own_words) and set(hit.before) <= context.own_words
        if own or hit.before in context.of_people:
            return True
    if hit.cls is FieldClass.PERSON_NAME:
        before = tuple(w for w in hit.before if w not in QUALIFIERS)
        return context.individual and (not before or names_a_person(before, ""))
    if hit.cls is FieldClass.PASSWORD_SECRET:
        return context.persons and not context.machinery
    if hit.cls is FieldClass.NATIONAL_ID:
        return context.papers or context.individual
    if hit.cls is FieldClass.BANK_CARD:
        return context.individual or context.finance
    if hit.cls is FieldClass.ADDRESS:
        return context.address_parts
    if hit.cls is FieldClass.USER_ID:
        return context.loyalty
    if hit.cls is FieldClass.FREE_TEXT:
        return not hit.before or names_a_person(hit.before, "")
    if hit.cls is FieldClass.EMPLOYMENT and hit.hint in _POSTS and hit.before and names_a_person(hit.before, ""):
        return True
    if hit.cls is FieldClass.EMPLOYMENT and hit.hint in _FIRMS and not context.described:
        return context.work_history and context.people
    if hit.cls is FieldClass.EMPLOYMENT:
        return (context.work_history and context.people) or (
            context.topic is Topic.PERSON
            and (context.staff or hit.hint not in {"部门", "department", "dept", "单位", "unit", "post"})
        )
    if hit.cls in {FieldClass.BEHAVIOUR, FieldClass.DEVICE_ID}:
        return context.log and context.people
    if hit.cls is FieldClass.AVATAR_PHOTO:
        return context.topic is Topic.PERSON and (not hit.before or names_a_person(hit.before, ""))
    if hit.cls is FieldClass.INCOME_ASSETS:
        return context.topic is Topic.PERSON or context.finance or context.pay
    if hit.cls is FieldClass.EDUCATION:
        if hit.hint in _MARKS:
            return context.persons and context.pupils
        return context.individual or (context.people and (context.schooling or context.pupils))
    if hit.cls is FieldClass.REGION:
        return context.persons and (context.topic is Topic.PERSON or context.log or context.address_parts)
    return context.individual
