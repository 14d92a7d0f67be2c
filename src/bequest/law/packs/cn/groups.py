"""Events by what they do to who processes: the groups that the rules of this pack share."""

from bequest.model.case import Event

STAYS = frozenset({Event.E1, Event.E2, Event.E14})
"""The processor stays: nothing moves."""
MERGES = frozenset({Event.E3, Event.E4, Event.E6})
"""Rights and duties pass to the successor by operation of law: merger, division, dissolution with a successor."""
GOES_ON = frozenset({Event.E10, Event.E11, Event.E13})
"""Something single is passed on, and the transferor's own business goes on with everybody who does not agree."""
HANDS_OVER = MERGES | GOES_ON | {Event.E5, Event.E8}
"""Somebody else receives."""
SUCCEEDS = HANDS_OVER - {Event.E10, Event.E13}
"""Art. 22 can be the route. A list sold, or shared in a group, has no other route than Art. 23, on which the gate
`agreed` has said of everybody without a yes that all stays as it is."""
SHARES = frozenset({Event.E13})
"""What is passed on stays with the transferor as well."""
PARTS_WITH = HANDS_OVER - SHARES
"""What is passed on leaves the transferor, as far as no duty keeps it."""
ENDS = frozenset({Event.E7, Event.E9})
"""The company ends and nobody receives."""
DISPOSES = HANDS_OVER | ENDS
"""Something happens to the data."""
ENTRUSTS = frozenset({Event.E12})
"""Somebody processes for the transferor, who stays the processor and keeps its copy (Art. 21)."""
ANSWERED = STAYS | ENTRUSTS | DISPOSES
"""Every event of the pack."""
