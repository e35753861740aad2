"""Finding notes: by words, by meaning, or by both."""

from spote.domain.search.by_meaning import Question, ReadText, SearchByMeaning
from spote.domain.search.duplicates import NearDuplicate, near_duplicates
from spote.domain.search.embedding import Embedder, make_embedder
from spote.domain.search.model import (
    QUERY_LIMIT,
    FoundNote,
    Mode,
    SearchQuery,
    SearchResults,
    Snippet,
)
from spote.domain.search.preparing import (
    Preparation,
    await_notes,
    begin_epoch,
    count_all_waiting,
    has_due_notes,
    make_due,
    prepare_again,
    prepare_search,
    queue_account,
)
from spote.domain.search.service import search_notes
from spote.domain.search.similar import similar_notes
from spote.domain.search.worker import EmbeddingWorker

__all__ = [
    "QUERY_LIMIT",
    "Embedder",
    "EmbeddingWorker",
    "FoundNote",
    "Mode",
    "NearDuplicate",
    "Preparation",
    "Question",
    "ReadText",
    "SearchByMeaning",
    "SearchQuery",
    "SearchResults",
    "Snippet",
    "await_notes",
    "begin_epoch",
    "count_all_waiting",
    "has_due_notes",
    "make_due",
    "make_embedder",
    "near_duplicates",
    "prepare_again",
    "prepare_search",
    "queue_account",
    "search_notes",
    "similar_notes",
]
