"""The shapes of a search and of what it finds."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from spote.domain.notes import Note

Mode = Literal["hybrid", "semantic", "keyword"]
QUERY_LIMIT = 1_000  # characters


class SearchQuery(BaseModel):
    """What is asked, and among which notes."""

    model_config = ConfigDict(frozen=True)

    q: str
    buckets: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    mode: Mode = "hybrid"


class Snippet(BaseModel):
    """The best passage. Offsets count Unicode characters from the start of the note's text."""

    model_config = ConfigDict(frozen=True)

    text: str
    start: int
    end: int
    matches: tuple[tuple[int, int], ...]  # start and end of each word that was found


class FoundNote(Note):
    score: float = Field(ge=0, le=1)  # above 0.8: a strong match
    snippet: Snippet
    matched_by: tuple[Literal["words", "meaning"], ...]


@dataclass(frozen=True, slots=True)
class SearchResults:
    """`mode` is how it was searched in fact, which may be less than was asked for."""

    items: list[FoundNote]
    total: int  # notes found, at most SEARCH_DEPTH
    mode: Mode
