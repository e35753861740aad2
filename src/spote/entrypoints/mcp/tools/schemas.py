"""JSON Schemas of tools (2020-12): what may be left out is left out, and never null."""

from typing import Any

from pydantic import BaseModel

KEPT_DEFAULTS = (str, int, float, bool)
NAMED = ("properties", "$defs")  # whose keys are names, not keywords


def input_schema(shape: type[BaseModel]) -> dict[str, Any]:
    return {**_plain(shape.model_json_schema()), "additionalProperties": False}


def output_schema(shape: type[BaseModel]) -> dict[str, Any]:
    schema = shape.model_json_schema(mode="serialization")
    return _plain(schema)  # type: ignore[no-any-return]


def _plain(schema: Any, *, names: bool = False) -> Any:
    """Without titles, docstrings of shapes, and the alternatives and defaults that are null."""
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if names:
        return {name: _plain(one) for name, one in schema.items()}
    kept = {key: one for key, one in schema.items() if key != "title"}
    if "properties" in kept:
        kept.pop("description", None)
    if "default" in kept and not isinstance(kept["default"], KEPT_DEFAULTS):
        del kept["default"]
    if "anyOf" in kept:
        others = [one for one in kept["anyOf"] if one != {"type": "null"}]
        if len(others) == 1:
            del kept["anyOf"]
            kept = {**others[0], **kept}
            kept.pop("title", None)
        else:
            kept["anyOf"] = others
    return {key: _plain(one, names=key in NAMED) for key, one in kept.items()}
