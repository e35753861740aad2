"""What FastAPI cannot know of our OpenAPI document: how callers authenticate, and that 422 is never answered."""

from typing import Any

from fastapi import FastAPI

from spote.entrypoints.rest.door import IDEMPOTENCY_HEADER
from spote.entrypoints.rest.errors import PROBLEM_SCHEMA, Problem

SCHEMES = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A Personal Access Token: spote_…",
    },
    "session": {"type": "apiKey", "in": "cookie", "name": "spote_session"},
}
KEY_PARAMETER = {
    "name": IDEMPOTENCY_HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "The same key and body within 24 hours gets the first answer again.",
}


def describe(app: FastAPI) -> None:
    """Replace the app's generator of the document by one that completes it."""
    generate = app.openapi

    def completed() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = generate()
            _complete(document)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = completed  # type: ignore[method-assign]


def _complete(document: dict[str, Any]) -> None:
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    document["components"]["schemas"] |= schema.pop("$defs") | {PROBLEM_SCHEMA: schema}
    document["components"]["securitySchemes"] = SCHEMES
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)
    for operations in document["paths"].values():
        for method, operation in operations.items():
            operation["responses"].pop("422", None)
            operation.setdefault("security", [{"token": []}, {"session": []}])
            if method == "post":
                operation.setdefault("parameters", []).append(KEY_PARAMETER)
