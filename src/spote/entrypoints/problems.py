"""How an error looks over HTTP, at whichever door it happens."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from spote.domain.tokens import without_tokens

FIELD_LENGTH = 100  # characters of a field's name that an answer repeats


def problem(
    status: int,
    message: str,
    code: str,
    *,
    headers: Mapping[str, str] | None = None,
    **more: object,
) -> Response:
    """Whatever a message quotes, it shows no token."""
    body = json.dumps({"message": message, "code": code, **more}, ensure_ascii=False)
    return Response(without_tokens(body).encode(), status, headers, "application/json")


def field_error(one: Mapping[str, Any]) -> dict[str, str]:
    """A pydantic error, as a person would say it; without what was sent."""
    place = [str(part) for part in one["loc"][1:]] or [str(one["loc"][0])]
    if one["type"] == "json_invalid":
        return {"field": "body", "message": f"is not valid JSON ({one['ctx']['error']})"}
    field = without_tokens(".".join(place))[:FIELD_LENGTH]
    if one["type"] == "extra_forbidden":
        return {"field": field, "message": "is not a known field"}
    if one["type"] == "missing":
        return {"field": field, "message": "is required"}
    return {"field": field, "message": str(one["msg"]).removeprefix("Value error, ")}
