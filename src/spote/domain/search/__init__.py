"""Finding notes: by words, by meaning, or by both."""

from spote.domain.search.by_meaning import (
    Preparation,
    Question,
    SearchByMeaning,
    count_all_waiting,
    preparation,
    prepare_search,
    queue_all,
)
from spote.domain.search.embedding import make_embedder
from spote.domain.search.model import FoundNote, Mode, SearchQuery, SearchResults, Snippet
from spote.domain.search.service import require_question, search_notes
from spote.domain.search.similar import similar_notes
from spote.domain.search.worker import EmbeddingWorker

__all__ = [
    "EmbeddingWorker",
    "FoundNote",
    "Mode",
    "Preparation",
    "Question",
    "SearchByMeaning",
    "SearchQuery",
    "SearchResults",
    "Snippet",
    "count_all_waiting",
    "make_embedder",
    "preparation",
    "prepare_search",
    "queue_all",
    "require_question",
    "search_notes",
    "similar_notes",
]
