"""The compiled walk over CSV text: where records and fields begin and end (RFC 4180, lone line feeds allowed)."""

from bequest.engine.kernels.compiled import compiled

WHOLE, UNCLOSED_QUOTE, TEXT_AFTER_QUOTE = 0, 1, 2
BARE, QUOTED, DOUBLED = 0, 1, 2

_QUOTE, _LF, _CR = 34, 10, 13


@compiled
def end_of_quoted(data, at, size):  # type: ignore[no-untyped-def]
    """Position of the closing quote of a field that opens before `at`, and whether quotes inside are doubled."""
    form = QUOTED
    while at < size:
        if data[at] != _QUOTE:
            at += 1
        elif at + 1 < size and data[at + 1] == _QUOTE:
            form = DOUBLED
            at += 2
        else:
            return at, form
    return size, form


@compiled
def end_of_line(data, at, size, final):  # type: ignore[no-untyped-def]
    """Position after the line end at `at`; -1 where the text breaks off inside it."""
    if data[at] == _LF:
        return at + 1
    if at + 1 < size:
        return at + 2 if data[at + 1] == _LF else at + 1
    return at + 1 if final else -1


@compiled
def scan(data, separator, final, starts, ends, n_fields, cell_starts, cell_ends, forms):  # type: ignore[no-untyped-def]
    """Finds whole records; lines without any character are none.

    Fills start and end (after the line end) and number of fields of each record, start, end and form of each cell
    (with its quotes). Returns records, cells, bytes consumed, an error code and its position.
    """
    size, at, records, cells = len(data), 0, 0, 0
    while at < size:
        if data[at] == _LF or data[at] == _CR:
            at += 1
            continue
        begin, first, complete = at, cells, False
        while True:
            cell_starts[cells], forms[cells] = at, BARE
            if at < size and data[at] == _QUOTE:
                closing, form = end_of_quoted(data, at + 1, size)
                if closing >= size:
                    return records, first, begin, UNCLOSED_QUOTE if final else WHOLE, begin
                at = closing + 1
                forms[cells] = form
                if at < size and data[at] != separator and data[at] != _LF and data[at] != _CR:
                    return records, first, begin, TEXT_AFTER_QUOTE, at
            else:
                while at < size and data[at] != separator and data[at] != _LF and data[at] != _CR:
                    at += 1
            cell_ends[cells] = at
            cells += 1
            if at >= size:
                complete = final
                break
            if data[at] == separator:
                at += 1
                continue
            after = end_of_line(data, at, size, final)
            complete = after >= 0
            at = after
            break
        if not complete:
            return records, first, begin, WHOLE, begin
        starts[records], ends[records], n_fields[records] = begin, at, cells - first
        records += 1
    return records, cells, size, WHOLE, size
