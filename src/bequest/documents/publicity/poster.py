"""Posters for shop and door, A4 and A3, as PDF/A-3b with a QR code that opens the notice page."""

from datetime import UTC, datetime
from importlib.resources import files

from bequest.documents.citations import cite
from bequest.documents.paper_letters import qr_svg
from bequest.documents.publicity import words
from bequest.documents.publicity.facts import PublicFacts
from bequest.documents.publicity.texts import LANGUAGES
from bequest.documents.typesetting import NotSetError, typeset
from bequest.kernel.errors import InputError

PAPERS = ("a4", "a3")


def posters(f: PublicFacts) -> dict[str, bytes]:
    """File name → PDF, each language on paper of its own.

    Raises:
        InputError: naming the fields with a character that the font lacks.
    """
    return {f"poster-{paper}.{lang}.pdf": poster(f, lang, paper) for lang in LANGUAGES for paper in PAPERS}


def poster(f: PublicFacts, lang: str, paper: str) -> bytes:
    """One poster. The same facts give the same bytes.

    Raises:
        InputError: see `posters`.
    """
    zh = lang == "zh"
    law = ("、" if zh else ", ").join(cite(a, lang) for a in (*f.articles, f.answer_article, f.copy_article))
    small = [words.complaint(f, lang), f"依据：{law}" if zh else f"Grounds: {law}"]
    small.append("本海报不含任何人的信息" if zh else "This poster holds nobody's information")
    data = {
        "lang": lang,
        "paper": paper,
        "title": words.headline(f, lang),
        "rehearsal": ("演练，不具效力" if zh else "Rehearsal, without effect") if f.rehearsal else "",
        "kicker": "客户信息公告" if zh else "Notice about customer information",
        "headline": words.headline(f, lang),
        "points": [list(p) for p in words.points(f, lang)],
        "scan": "扫码看公告全文" if zh else "Scan for the whole notice",
        "address": f.address,
        "contact": f"{'联系' if zh else 'Contact'}{'：' if zh else ': '}{f.transferor.contact}",
        "never": words.never(lang),
        "small": ("。" if zh else ". ").join(s for s in small if s) + ("。" if zh else "."),
        "qr": list(qr_svg(f.address).encode()),
    }
    template = (files("bequest.documents.publicity") / "poster.typ").read_bytes()
    at = datetime.combine(f.effective_on, datetime.min.time(), UTC)
    try:
        return typeset(template, data, int(at.timestamp()))
    except NotSetError as failure:
        named = ", ".join(failure.fields)
        raise InputError(
            f"the poster cannot be set: a character of {named} is not in the font" if named
            else "the poster cannot be set",
            hint="Write that name in the case file with characters of the font, and take it over.",
        ) from None  # fmt: skip
