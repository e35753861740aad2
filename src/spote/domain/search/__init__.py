"""Finding notes: by words now; by meaning beside it, when the embedded model moves in."""

from spote.domain.search.model import FoundNote, Mode, SearchQuery, SearchResults, Snippet
from spote.domain.search.service import search_notes

__all__ = ["FoundNote", "Mode", "SearchQuery", "SearchResults", "Snippet", "search_notes"]
