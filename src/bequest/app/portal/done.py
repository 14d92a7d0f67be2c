"""What was done, in words: the same texts that the feedback after the destruction bears."""

from bequest.steps.close.feedback import TEXTS, Outcome


def outcome_texts(words: str, receivers: dict[str, tuple[str, str]]) -> list[tuple[str, str]]:
    """What was done, in Chinese and English: once, or per lot where the words are. `receivers`: names by lot."""
    said = []
    for part in words.split("/") if words else []:
        lot, _, word = part.rpartition(":")
        names = receivers.get(lot) or next(iter(receivers.values()), ("", ""))
        zh, en = (t.format(receiver=names[0], receiver_en=names[1]) for t in TEXTS[Outcome(word)])
        said.append((zh, en))
    return said
