"""Many people with browsers at once: each opens a page, chooses with both clicks and sees the receipt.

Each visitor has a connection of their own for the visit and keeps cookies. HTTP is h11's; whatever is not the expected
answer is an error and is told, never tried again.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

import h11

PATIENCE_SECONDS = 60
"""How long somebody waits for one page before it counts as an error."""
_TOKEN = re.compile(r'csrfmiddlewaretoken" value="([^"]+)"')
_CHUNK = 65_536


class WrongAnswerError(Exception):
    """Not what a visitor should see."""


@dataclass(slots=True)
class Answer:
    """Of a server to one request."""

    status: int
    location: str
    body: bytes


@dataclass(slots=True)
class Browser:
    """One connection with its cookies."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    _http: h11.Connection = field(default_factory=lambda: h11.Connection(h11.CLIENT))
    _reader: asyncio.StreamReader | None = None
    _writer: asyncio.StreamWriter | None = None

    async def get(self, path: str, expected: int = 200) -> Answer:
        return await self._ask("GET", path, b"", expected)

    async def post(self, path: str, given: dict[str, str], expected: int = 303) -> Answer:
        return await self._ask("POST", path, urlencode(given).encode(), expected)

    async def close(self) -> None:
        if self._writer is not None:
            self._writer.close()

    async def _ask(self, method: str, path: str, body: bytes, expected: int) -> Answer:
        answer = await asyncio.wait_for(self._once(method, path, body), PATIENCE_SECONDS)
        if answer.status != expected:
            raise WrongAnswerError(f"{method} answered {answer.status}")
        return answer

    async def _once(self, method: str, path: str, body: bytes) -> Answer:
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
        headers = [("Host", f"127.0.0.1:{self.port}"), ("Accept-Language", "zh-CN")]
        if self.cookies:
            headers.append(("Cookie", "; ".join(f"{k}={v}" for k, v in self.cookies.items())))
        if body:
            headers += [("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", str(len(body)))]
        http = self._http
        out = http.send(h11.Request(method=method, target=path, headers=headers)) or b""
        out += (http.send(h11.Data(data=body)) or b"") if body else b""
        self._writer.write(out + (http.send(h11.EndOfMessage()) or b""))
        return await self._answer()

    async def _answer(self) -> Answer:
        assert self._reader is not None
        status, location, parts = 0, "", []
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                self._http.receive_data(await self._reader.read(_CHUNK))
            elif isinstance(event, h11.Response):
                status = event.status_code
                location = next((v.decode() for k, v in event.headers if k == b"location"), "")
                for name, value in event.headers:
                    if name == b"set-cookie":
                        key, _, content = value.decode().split(";")[0].partition("=")
                        self.cookies[key] = content
            elif isinstance(event, h11.Data):
                parts.append(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage):
                self._http.start_next_cycle()
                return Answer(status, location, b"".join(parts))
            else:
                raise WrongAnswerError(f"the connection ended: {type(event).__name__}")


async def at_portal(browser: Browser, token: str) -> dict[str, str]:
    """Landing, first click, second click, receipt; the pages by name."""
    landing = await browser.get(f"/o/{token}")
    first = await browser.get(f"/o/{token}/do/object")
    found = _TOKEN.search(first.body.decode())
    if not found:
        raise WrongAnswerError("the page of the first click has no form")
    made = await browser.post(f"/o/{token}/do/object", {"csrfmiddlewaretoken": found[1], "lot": ""})
    receipt = await browser.get(made.location)
    return {"landing": landing.body.decode(), "choose": first.body.decode(), "receipt": receipt.body.decode()}


async def at_bare_view(browser: Browser, key: str) -> None:
    """The same number of pages and choices."""
    await browser.get(f"/{key}/landing")
    await browser.get(f"/{key}/choose")
    made = await browser.post(f"/{key}/choose", {"lot": "", "csrfmiddlewaretoken": key * 2})
    await browser.get(made.location)


PAGES = 4
"""Requests of a visit."""


def pages_of(port: int, token: str) -> dict[str, str]:
    """What one visitor of the portal sees."""

    async def visit() -> dict[str, str]:
        browser = Browser(port)
        try:
            return await at_portal(browser, token)
        finally:
            await browser.close()

    return asyncio.run(visit())


def visit_all(
    port: int, who: Sequence[str], visit: Callable[[Browser, str], Awaitable[object]], at_once: int
) -> Counter[str]:
    """Everybody visits once, so many at a time; errors by what they were."""
    errors: Counter[str] = Counter()

    async def all_of_them() -> None:
        waiting = iter(who)

        async def one_after_another() -> None:
            for key in waiting:
                browser = Browser(port)
                try:
                    await visit(browser, key)
                except (OSError, TimeoutError, WrongAnswerError, h11.RemoteProtocolError) as e:
                    errors[f"{type(e).__name__}: {e}" if isinstance(e, WrongAnswerError) else type(e).__name__] += 1
                finally:
                    await browser.close()

        await asyncio.gather(*(one_after_another() for _ in range(at_once)))

    asyncio.run(all_of_them())
    return errors
