"""`/api/openapi.json` and `/api/docs`: true, complete, and without any other server."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import jsonschema_rs
import pytest

from tests.entrypoints.calls import ok, refused
from tests.servers import Server

METHODS = {"get", "post", "put", "patch", "delete"}
PUBLIC = {
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/.well-known/oauth-protected-resource"),
    ("post", "/api/auth/sign-up"),
    ("post", "/api/auth/sign-in"),
    ("post", "/api/tokens/report"),
}


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


@pytest.fixture(scope="module")
def document(client: httpx.Client) -> dict[str, Any]:
    return dict(ok(client.get("/api/openapi.json")))


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS & item.keys():
            yield method, path, item[method]


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def test_the_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert re.fullmatch(r"3\.1\.\d+", document["openapi"])
    assert set(document["info"]) >= {"title", "version"}
    assert document["info"]["title"] == "Spote"
    for reference in references(document):
        target: Any = document
        for name in reference.removeprefix("#/").split("/"):
            target = target[name.replace("~1", "/").replace("~0", "~")]


def test_its_schemas_are_schemas(document: dict[str, Any]) -> None:
    used = set(references(document))
    for name, schema in document["components"]["schemas"].items():
        jsonschema_rs.meta.validate(schema, registry=None)
        assert f"#/components/schemas/{name}" in used, f"nothing uses {name}"


def test_each_operation_is_described(document: dict[str, Any]) -> None:
    names = []
    for method, path, operation in operations(document):
        names.append(operation["operationId"])
        assert operation["summary"], path
        assert operation["tags"], path
        in_path = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", path)), path
        statuses = set(operation["responses"])
        assert statuses & {"200", "201", "204"}, f"{method} {path}"
        assert "422" not in statuses
        for status in statuses - {"200", "201", "204", "206", "304"}:
            content = operation["responses"][status]["content"]["application/json"]
            assert content["schema"]["$ref"].endswith("/Problem")
    assert len(names) == len(set(names))


def test_nothing_speaks_of_422(client: httpx.Client) -> None:
    text = client.get("/api/openapi.json").text
    assert '"422"' not in text
    assert "HTTPValidationError" not in text


def test_the_document_says_who_may_call(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]
    assert schemes["token"] == {**schemes["token"], "type": "http", "scheme": "bearer"}
    assert schemes["session"]["in"] == "cookie"
    for method, path, operation in operations(document):
        if (method, path) in PUBLIC:
            assert operation.get("security", []) == [], path
        else:
            assert operation["security"] == [{"token": []}, {"session": []}], path
            assert {"401", "403", "429", "503"} <= set(operation["responses"]), path


def test_every_post_takes_an_idempotency_key(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        names = {one["name"] for one in operation.get("parameters", [])}
        assert ("Idempotency-Key" in names) == (method == "post"), f"{method} {path}"


def test_bodies_have_their_statuses(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        if "requestBody" in operation:
            assert {"400", "413", "415"} <= set(operation["responses"]), f"{method} {path}"
        if "post" in method and (method, path) not in PUBLIC:
            assert "409" in operation["responses"], path


def test_every_call_of_the_contract_is_there(document: dict[str, Any]) -> None:
    found = {
        (method.upper(), re.sub(r"{\w+}", ":", path)) for method, path, _ in operations(document)
    }
    assert found >= {
        ("POST", "/api/notes"),
        ("GET", "/api/notes"),
        ("GET", "/api/notes/:"),
        ("PUT", "/api/notes/:"),
        ("PATCH", "/api/notes/:"),
        ("DELETE", "/api/notes/:"),
        ("GET", "/api/trash"),
        ("POST", "/api/trash/:/restore"),
        ("DELETE", "/api/trash/:"),
        ("DELETE", "/api/trash"),
        ("GET", "/api/notes/:/history"),
        ("GET", "/api/notes/:/history/:"),
        ("POST", "/api/notes/:/history/:/restore"),
        ("POST", "/api/notes/:/relations"),
        ("GET", "/api/notes/:/relations"),
        ("DELETE", "/api/notes/:/relations/:"),
        ("GET", "/api/notes/search"),
        ("GET", "/api/buckets"),
        ("GET", "/api/tags"),
        ("PATCH", "/api/buckets/:"),
        ("DELETE", "/api/buckets/:"),
        ("PATCH", "/api/tags/:"),
        ("POST", "/api/settings/token"),
        ("GET", "/api/settings/token"),
        ("DELETE", "/api/settings/token/:"),
        ("PATCH", "/api/settings/token/:"),
        ("POST", "/api/settings/token/:/rotate"),
        ("GET", "/api/settings/token/self"),
        ("DELETE", "/api/settings/token/self"),
        ("POST", "/api/tokens/report"),
        ("POST", "/api/auth/sign-up"),
        ("POST", "/api/auth/sign-in"),
        ("POST", "/api/auth/sign-out"),
        ("GET", "/api/me"),
        ("PATCH", "/api/me"),
        ("POST", "/api/me/password"),
        ("DELETE", "/api/me"),
        ("GET", "/healthz"),
        ("GET", "/readyz"),
    }


def test_the_reference_is_a_page_without_inline_script(client: httpx.Client) -> None:
    answer = client.get("/api/docs")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
    assert "unsafe-eval" not in policy
    for script in re.findall(r"<script\b[^>]*>(.*?)</script>", answer.text, re.DOTALL):
        assert script == ""
    assert not re.search(r"\son\w+=|javascript:|https?://", answer.text)


def test_what_the_reference_needs_comes_from_this_server(client: httpx.Client) -> None:
    page = client.get("/api/docs")
    files = re.findall(r'(?:src|href)="((?!data:)[^"]+)"', page.text)
    assert len(files) >= 3
    for file in files:
        answer = client.get(page.url.join(file))
        assert answer.status_code == 200, file
        assert answer.headers["x-content-type-options"] == "nosniff"
    script = client.get("/api/docs/reference.js")
    assert "javascript" in script.headers["content-type"]


@pytest.mark.parametrize(
    "path",
    ["/api/docs/unknown.js", "/api/docs/", "/api/docs/../reference.html", "/api/docs/%2e%2e/x"],
)
def test_what_is_not_there_is_404(client: httpx.Client, path: str) -> None:
    refused(client.get(path), 404, "not_found")


def test_the_root_leads_somewhere(client: httpx.Client) -> None:
    answer = client.get("/", follow_redirects=True)
    assert answer.status_code == 200
