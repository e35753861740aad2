"""What a search by meaning has to know before it begins: the account's model, and what is not embedded yet."""

import unicodedata
from dataclasses import dataclass, replace

from spote.domain.search.embedding.cleaning import clean
from spote.domain.search.model import QUERY_LIMIT, SearchQuery
from spote.domain.search.queries import passages as passage_queries
from spote.domain.search.queries import waiting as queries
from spote.domain.search.queries.waiting import Fresh
from spote.errors import FieldError, InvalidInput, Unavailable
from spote.identity import Actor, Verb
from spote.storage import Connection

FRESH = 16  # notes that a search waits for, the newest
AWAITED = 5_000  # ms for which they come before all others


@dataclass(frozen=True, slots=True)
class Preparation:
    actor: Actor
    model: str | None  # that the account's passages are embedded with; None: none are
    waiting: int  # notes that the account may read and that are not embedded as they are now
    fresh: Fresh | None  # the newest of them; None: nothing is worth waiting for


def prepare_search(db: Connection, actor: Actor, query: SearchQuery | None = None) -> Preparation:
    """Raises InvalidInput for a query that asks nothing, or too much."""
    actor.require(Verb.READ)
    if query is not None:
        require_question(query.q)
    return _preparation(db, actor)


def prepare_again(db: Connection, before: Preparation) -> Preparation:
    """For a caller who waits: `fresh` is None once what was fresh then is embedded."""
    now, fresh = _preparation(db, before.actor), before.fresh
    is_done = fresh is None or not queries.is_waiting(db, fresh)
    return replace(now, fresh=None if is_done else fresh)


def await_notes(db: Connection, prepared: Preparation) -> None:
    """The notes that this search waits for come next, also those of others, in whichever process embeds."""
    if prepared.fresh:
        queries.await_notes(db, prepared.fresh, until=db.now + AWAITED)


def require_question(q: str) -> None:
    """Raises InvalidInput where nothing is asked, or too much. What cannot be seen asks nothing."""
    if len(q) > QUERY_LIMIT:
        raise _bad_query(f"may have at most {QUERY_LIMIT:,} characters")
    if all(unicodedata.category(character) == "Cf" for character in clean(q)):
        raise _bad_query("must not be blank: say what you look for")


def unavailable(waiting: int) -> Unavailable:
    """Why there is no search by meaning."""
    if waiting:
        return Unavailable(
            f"Notes still being read for search by meaning: {waiting:,}. Use mode=keyword meanwhile.",
            retry_after_seconds=30,
        )
    return Unavailable(
        "Search by meaning cannot be had on this server now. Use mode=keyword.",
        retry_after_seconds=60,
    )


def queue_account(db: Connection, account_id: str, model: str) -> None:
    """Every live note without passages of this model is to be embedded. For the operator."""
    queries.queue_account(db, account_id, model)


def make_due(db: Connection) -> None:
    """Notes whose embedding failed are tried again now, not later. For the operator."""
    queries.make_due(db)


def has_due_notes(db: Connection) -> bool:
    """False where all that wait failed and are tried again later. For the operator."""
    return bool(queries.waiting_notes(db, limit=1))


def count_all_waiting(db: Connection) -> int:
    return queries.count_all_waiting(db)


def begin_epoch(db: Connection) -> None:
    """A backup is restored: what processes remember of vectors no longer holds. For the operator."""
    passage_queries.begin_epoch(db)


def model_for(db: Connection, actor: Actor) -> str | None:
    """Of the vectors that the actor's searches compare; None where there are none yet."""
    model = queries.serving_model(db, actor.account_id)
    if model is None and actor.reaches_shared_notes:
        return queries.model_of_owners(db, actor)
    return model


def _preparation(db: Connection, actor: Actor) -> Preparation:
    return Preparation(
        actor,
        model_for(db, actor),
        queries.count_readable_waiting(db, actor),
        queries.newest_waiting(db, actor, count=FRESH),
    )


def _bad_query(message: str) -> InvalidInput:
    return InvalidInput(f"The query q {message}.", fields=[FieldError("q", message)])
