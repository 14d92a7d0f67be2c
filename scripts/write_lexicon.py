"""Renew src/bequest/engine/lexicon from the dictionary of jieba: `python scripts/write_lexicon.py DICT` (its dict.txt).

Words get what they cost (minus the natural logarithm of their share, in hundredths) and flags: 1 place, 2 ends a name
of a company or place (prepositions, particles, pronouns;
single characters only where context.txt says so). Words of one to four characters only.
Of the entries for people only characters are kept: how usual each is as a surname and in given names.
"""

import lzma
import math
import sys
from collections import Counter
from pathlib import Path

from bequest.steps.discover.detectors.cn.surnames import COMPOUND_SURNAMES, SURNAMES

TO = Path("src/bequest/engine/lexicon")
LEAST = 5  # rarer words are left out: they would save no name
COMMON = 100
ENDS = {"p", "c", "u", "ul", "uj", "uz", "uv", "ud", "r", "rr", "y", "e", "o"}


def main() -> None:
    """Write both files from the dictionary named."""
    words: dict[str, tuple[int, str]] = {}
    people: list[str] = []
    for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        word, count, tag = line.split(" ")
        if tag.startswith("nr"):
            people.append(word)
            if len(word) == 2 and int(count) >= COMMON:  # 师傅, 谢谢 and 高山 stand there as people too
                words[word] = int(count), "n"
        elif (
            len(word) <= 4
            and all("\u4e00" <= c <= "\u9fff" for c in word)
            and (int(count) >= LEAST or len(word) == 1 or tag == "ns")
        ):
            words[word] = int(count), tag
    total = sum(count for count, _ in words.values())
    rows = []
    for word, (count, tag) in words.items():
        flags = (tag == "ns" and len(word) > 1) + 2 * (tag in ENDS and len(word) > 1)
        rows.append(f"{word} {cost(count, total)} {flags}")
    text = "\n".join(sorted(rows)) + "\n"
    (TO / "words.txt.xz").write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    (TO / "names.txt").write_text("\n".join(names(people)) + "\n", encoding="utf-8")


def names(people: list[str]) -> list[str]:
    """`kind character cost`: surnames, the one given character of a short name, first and second of a longer one."""
    seen = {kind: Counter[str]() for kind in ("surname", "only", "first", "second")}
    for name in people:
        if len(name) in (2, 3) and name[0] in SURNAMES:
            seen["surname"][name[0]] += 1
            for kind, c in zip(("only",) if len(name) == 2 else ("first", "second"), name[1:], strict=True):
                seen[kind][c] += 1
    for rank, surname in enumerate(
        SURNAMES
    ):  # the list is ordered by how many bear it; the dictionary knows the famous
        seen["surname"][surname] += round(60_000 / (rank + 12))
    for surname in "常萧木":
        seen["surname"][surname] += 300
    for surname in COMPOUND_SURNAMES:
        seen["surname"][surname] = 60
    return [f"{kind} {c} {cost(n, counts.total())}" for kind, counts in seen.items() for c, n in counts.most_common()]


def cost(count: int, total: int) -> int:
    """Minus the logarithm of a share, in hundredths."""
    return round(-100 * math.log(max(count, 1) / total))


if __name__ == "__main__":
    main()
