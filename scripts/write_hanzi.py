"""Write `steps/link/hanzi.tsv`: pinyin and simplified form of each character, from pypinyin and OpenCC's tables.

Run by hand, with `pypinyin` (MIT) and `opencc-python-reimplemented` (Apache-2.0) installed; nothing else needs them.
"""

import unicodedata
from collections import defaultdict
from pathlib import Path

import opencc
from pypinyin.pinyin_dict import pinyin_dict

OUT = Path(__file__).parent.parent / "src/bequest/steps/link/hanzi.tsv"
TABLES = Path(opencc.__file__).parent / "dictionary"
HANZI = range(0x4E00, 0x9FFF)


def main() -> None:
    """One line a syllable (`p`, syllable, characters) and one for the variants (`s`, characters, simplified)."""
    syllables = defaultdict(list)
    for code, readings in pinyin_dict.items():
        if code in HANZI:
            syllables[_toneless(readings.split(",")[0])].append(chr(code))
    simple: dict[str, str] = {}
    lines = (TABLES / "TSCharacters.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        old, _, new = line.partition("\t")
        first = new.split(" ")[0]
        if len(old) == len(first) == 1 and old != first and ord(old) in HANZI:
            simple[old] = first
    rows = [f"p\t{s}\t{''.join(sorted(c))}" for s, c in sorted(syllables.items())]
    rows.append(f"s\t{''.join(simple)}\t{''.join(simple.values())}")
    OUT.write_text("\n".join(rows) + "\n", encoding="utf-8")


def _toneless(syllable: str) -> str:
    plain = unicodedata.normalize("NFD", syllable.replace("ü", "v"))
    kept = "".join(c for c in plain if not unicodedata.combining(c) or c == "\u0308")
    return kept.replace("u\u0308", "v")


if __name__ == "__main__":
    main()
