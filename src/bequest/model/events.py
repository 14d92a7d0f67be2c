"""What happens to the business, and which events leave which steps out (`law-facts` §14.1)."""

from enum import StrEnum


class Event(StrEnum):
    """What happens to the business (`law-facts` §14.1)."""

    E1 = "E1"  # rename
    E2 = "E2"  # share deal
    E3 = "E3"  # merger
    E4 = "E4"  # division
    E5 = "E5"  # reorganisation, whole-business asset deal
    E6 = "E6"  # dissolution with successor
    E7 = "E7"  # dissolution or deregistration without successor
    E8 = "E8"  # bankruptcy, a buyer continues
    E9 = "E9"  # bankruptcy, no buyer
    E10 = "E10"  # sale of an isolated list or account
    E11 = "E11"  # a business account moves to another company
    E12 = "E12"  # vendor migration, escrow, data room
    E13 = "E13"  # sharing inside a group
    E14 = "E14"  # due diligence before signing


RELEASES_NOTHING = frozenset({Event.E7, Event.E9})
"""The company ends and nobody takes over: no receiver, no lot, no deliver; what no duty keeps is destroyed."""

COMPANY_ENDS = RELEASES_NOTHING | {Event.E6, Event.E8}
"""Afterwards the company is gone: what no lot takes in ends with it."""

MOVES_NOTHING = frozenset({Event.E1, Event.E2, Event.E14})
"""The processor does not change, and nothing of anybody goes anywhere: no deliver, no destroy."""

ENTRUSTS = frozenset({Event.E12})
"""Somebody processes for the transferor, who stays the processor (PIPL Art. 21): delivered, and returned or deleted at
the end; nothing is destroyed at the source."""

ALL_STAYS = MOVES_NOTHING | ENTRUSTS
"""Everything stays in use at the source: no destroy, and no message on what became of it."""

TELLS_NOBODY = ENTRUSTS | {Event.E14}
"""No new processor gets anything: no notice is owed, nobody is asked (`law-facts` §14.1)."""
