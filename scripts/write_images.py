"""The screenshots of the manual, docs/images: `python -m scripts.write_images` makes all of them anew.

Two invented companies: one whose customers were told and may answer, one whose case is closed. Pages are taken in
Chromium in both languages, in their light colours, and written with a palette. Needs what the tests need.
"""

import base64
import struct
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from playwright.sync_api import sync_playwright
from tests.web.conftest import PASSWORD, Server, Town, next_code, start, stop

from bequest.app.console.accounts import add_account
from bequest.app.context import open_context
from bequest.app.portal.links import link_tokens
from bequest.app.rehearse import begin_rehearsal, rehearse
from bequest.app.run_notify import read_sealed_frame
from bequest.app.telling import register
from bequest.demo.company import make_company
from bequest.model.case import Event

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
CASE = "demo-e5"
LANGS = ("zh", "en")
WIDE, PHONE = (1280, 900), (390, 844)
AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip
Shots = Callable[[Any, Server, Town, tuple[str, ...]], Iterator[tuple[str, bytes]]]
PIXELS = """async data => {
  const image = new Image(); image.src = 'data:image/png;base64,' + data; await image.decode();
  const canvas = Object.assign(document.createElement('canvas'), {width: image.width, height: image.height});
  const pen = canvas.getContext('2d'); pen.drawImage(image, 0, 0);
  const raw = pen.getImageData(0, 0, image.width, image.height).data; let text = '';
  for (let i = 0; i < raw.length; i += 32768) text += String.fromCharCode(...raw.subarray(i, i + 32768));
  return [image.width, image.height, btoa(text)];
}"""


def main() -> None:
    """Write every picture whose name begins with one of the words given; without words all."""
    wanted = tuple(sys.argv[1:]) or ("",)
    with tempfile.TemporaryDirectory() as folder:
        towns = [(_town(Path(folder) / s.__name__, whole=s is ended), s) for s in (told, ended)]
        with sync_playwright() as play:  # from here on an event loop runs in this thread
            _take(play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"]), towns, wanted)


def _take(browser: Any, towns: Sequence[tuple[Town, Shots]], wanted: tuple[str, ...]) -> None:
    for town, shots in towns:
        server = start(town.home)
        try:
            for name, page in shots(browser, server, town, wanted):
                _write(browser, IMAGES / f"{name}.png", page)
                print(f"{name}.png")
        finally:
            stop(server)


def told(browser: Any, server: Server, town: Town, wanted: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Customers were told: their choices, requests, and the desks of those who handle them."""
    who = town.people.row(0, named=True)
    link = f"/o/{who['token']}"
    yield from _each(browser, server, wanted, {
        "portal-card": link, "portal-object": f"{link}/do/object", "portal-request": f"{link}/do/complain",
        "portal-relative": f"{link}/do/relative",
    }, PHONE)  # fmt: skip
    if _is_wanted(wanted, "portal-receipt-code"):
        for lang in LANGS:
            with _page(browser, PHONE) as page:
                page.goto(f"{server.url}{link}/do/object?lang={lang}")
                page.locator("main form button").first.click()
                code = page.locator("dd.mono").first.inner_text()
                page.goto(f"{server.url}/receipt?lang={lang}")
                page.locator("main input[name=code]").fill(code)
                page.locator("main form button").first.click()
                yield f"portal-receipt-code-{lang}", _shot(page)
    with _page(browser, WIDE) as page:
        _sign_in(page, server.url, town, town.roles["officer"])
        state = page.context.storage_state()
    yield from _each(browser, server, wanted, {
        "console-case": f"/console/case/{CASE}", "console-assess": f"/console/case/{CASE}/assess",
        "console-impact": f"/console/case/{CASE}/assess/impact",
    }, WIDE, state)  # fmt: skip
    if _is_wanted(wanted, "console-account"):
        with _page(browser, WIDE) as page:
            yield from _account(page, server, town)


def ended(browser: Any, server: Server, town: Town, wanted: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """The case is closed: what a person and the receiver see afterwards, and the page where anybody checks a paper."""
    link = _passed_on(browser, server, town)
    yield from _each(browser, server, wanted, {
        "portal-after": link, "portal-proof": f"{link}/proof", "check": "/check",
    }, PHONE)  # fmt: skip
    if _is_wanted(wanted, "desk"):
        with _page(browser, WIDE) as page:
            _sign_in(page, server.url, town, town.roles["receiver"], place="desk")
            state = page.context.storage_state()
        yield from _each(browser, server, wanted, {"desk": "/desk"}, WIDE, state)


def _passed_on(browser: Any, server: Server, town: Town) -> str:
    """The link of a person whose data passed on."""
    with _page(browser, PHONE) as page:
        for token in town.people["token"]:
            page.goto(f"{server.url}/o/{token}?lang=en")
            if "Your data passed on to" in page.content():
                return f"/o/{token}"
    raise SystemExit("nobody's data passed on")


def _town(folder: Path, *, whole: bool) -> Town:
    """A company of a hundred customers, with an account for everybody, told or at the end of its case."""
    folder.mkdir()
    make_company(folder, event=Event.E5, customers=120, seed=1)
    ctx = open_context(folder / "home")
    case = (rehearse(ctx, folder) and ctx.case(CASE).case) if whole else begin_rehearsal(ctx, folder)
    roles = {r.value: p.id for p in case.people for r in p.roles}
    secrets = {p: add_account(ctx, CASE, p, password=PASSWORD).totp_secret for p in set(roles.values())}
    people = register(ctx.workspace(CASE)).filter(~pl.col("public_only") & pl.col("has_sms"))
    if not whole:
        sealed = ctx.workspace(CASE).dir("letters") / "contacts.sealed"
        people = people.join(read_sealed_frame(ctx, CASE, sealed, "bodies", b"contacts"), on="ref")
    people = people.with_columns(link_tokens(ctx, CASE, people["ref"]).alias("token"))
    ctx.store.close()
    return Town(folder / "home", ctx, secrets, roles, people)


@contextmanager
def _page(browser: Any, size: tuple[int, int], state: Any = None) -> Iterator[Any]:
    view = {"width": size[0], "height": size[1]}
    context = browser.new_context(viewport=view, color_scheme="light", storage_state=state)
    yield context.new_page()
    context.close()


def _each(
    browser: Any, server: Server, wanted: tuple[str, ...], places: dict[str, str], size: tuple[int, int],
    state: Any = None,
) -> Iterator[tuple[str, bytes]]:  # fmt: skip
    for name, place in places.items():
        for lang in LANGS if _is_wanted(wanted, name) else ():
            with _page(browser, size, state) as page:
                answer = page.goto(f"{server.url}{place}?lang={lang}")
                if answer.status != 200:
                    raise SystemExit(f"{name}: the page answers {answer.status}")
                yield f"{name}-{lang}", _shot(page)


def _is_wanted(wanted: tuple[str, ...], name: str) -> bool:
    return name.startswith(wanted)


def _shot(page: Any) -> bytes:
    """The page to the end of what it says, to at most one and a half screens."""
    page.wait_for_load_state("networkidle")
    size = page.viewport_size
    said = page.evaluate("Math.ceil(document.querySelector('main').getBoundingClientRect().bottom) + 24")
    height = min(said, size["height"] * 3 // 2)
    return page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": size["width"], "height": height})


def _sign_in(page: Any, base: str, town: Town, person: str, place: str = "console") -> None:
    page.goto(f"{base}/{place}/in?lang=en")
    page.locator("input[name=name]").fill(person)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=code]").fill(next_code(town, person))
    page.locator("main form button").first.click()
    page.wait_for_url(f"**/{place}")


def _account(page: Any, server: Server, town: Town) -> Iterator[tuple[str, bytes]]:
    """The own account, once a passkey was added to it."""
    person = town.roles["legal"]
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    base = f"http://localhost:{server.port}"  # passkeys know names, no numbers
    _sign_in(page, base, town, person)
    place = f"{base}/console/account"
    page.goto(f"{place}?lang=en")
    add = page.locator("form[action^='/console/account/passkey?']")
    add.locator("input[name=label], input[type=text]").first.fill("Laptop")
    add.get_by_label("Password").fill(PASSWORD)
    add.get_by_label("Code").fill(next_code(town, person))
    add.get_by_role("button").click()
    page.wait_for_url(place)
    for lang in LANGS:
        page.goto(f"{place}?lang={lang}")
        yield f"console-account-{lang}", _shot(page)


def _write(browser: Any, path: Path, png: bytes) -> None:
    """The picture with at most 256 colours: the commonest, others as the nearest of them."""
    with _page(browser, WIDE) as page:
        width, height, raw = page.evaluate(PIXELS, base64.b64encode(png).decode())
    rgb = np.frombuffer(base64.b64decode(raw), np.uint8).reshape(-1, 4)[:, :3]
    packed = rgb.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    colours, places, counts = np.unique(packed, return_inverse=True, return_counts=True)
    kept = colours[np.argsort(-counts, kind="stable")[:256]]
    shown = np.stack([kept >> 16, kept >> 8 & 255, kept & 255], 1).astype(np.int32)
    every = np.stack([colours >> 16, colours >> 8 & 255, colours & 255], 1).astype(np.int32)
    pieces = np.array_split(every, 1 + len(every) // 4096)
    nearest = np.concatenate([((some[:, None, :] - shown[None]) ** 2).sum(2).argmin(1) for some in pieces])
    rows = nearest[places].astype(np.uint8).reshape(height, width)
    lines = np.concatenate([np.zeros((height, 1), np.uint8), rows], 1).tobytes()
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", shown.astype(np.uint8).tobytes()),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    )
    with path.open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        for kind, data in parts:
            file.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)))


if __name__ == "__main__":
    main()
