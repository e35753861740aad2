"""Parts of a file that a client asks for: Range and If-Range (RFC 9110 §14)."""

import re
from typing import NamedTuple

RANGES_LIMIT = 16  # parts of one answer; who asks for more gets the whole
_RANGE = re.compile(r"(\d{0,18})-(\d{0,18})")


class Part(NamedTuple):
    start: int
    end: int  # one past the last

    def content_range(self, size: int) -> str:
        return f"bytes {self.start}-{self.end - 1}/{size}"


class NoSuchPart(Exception):
    """All that was asked for lies beyond the end."""


def wanted_parts(header: str | None, if_range: str | None, etag: str, size: int) -> list[Part]:
    """Empty for the whole file, also where the header is none that is understood.

    Raises:
        NoSuchPart: nothing that is asked for is there.
    """
    if header is None or (if_range is not None and if_range.strip() != etag):
        return []
    unit, _, listed = header.partition("=")
    asked = [_RANGE.fullmatch(one.strip()) for one in listed.split(",")]
    if unit.strip().lower() != "bytes" or len(asked) > RANGES_LIMIT:
        return []
    parts = []
    for one in asked:
        if one is None or one[0] == "-" or (one[1] and one[2] and int(one[1]) > int(one[2])):
            return []
        parts.append(_part(one[1], one[2], size))
    there = [part for part in parts if part.start < part.end]
    if not there:
        raise NoSuchPart
    return there if sum(part.end - part.start for part in there) <= size else []


def _part(first: str, last: str, size: int) -> Part:
    if not first:
        return Part(max(0, size - int(last)), size)
    return Part(int(first), min(size, int(last) + 1) if last else size)
