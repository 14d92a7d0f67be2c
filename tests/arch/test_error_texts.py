"""Every message and hint of an error has its Chinese text, and the text belongs to that message alone."""

import re
import runpy
from pathlib import Path

from bequest.documents.errors import chinese, translations

ROOT = Path(__file__).parents[2]
TEMPLATES = runpy.run_path(str(ROOT / "scripts" / "error_texts.py"))["templates"]()
PLACE = re.compile(r"\{(\d+)\}")


def test_every_message_has_a_translation_and_none_is_left_over() -> None:
    missing = [f"{at}: {text}" for text, at in TEMPLATES.items() if text not in translations()]
    assert not missing, "translate them in documents/errors.zh.tsv:\n" + "\n".join(missing)
    assert not translations().keys() - TEMPLATES.keys()


def test_what_is_named_in_english_is_named_in_chinese() -> None:
    assert not [en for en, zh in translations().items() if sorted(PLACE.findall(en)) != sorted(PLACE.findall(zh))]


def test_each_message_finds_its_own_translation() -> None:
    wrong = []
    for en, zh in translations().items():
        filled = PLACE.sub(r"x\1y", en)
        if chinese(filled) != PLACE.sub(r"x\1y", zh):
            wrong.append((filled, chinese(filled)))
    assert not wrong


def test_lines_are_sorted_and_in_chinese() -> None:
    assert list(translations()) == sorted(translations())
    assert not [en for en, zh in translations().items() if not re.search(r"[\u4e00-\u9fff]", zh)]
