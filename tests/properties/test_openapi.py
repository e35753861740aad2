"""The OpenAPI document is true: whatever is sent, the answer is one that it announces, and never a 500."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from schemathesis.checks import CheckFunction
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from spote.app import create_app
from spote.entrypoints.middleware import Frame
from spote.settings import Settings
from tests.entrypoints.calls import wait_for_meaning
from tests.properties.soak import examples
from tests.servers import Server, new_token, running


def document() -> dict[str, Any]:
    app = create_app(Settings())
    assert isinstance(app, Frame)
    assert isinstance(app.app, FastAPI)
    return app.app.openapi()


ENDS_THE_CREDENTIAL = (
    r"^/api/me$|^/api/me/|^/api/auth/|^/api/settings/token/self$|^/api/settings/token/\{token_id\}"
)
every_call = schemathesis.openapi.from_dict(document())
harmless_call = every_call.exclude(
    path_regex=ENDS_THE_CREDENTIAL, method=["POST", "DELETE", "PATCH"]
).exclude(path="/api/events")  # its answer has no end
CHECKS: list[CheckFunction] = [
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]

TOO_LONG = 431  # said of an address or headers before it is known which call they are for


def check(case: schemathesis.Case, answer: schemathesis.Response) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code != TOO_LONG:
        case.validate_response(answer, checks=CHECKS)


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[Server]:
    with running(
        tmp_path_factory.mktemp("openapi") / "data",
        database_url=database_url,
        sign_up="open",
        network_attempts=100_000,
        sign_in_attempts=10_000,
        requests_per_minute=1_000_000,
    ) as server:
        yield server


@pytest.fixture(scope="module")
def bearer(described: Server) -> dict[str, str]:
    person = described.sign_up()
    note = person.post("/api/notes", json={"title": "A note", "text": "Hello #world"})
    assert note.status_code == 201
    wait_for_meaning(person)
    token = new_token(person)
    person.close()
    return {"Authorization": f"Bearer {token}"}


@harmless_call.parametrize()
@examples(few=10, many=500)
def test_calls_with_a_token_are_answered_as_announced(
    case: schemathesis.Case, described: Server, bearer: dict[str, str]
) -> None:
    answer = case.call(base_url=described.url, headers=bearer)
    check(case, answer)


@every_call.parametrize()
@examples(few=5, many=200)
def test_calls_without_a_credential_are_answered_as_announced(
    case: schemathesis.Case, described: Server
) -> None:
    answer = case.call(base_url=described.url)
    check(case, answer)
