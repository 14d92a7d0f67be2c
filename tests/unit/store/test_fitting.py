"""Text that one engine would keep and another refuse is refused by both, before anything is written."""

from dataclasses import replace

import pytest
from tests.unit.store.samples import CASE, LEGAL, ORGANISATION, T0

from bequest.kernel.errors import InputError
from bequest.store.models.scoped import ID_LENGTH, NAME_LENGTH, WORD_LENGTH
from bequest.store.repositories import Store


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": "何" * (NAME_LENGTH + 1)}, "the name of a person has 201 characters, more than 200"),
        ({"id": "x" * (ID_LENGTH + 1)}, "the handle of a person has 65 characters"),
        ({"name": "何\0"}, "holds a character that is none"),
        ({"public_key": "ssh \ud83d"}, "the public_key of a person holds a character that is none"),
    ],
)
def test_a_text_that_does_not_fit_is_refused_and_the_transaction_goes_on(store: Store, change, says: str) -> None:
    with store.transaction() as tx:
        with pytest.raises(InputError, match=says) as caught:
            tx.people.put(ORGANISATION, replace(LEGAL, **{"id": "new", **change}), T0)
        assert "何" not in caught.value.message
        kept = tx.people.put(ORGANISATION, replace(LEGAL, id="new", name="何" * NAME_LENGTH), T0)
    with store.transaction() as tx:
        assert tx.people.get(ORGANISATION, "new") == kept


def test_an_astral_character_and_an_escaped_nul_are_kept(store: Store) -> None:
    with store.transaction() as tx:
        tx.people.put(ORGANISATION, replace(LEGAL, id="new", name="𠮷田"), T0)
        tx.outbox.append(CASE.id, "e1", "case.opened", {"text": "a\0b 𠮷"}, T0)
    with store.transaction() as tx:
        assert tx.people.get(ORGANISATION, "new").name == "𠮷田"
        event = tx.outbox.get(CASE.id, "e1")
    assert event is not None
    assert event.payload == {"text": "a\0b 𠮷"}


def test_a_long_name_of_an_error_is_cut(store: Store) -> None:
    with store.transaction() as tx:
        failed = tx.steps.fail(tx.steps.start(CASE.id, "link", "", T0), "E" * 99, T0)
    assert failed.error_code == "E" * WORD_LENGTH


def test_people_and_organisations_are_listed_by_the_bytes_of_their_names(store: Store) -> None:
    names = ["a", "B", "ä", "Z", "何", "_", "1"]
    with store.transaction() as tx:
        for name in names:
            tx.people.put(ORGANISATION, replace(LEGAL, id=name), T0)
        listed = [p.id for p in tx.people.list(ORGANISATION) if p.id in names]
    assert listed == sorted(names, key=str.encode)
