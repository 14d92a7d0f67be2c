"""A rare name, or a telephone without a name, joins where the case shows that it suffices, and nowhere else."""

import numpy as np

from bequest.steps.link.phones import same_by_phone
from bequest.steps.link.rare import same_by_rare_name

KINDS = ("id", "ip", "bd", "ph", "ph2", "em", "nm", "py", "ac", "so", "us", "ge")
PEOPLE = 400
NOBODY = np.zeros((0, 2), np.uint32)


class Case:
    """Mentions one by one: `add(subject, kind=code, …)`; what is not said is missing."""

    def __init__(self) -> None:
        self.labels: list[int] = []
        self.rows: list[dict[str, int]] = []

    def add(self, subject: int, **said: int) -> None:
        self.labels.append(subject)
        self.rows.append(said)

    def columns(self) -> tuple[dict[str, np.ndarray], np.ndarray]:
        codes = {k: np.array([r.get(k, 0 if k == "ge" else -1) for r in self.rows], np.int32) for k in KINDS}
        return codes, np.array(self.labels, np.uint32)


def town() -> Case:
    """People known by identity number, each in a record of a name, a number, a phone and an address."""
    made = Case()
    for i in range(PEOPLE):
        made.add(i, py=i, id=i, ph=i, ac=i, ge=1 + i % 2)
    return made


def test_two_subjects_of_a_rare_name_that_do_not_contradict_are_one() -> None:
    case = town()
    for i in range(100):
        case.add(PEOPLE + i, py=i, em=i)
    out = same_by_rare_name(*case.columns(), NOBODY)
    assert [int(out[PEOPLE + i]) for i in range(100)] == list(range(100))
    assert int(out.max()) + 1 == PEOPLE


def test_what_differs_in_a_phone_or_was_said_to_be_different_stays_apart() -> None:
    case = town()
    for i in range(100):
        case.add(PEOPLE + i, py=i, em=i)
    case.add(PEOPLE + 100, py=200, ph=900)
    case.add(PEOPLE + 101, py=201, em=901)
    out = same_by_rare_name(*case.columns(), np.array([[201, PEOPLE + 101]], np.uint32))
    assert out[PEOPLE + 100] != out[200]
    assert out[PEOPLE + 101] != out[201]
    assert out[PEOPLE + 50] == out[50]


def test_where_namesakes_are_common_or_nobody_is_known_a_name_joins_nobody() -> None:
    common, unknown = Case(), Case()
    for i in range(300):
        common.add(i, py=i // 2, id=i, ph=i)
    for i in range(300, 600):
        common.add(i, py=i, em=i)
    for i in range(50):
        common.add(600 + i, py=1_000 + i, em=600 + i)
        common.add(650 + i, py=1_000 + i, ph=600 + i)
    for i in range(300):
        unknown.add(i, py=i, ph=i)
        unknown.add(300 + i, py=i, em=i)
    for case in (common, unknown):
        codes, labels = case.columns()
        assert int(same_by_rare_name(codes, labels, NOBODY).max()) == int(labels.max())


def test_where_some_names_are_two_peoples_and_strangers_would_look_like_one_they_stay_for_people() -> None:
    """A tenth of those known have a namesake: not too many to estimate by, but too many to join by the name alone."""
    few, many = town(), town()
    for case, n_namesakes in ((few, 0), (many, 20)):
        for i in range(n_namesakes):
            case.add(PEOPLE + i, py=i, id=PEOPLE + i, ph=PEOPLE + i)
        last = PEOPLE + n_namesakes
        for i in range(100):
            case.add(last + i, py=200 + i, em=i)
        for i in range(40):  # strangers who contradict each other in nothing
            case.add(last + 100 + i, py=PEOPLE + i, **{("em", "ph")[i % 2]: 2_000 + i})
    codes, labels = many.columns()
    assert int(same_by_rare_name(codes, labels, NOBODY).max()) == int(labels.max())
    codes, labels = few.columns()
    assert int(same_by_rare_name(codes, labels, NOBODY).max()) == int(labels.max()) - 100


def test_a_nameless_subject_is_whose_telephone_it_has_unless_telephones_are_shared() -> None:
    lone, shared = town(), town()
    for i in range(100):
        for case in (lone, shared):
            case.add(PEOPLE + i, ph=i, em=i)
            case.add(i, py=i, ph=i)
    for i in range(100, 250):
        shared.add(PEOPLE + i, py=1_000 + i, ph=i)
    assert int(same_by_phone(*lone.columns(), NOBODY).max()) + 1 == PEOPLE
    codes, labels = shared.columns()
    assert int(same_by_phone(codes, labels, NOBODY).max()) == int(labels.max())


def test_two_telephones_that_lead_to_two_people_lead_to_nobody() -> None:
    case = town()
    for i in range(100):
        case.add(PEOPLE + i, ph=i, em=i)
        case.add(i, py=i, ph=i)
    case.add(PEOPLE + 100, ph=200, ph2=201)
    out = same_by_phone(*case.columns(), NOBODY)
    assert int(out[PEOPLE + 100]) not in {int(out[200]), int(out[201])}


def test_where_no_telephone_stands_in_the_first_column_nothing_is_known_and_nobody_is_joined() -> None:
    """A mean of nothing is no number; it was taken for one, with a warning."""
    case = Case()
    for i in range(PEOPLE):
        case.add(i, py=i, id=i, ph2=i, ge=1)
    for i in range(100):
        case.add(PEOPLE + i, ph2=i)
    codes, labels = case.columns()
    assert same_by_phone(codes, labels, NOBODY).tolist() == list(range(PEOPLE + 100))
