"""A program that asks the interface: a token, JSON, no cookies."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.web.conftest import Answer, Client, Server, Town

from bequest.app.console.tokens import make_token

V1 = "/api/v1"
EVERYTHING = ("read", "do")


@dataclass
class Program(Client):
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, None, **headers)

    def tell(self, path: str, body: Any, **headers: str) -> Answer:
        return self.call("POST", path, body, **headers)

    def call(self, method: str, path: str, body: Any, **headers: str) -> Answer:
        given = {k.replace("_", "-"): v for k, v in headers.items()}
        sent = {"Accept-Language": "en", "Content-Type": "application/json"} | self.headers | given
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._do(method, V1 + path, data, sent)


def program(server: Server, town: Town, person: str, **narrowed: Any) -> Program:
    organisation = town.ctx.case("demo-e2" if person == town.roles["stranger"] else "demo-e5").organisation
    made = make_token(
        town.ctx, organisation, person, label="test", **({"scopes": EVERYTHING} | narrowed)
    )  # fmt: skip
    return Program(server.port, token=made.token)


def read(answer: Answer) -> Any:
    return json.loads(answer.body)
