"""Letters to print: a page for each person, the code of each own link, nothing of the text as markup."""

import re

from bequest.documents.paper_letters import paper_letters, qr_svg

LINK = "https://privacy.example.com/o/" + "ab" * 16


def test_each_letter_has_its_own_page_and_code_and_text_is_text() -> None:
    made = "".join(paper_letters([("A1", "您好 <b>甲</b>", LINK), ("A2", "您好", "")]))
    assert made.count('<article class="letter"') == 2
    assert made.count("<svg") == 1
    assert "&lt;b&gt;" in made
    assert "<b>" not in made
    assert LINK not in made, "the link is in the code and, where the wording has it, in the text"


def test_a_code_has_a_size_of_its_page_and_is_the_same_each_time() -> None:
    assert re.search(r'viewBox="0 0 \d+ \d+"', qr_svg(LINK))
    assert qr_svg(LINK) == qr_svg(LINK) != qr_svg(LINK + "0")
