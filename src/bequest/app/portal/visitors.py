"""Inside: look whether typed addresses are those of letters, and send codes there.

An address opens a page only where the letter went, or would have gone, there: then the other address is still a second
datum that the visitor has not shown. Addresses of letters lie as keyed tokens (key `cards`) beside the case.
"""

import io
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import polars as pl

from bequest.app import attempts
from bequest.app.context import Context
from bequest.app.keep_place import keep_place
from bequest.app.portal.carriers import Carriers
from bequest.app.portal.links import KEY, link_tokens
from bequest.app.portal.visit import RECIPIENT
from bequest.app.workspace import Workspace
from bequest.crypto.age import decrypt_stream, generate_identity
from bequest.crypto.atomic import write_file
from bequest.crypto.cipher import aes_ecb, derive
from bequest.crypto.keys import KeyState
from bequest.crypto.links import no_links, one_time_code, seal_links
from bequest.crypto.sealing import open_bytes, seal_bytes
from bequest.engine.kernels.cmac import tokens
from bequest.engine.rows import Ecb
from bequest.kernel.errors import BequestError
from bequest.store.portal_records import Visit

MOST_LINKS = 4
"""More letters than this at one address are not opened by it."""
_WAIT_SECONDS = 10
_LABEL = b"portal-home-identity"
_KEPT = 20


def offer(ctx: Context) -> None:
    """From now on typed addresses are looked at: the portal learns to whom it encrypts them."""
    with ctx.store.transaction() as tx:
        if tx.settings.get(RECIPIENT, ""):
            return
    path, made = _identity_file(ctx), generate_identity()
    if not path.is_file():
        write_file(path, seal_bytes(f"{made.recipient}\n{made.secret}".encode(), _home_key(ctx), _LABEL))
    recipient = _identity(ctx)[0]
    with ctx.store.transaction() as tx:
        tx.settings.set(RECIPIENT, recipient, ctx.system.now())


def keep_addresses(ctx: Context, case_id: str, cards: pl.DataFrame) -> None:
    """Keep the tokens of the addresses by which letters went: `ref`, `address` (null where there is none)."""
    path = _addresses_file(ctx.workspace(case_id))
    said = cards.drop_nulls("address").with_columns(pl.col("address").str.strip_chars().str.to_lowercase())
    said.select("ref", tokens(said["address"], _ecb(ctx, case_id), _PREFIX).alias("address")).write_parquet(path)
    path.chmod(0o600)
    keep_place(
        ctx, case_id, "stores/portal-addresses", path,
        content="通知所到地址的标识，供凭地址打开门户 / tokens of letters' addresses, to open the portal by address",
        ground="PIPL-50", key=KEY, ends_on=None,
    )  # fmt: skip


def answer_visits(ctx: Context, carriers: Carriers) -> int:
    """Look at every typed address that waits, and send codes; how many there were."""
    with ctx.store.alone("portal visits", _WAIT_SECONDS):
        with ctx.store.transaction() as tx:
            waiting = tx.visits.waiting()
        for visit in waiting:
            sealed = _answer(ctx, visit, carriers)
            with ctx.store.transaction() as tx:
                tx.visits.answer(visit.lookup, sealed)
    return len(waiting)


def _answer(ctx: Context, visit: Visit, carriers: Carriers) -> bytes:
    plain = io.BytesIO()
    try:
        decrypt_stream(io.BytesIO(visit.sealed_address), plain, [_identity(ctx)[1]])
        typed = json.loads(plain.getvalue())
        address, secret = str(typed["address"]), bytes.fromhex(typed["secret"])
    except (BequestError, ValueError, KeyError):
        return no_links()  # not made by our portal
    found = list(_letters_of(ctx, address))
    links = [token for _, _, token in found][:MOST_LINKS]
    if not found or len(found) > MOST_LINKS or _too_often(ctx, address):
        return no_links()
    code = one_time_code()
    rehearsals = [case_id for case_id, rehearsal, _ in found if rehearsal]
    for case_id in rehearsals:
        _list_code(ctx, case_id, address, code, visit.created_at)
    if not rehearsals and not carriers.send(address, code):
        return no_links()
    return seal_links(secret, code, links)


def _letters_of(ctx: Context, address: str) -> Iterator[tuple[str, bool, str]]:
    """Case, whether it is a rehearsal, and link of every letter at this address whose page is open."""
    with ctx.store.transaction() as tx:
        cases = [r for r in tx.cases.list() if tx.portal.count_cards(r.case.id)]
    for record in cases:
        path = _addresses_file(ctx.workspace(record.case.id))
        if not path.is_file() or ctx.keys(record.case.id).state(KEY) is not KeyState.LIVE:
            continue
        token = tokens(pl.Series([address]), _ecb(ctx, record.case.id), _PREFIX)[0]
        refs = pl.read_parquet(path).filter(pl.col("address") == token)["ref"]
        for link in link_tokens(ctx, record.case.id, refs) if refs.len() else ():
            yield record.case.id, record.rehearsal, link


def _too_often(ctx: Context, address: str) -> bool:
    """At most three codes to one address in ten minutes, whoever asks for them."""
    now, key = ctx.system.now(), _home_key(ctx)
    if attempts.is_over(ctx.store, attempts.CODES, address, key, now):
        return True
    attempts.note_failure(ctx.store, attempts.CODES, address, key, now)
    return False


def drop_addresses(ctx: Context) -> None:
    """Where no page of a case can be opened any more, its tokens of addresses and listed codes go, too."""
    with ctx.store.transaction() as tx:
        over = [r.case.id for r in tx.cases.list() if not tx.portal.count_cards(r.case.id)]
    for case_id in over:
        for path in (_addresses_file(ctx.workspace(case_id)), _codes_file(ctx, case_id)):
            path.unlink(missing_ok=True)


def listed_codes(ctx: Context, case_id: str) -> list[dict[str, str]]:
    """The latest codes of a rehearsal, whose people are invented: `address`, `code`, `at`."""
    path = _codes_file(ctx, case_id)
    if not path.is_file():
        return []
    found = json.loads(open_bytes(path.read_bytes(), ctx.keys(case_id).get(KEY), b"codes"))
    return list(found)


def _list_code(ctx: Context, case_id: str, address: str, code: str, at: datetime) -> None:
    lines = [*listed_codes(ctx, case_id), {"address": address, "code": code, "at": f"{at:%Y-%m-%d %H:%M}"}][-_KEPT:]
    write_file(_codes_file(ctx, case_id), seal_bytes(json.dumps(lines).encode(), ctx.keys(case_id).get(KEY), b"codes"))


_PREFIX = "portal-address\x1f"


def _ecb(ctx: Context, case_id: str) -> Ecb:
    return aes_ecb(derive(ctx.keys(case_id).get(KEY), KEY, "address"))


def _addresses_file(workspace: Workspace) -> Path:
    return workspace.dir("stores", "portal") / "addresses.parquet"


def _codes_file(ctx: Context, case_id: str) -> Path:
    return ctx.workspace(case_id).dir("stores", "portal") / "codes.sealed"


def _identity_file(ctx: Context) -> Path:
    return ctx.home / "portal.identity"


def _identity(ctx: Context) -> tuple[str, str]:
    recipient, secret = open_bytes(_identity_file(ctx).read_bytes(), _home_key(ctx), _LABEL).decode().split()
    return recipient, secret


def _home_key(ctx: Context) -> bytes:
    return ctx.master.derived("portal", "visits")
