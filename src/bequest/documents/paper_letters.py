"""Letters to print: one page after the other, the whole wording, and a QR code that opens the person's own page."""

from collections.abc import Iterable, Iterator
from io import BytesIO

import segno
from markupsafe import escape

_STYLE = (
    "@page{size:A4;margin:22mm}body{font:11pt/1.6 'Songti SC','Noto Serif CJK SC',serif;color:#000}"
    ".letter{break-after:page;white-space:pre-line}.letter:last-child{break-after:auto}"
    ".qr{float:right;width:34mm;margin:0 0 4mm 6mm;text-align:center;font-size:8pt;white-space:normal}"
    ".qr svg{width:34mm;height:34mm}"
)


def paper_letters(letters: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """The parts of one HTML file: `ref`, text, link of each person. A letter without a link has no code."""
    yield '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>告知书 / letters</title>'
    yield f"<style>{_STYLE}</style></head><body>\n"
    for ref, text, link in letters:
        code = f'<div class="qr">{qr_svg(link)}扫码打开您的页面<br>Scan to open your page</div>' if link else ""
        yield f'<article class="letter" id="{escape(ref)}">{code}{escape(text)}</article>\n'
    yield "</body></html>\n"


def qr_svg(text: str) -> str:
    """A QR code, black on white, error level M."""
    buffer = BytesIO()
    segno.make(text, error="m", micro=False).save(
        buffer, kind="svg", border=4, dark="#000000", light="#ffffff", xmldecl=False, nl=False, omitsize=True
    )
    return buffer.getvalue().decode()
