"""A template compiled in one language fills as one that asks each time."""

import pytest
from jinja2 import DictLoader, Environment, StrictUndefined

from bequest.web.one_language import OneLanguage

PAGES = {
    "words": '{% macro say(x) %}{{ {"a": L("甲", "A<"), "b": L("乙", "B")}[x] }}{% endmacro %}',
    "page": '{% from "words" import say %}{% set head = L("头", "Head") if zh else L("", "It\'s") %}'
    '<a href="?lang={{ lang }}">{{ head }}</a>{{ say(x) }}{{ L("还有 " ~ n ~ " 天", n ~ " <days>") }}'
    '{% for a in ("a", "b") %}{{ say(a) }}{% endfor %}{{ L(given, "fixed & so") }}'
    "{% if zh %}是{% else %}yes{% endif %}",
}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_is_the_same_letter_for_letter(lang: str) -> None:
    plain = Environment(loader=DictLoader(PAGES), autoescape=True, undefined=StrictUndefined)
    plain.globals.update(zh=lang == "zh", lang=lang, L=lambda zh, en: zh if lang == "zh" else en)
    picked = OneLanguage(lang, loader=DictLoader(PAGES), autoescape=True, undefined=StrictUndefined)
    given = {"x": "a", "n": 3, "given": "<给>"}
    assert picked.get_template("page").render(given) == plain.get_template("page").render(given)


def test_the_other_language_is_not_in_the_compiled_template() -> None:
    made = OneLanguage("zh", loader=DictLoader(PAGES), autoescape=True).compile(PAGES["words"], raw=True)
    assert "甲" in made
    assert "A<" not in made
