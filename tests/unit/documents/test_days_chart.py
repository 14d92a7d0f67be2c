"""The chart over days: heights are figures, the line ends at the share told, marks lie on their day."""

from datetime import date

from bequest.documents.days_chart import days_chart

A, B = date(2026, 11, 2), date(2026, 11, 9)


def test_nothing_is_drawn_without_a_day() -> None:
    assert days_chart([], 10, []) is None


def test_bars_are_as_high_as_their_figures_and_stand_on_one_base() -> None:
    made = days_chart([(A, 5, [("gone", 4), ("same", 0)]), (B, 3, [("gone", 1), ("same", 1)])], 10, [])
    assert made is not None
    assert made.most == 4
    high, low, upper = made.pieces
    assert high.height == 4 * low.height == 4 * upper.height
    assert high.y + high.height == low.y + low.height
    assert upper.y + upper.height == low.y
    assert high.x < low.x == upper.x


def test_the_line_ends_at_the_share_told_and_marks_lie_inside() -> None:
    made = days_chart([(A, 5, []), (B, 3, [])], 10, [(B, "today"), (date(2027, 1, 1), "end")])
    assert made is not None
    assert made.share == 0.8
    assert [text for _, text in made.marks] == ["today", "end"]
    assert made.marks[0][0] < made.marks[1][0] <= made.line_end[0]
