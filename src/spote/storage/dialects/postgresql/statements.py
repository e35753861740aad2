"""From the portable text of a statement to what PostgreSQL takes: `:name` becomes `$1`, values become bytes."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from spote.errors import NotFound

TEXT, BINARY = 0, 1  # how libpq passes a value
# What is quoted and what is cast (`x::text`) stays as it is.
_PARAMETER = re.compile(r"""'(?:[^']|'')*'|"[^"]*"|::|:([A-Za-z_]\w*)""")


class Statement(NamedTuple):
    text: bytes
    names: tuple[str, ...]  # of the parameters, in the order of their numbers


@lru_cache(maxsize=4096)
def statement(sql: str) -> Statement:
    """A parameter that stands in several places has one number."""
    numbers: dict[str, int] = {}

    def numbered(found: re.Match[str]) -> str:
        name = found[1]
        return f"${numbers.setdefault(name, len(numbers) + 1)}" if name else found[0]

    text = _PARAMETER.sub(numbered, sql)
    return Statement(text.encode(), tuple(numbers))


def encoded(
    names: tuple[str, ...], values: Mapping[str, object]
) -> tuple[list[bytes | None], list[int]]:
    """The values with their formats. Types are left to the server, which knows the columns.

    Raises:
        NotFound: a text holds U+0000. Shapes refuse it in what is kept, and nothing is found by it.
    """
    parameters: list[bytes | None] = []
    formats: list[int] = []
    for name in names:
        value = values[name]
        formats.append(BINARY if isinstance(value, bytes) else TEXT)
        parameters.append(_bytes(value))
    return parameters, formats


def _bytes(value: object) -> bytes | None:
    match value:
        case str():
            if "\x00" in value:
                raise NotFound("There is nothing with such a name.")
            return value.encode()
        case int():
            return b"%d" % value
        case bytes() | None:
            return value
        case _:
            raise TypeError(f"{type(value).__name__} cannot be a parameter")
