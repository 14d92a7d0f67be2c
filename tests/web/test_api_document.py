"""The document of the interface: as the code says, and held against a real server by requests of all kinds."""

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import APIOperation
from scripts.write_openapi import PAGE, document
from tests.web.api_client import V1, program
from tests.web.conftest import CASE, Server, Town

EXAMPLES = 6
"""Per operation."""


def test_the_written_document_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == document(), "run scripts/write_openapi.py"


def test_no_request_makes_the_server_fail(server: Server, town: Town) -> None:
    """Every operation, in the case of the token's person and in cases that are none."""
    token = program(server, town, town.roles["officer"]).token
    schema = schemathesis.openapi.from_url(f"{server.url}{V1}/openapi.json", config=SchemathesisConfig())
    failed: list[tuple[str, int]] = []
    asked = 0
    for found in schema.get_all_operations():
        statuses = statuses_of(found.ok(), token)
        asked += len(statuses)
        failed += [(found.ok().label, s) for s in statuses if s >= 500]
    assert failed == []
    assert asked > 45


def statuses_of(operation: APIOperation, token: str) -> list[int]:
    """What the server answers to requests of an operation."""
    statuses: list[int] = []

    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(operation.as_strategy())
    def ask(case: schemathesis.Case) -> None:
        if "case_id" in case.path_parameters and len(statuses) % 3:
            case.path_parameters["case_id"] = CASE
        statuses.append(case.call(headers={"Authorization": f"Bearer {token}"}).status_code)

    ask()
    return statuses
