"""Free text as a receiver gets it: identifiers masked, people, addresses and companies hidden, the rest as it was."""

import numpy as np
import polars as pl

from bequest.engine.kernels import mask, names, scan_names, spans
from bequest.engine.kernels.buffers import Bytes, Ints, frozen
from bequest.engine.kernels.compiled import compiled
from bequest.engine.kernels.names import Namer
from bequest.engine.kernels.slices import gather
from bequest.engine.kernels.write_text import STARS

_FORM = (
    r"((?:有限(?:责任)?|股份有限)?公司|集团|律师事务所|事务所|经营部|服务部|门市部|工作室|商行|旅行社|合作社|合伙企业"
    r"|[支分]行|银行|医院|大学|学院|学校|[中小]学|幼儿园|服务中心|研究[院所]|厂)$"
)
_STARS = 4


def redact(series: pl.Series, namer: Namer = names.named) -> pl.Series:
    """The text with every identifier masked in place (138****0001), and what a model names hidden.

    Of a person's name the first character stays (王**), of an address province, city and district, of a company its
    legal form. A text in which everything is hidden already stays as it is.
    """
    found = spans.find(series)
    named = namer(found.text)
    starts, ends, kinds = _hidden(found.text.data, named)
    most = len(found.starts) + len(starts) + len(found.starts)
    out = np.empty((3, most), np.int64)
    n = _merge(found.starts, found.ends, found.kinds, starts, ends, kinds, out)
    if not n:
        return series.cast(pl.String)
    rows = np.zeros(0, np.int64)
    hidden = spans.Spans(found.text, out[0, :n].copy(), out[1, :n].copy(), out[2, :n].astype(np.uint8), rows)
    return spans.masked(series.name, hidden)


def _hidden(data: Bytes, named: names.Named) -> tuple[Ints, Ints, Ints]:
    """The part of each named piece that is hidden, and how many stars stand for it, as a kind."""
    pieces = gather("piece", data, named.starts, named.ends)
    kind, piece = pl.col("kind"), pl.col("piece")
    frame = pl.DataFrame({"piece": pieces, "region": mask.generalise_address(pieces), "kind": named.kinds})
    kept = frame.select(
        head=pl.when(kind == scan_names.PERSON)
        .then(piece.str.head(1).str.len_bytes())
        .when((kind == scan_names.ADDRESS) & piece.str.starts_with(pl.col("region").fill_null("")))
        .then(pl.col("region").str.len_bytes())
        .fill_null(0),
        tail=pl.when(kind == scan_names.COMPANY).then(piece.str.extract(_FORM).str.len_bytes()).fill_null(0),
        stars=pl.when((kind == scan_names.PERSON) & piece.str.contains(r"^\p{Han}"))
        .then((piece.str.len_chars().cast(pl.Int64) - 1).clip(0, 3))
        .otherwise(_STARS),
    )
    head, tail, stars = (kept[c].cast(pl.Int64).to_numpy() for c in ("head", "tail", "stars"))
    return frozen(named.starts + head), frozen(named.ends - tail), frozen(stars + STARS)


@compiled
def _merge(starts, ends, kinds, hidden_starts, hidden_ends, hidden_kinds, out):  # type: ignore[no-untyped-def]
    """Identifiers and hidden pieces in order without overlaps: an identifier inside a piece keeps its own mask."""
    i, n, free = 0, 0, np.int64(0)
    for j in range(len(hidden_starts) + 1):
        last = j == len(hidden_starts)
        start = np.int64(1) << 62 if last else hidden_starts[j]
        stop = start if last else hidden_ends[j]
        while i < len(starts) and starts[i] < stop:
            if max(start, free) < starts[i] and not last:
                out[0, n], out[1, n], out[2, n] = max(start, free), starts[i], hidden_kinds[j]
                n += 1
            out[0, n], out[1, n], out[2, n] = starts[i], ends[i], kinds[i]
            n += 1
            free = ends[i]
            i += 1
        if max(start, free) < stop:
            out[0, n], out[1, n], out[2, n] = max(start, free), stop, hidden_kinds[j]
            n += 1
            free = stop
    return n
