"""How lists are cut: every list in the program takes a `Page` and answers with a `Listing`."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    limit: int = 50  # rows, at least 1
    offset: int = 0  # rows skipped


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """One page of a longer list; `total` counts what the whole list holds for this caller."""

    items: list[T]
    total: int
