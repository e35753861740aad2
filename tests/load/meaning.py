"""Search by meaning at 1,000, 10,000 and 100,000 passages of one account among others, without embedding the question.

Vectors are real: of the sentences of zaragoza-construction-faq in two languages; mixed in pairs where more are needed.
`python -m tests.load.meaning` prints the table for both engines.
"""

import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import psutil
from numpy.typing import NDArray

from spote.app import settle
from spote.domain import accounts, notes
from spote.domain.notes.reach import Reach
from spote.domain.search.embedding import make_embedder
from spote.domain.search.meaning import Meaning, stored_form
from spote.domain.search.queries import passages as queries
from spote.identity import FULL_ACCESS, Actor, CredentialKind, Grant, Via, new_id
from spote.settings import Settings
from spote.storage import Connection, Database, open_database
from tests.load.search_quality import LANGUAGES, load
from tests.postgresql import QUICK, running_postgresql

SIZES = (1_000, 10_000, 100_000)
OTHERS = 50  # accounts beside
OF_OTHERS = 50  # passages of each of them
PER_NOTE = 2
ASKED = 300
ROUNDS = 5
SHOWN = 10
DEPTH = 100
MODEL = "bench/1"
BATCH = 2_000
NOTHING_MORE = Reach("", {})
Vectors = NDArray[np.float32]


class Measured(NamedTuple):
    passages: int
    first_ms: float  # learning the account's part
    p10_ms: float
    p50_ms: float
    p99_ms: float
    cpu_p50_ms: float  # of this process: what others do on the machine hardly counts
    cpu_p99_ms: float
    narrow_p50_ms: float  # for a token of one bucket in two
    recall: float  # of the ten nearest, against all vectors compared
    index_bytes: int


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        print(table(measured(Path(folder))))


def measured(folder: Path) -> dict[str, list[Measured]]:
    """By engine. Takes five to ten minutes, most of them to make the vectors and to fill the tables."""
    pool, questions = real_vectors(len_of_pool=6_000)
    found = {"SQLite": measure(Settings(data=folder / "sqlite"), pool, questions)}
    options = {"autovacuum_naptime": "2s", "shared_buffers": "128MB"}  # the latter is the default
    with running_postgresql(**QUICK, **options) as server:
        settings = Settings(data=folder / "postgresql", database_url=server.new_database())
        found["PostgreSQL"] = measure(settings, pool, questions)
    return found


def table(measured: dict[str, list[Measured]]) -> str:
    rows = [
        f"| {one.passages:,}, {engine} | {one.p10_ms:.1f} / {one.p50_ms:.1f} / {one.p99_ms:.1f} ms"
        f" | {one.cpu_p50_ms:.1f} / {one.cpu_p99_ms:.1f} ms | {one.narrow_p50_ms:.1f} ms | {one.recall:.3f}"
        f" | {one.first_ms:.0f} ms | {one.index_bytes / 1e6:.1f} MB |"
        for engine, some in measured.items()
        for one in some
    ]
    head = "| passages | p10 / p50 / p99 | CPU, p50 / p99 | p50, one bucket | recall@10 | first | in memory |"
    return "\n".join([head, "|---|---|---|---|---|---|---|", *rows])


def real_vectors(*, len_of_pool: int) -> tuple[Vectors, Vectors]:
    """Of passages, and of questions."""
    embedder = make_embedder(Settings(data=Path()))
    assert embedder is not None
    entries = [entry for file in LANGUAGES.values() for entry in load(file)]
    sentences = dict.fromkeys(
        one for entry in entries for one in re.split(r"(?<=[.!?])\s+", entry.answer) if one
    )
    pool = embedder.embed_passages(list(sentences)[:len_of_pool])
    asked = entries[:: max(1, len(entries) // ASKED)][:ASKED]
    return pool, np.stack([embedder.embed_query(one.question) for one in asked])


def measure(settings: Settings, pool: Vectors, questions: Vectors) -> list[Measured]:
    database = open_database(settings)
    try:
        for _ in range(OTHERS):
            _filled(database, mixed(pool, OF_OTHERS))
        return [_measure(database, mixed(pool, size), questions) for size in SIZES]
    finally:
        database.close()


def mixed(pool: Vectors, count: int) -> Vectors:
    """The real ones, then such between two of them."""
    if count <= len(pool):
        return pool[:count]
    chance = np.random.default_rng(count)
    more = count - len(pool)
    one, other = chance.integers(0, len(pool), (2, more))
    share = chance.uniform(0.5, 0.9, (more, 1)).astype(np.float32)
    vectors = share * pool[one] + (1 - share) * pool[other]
    vectors += chance.normal(0, 0.005, vectors.shape).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.concatenate([pool, vectors])


def _measure(database: Database, vectors: Vectors, questions: Vectors) -> Measured:
    actor, numbers = _filled(database, vectors)
    database.write_now(_analyze)
    meaning = Meaning(limit_bytes=1 << 30)
    ask = partial(_ask, database, meaning)
    settle()
    first, _ = timed(lambda: ask(actor, questions[0], DEPTH))
    rounds = np.array(
        [[timed(lambda q=q: ask(actor, q, DEPTH)) for q in questions] for _ in range(ROUNDS)]  # type: ignore[misc]
    )
    times, processor = rounds[..., 0], rounds[..., 1]
    hits = sum(  # afterwards: comparing all empties the processor's caches
        len(
            _best_notes(vectors @ question, numbers)
            & {one.note_id for one in ask(actor, question, DEPTH)[:SHOWN]}
        )
        for question in questions
    )
    narrow = replace(
        actor,
        grant=Grant(buckets=("Even",)),
        kind=CredentialKind.TOKEN,
        credential_id=new_id(),
        via=Via.API,
    )
    narrow_times = [timed(lambda q=q: ask(narrow, q, DEPTH))[0] for q in questions[:50]]  # type: ignore[misc]
    return Measured(
        len(vectors),
        first,
        _of_rounds(times, 10),
        _of_rounds(times, 50),
        _of_rounds(times, 99),
        _of_rounds(processor, 50),
        _of_rounds(processor, 99),
        float(np.percentile(narrow_times, 50)),
        hits / (len(questions) * SHOWN),
        meaning.size_bytes,
    )


def _of_rounds(times: NDArray[np.float64], percent: int) -> float:
    """The median of the rounds' percentiles: one round in which the machine did something else counts for nothing."""
    return float(np.median(np.percentile(times, percent, axis=1)))


def _analyze(db: Connection) -> None:
    """As PostgreSQL does by itself a minute after much has changed."""
    if db.settings.database_url:
        for table in ("notes", "passages", "note_tags", "embedded_accounts"):
            db.execute(f"ANALYZE {table}")


def _ask(database: Database, meaning: Meaning, actor: Actor, question: Vectors, count: int) -> Any:
    return database.read_now(
        lambda db: meaning.nearest(db, actor, MODEL, question, NOTHING_MORE, count=count)
    )


def _best_notes(cosines: NDArray[np.float32], note_of: list[str]) -> set[str]:
    best: dict[str, None] = {}
    for place in np.argsort(-cosines):
        best[note_of[int(place)]] = None
        if len(best) == SHOWN:
            break
    return set(best)


def timed(job: Callable[[], Any]) -> tuple[float, float]:
    """Milliseconds that passed, and milliseconds of the processor that this process took for it.

    The result goes, as it does in a server: kept ones would have to be looked through for garbage.
    """
    began, worked = time.perf_counter(), time.process_time()
    job()
    return (time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000


def _filled(database: Database, vectors: Vectors) -> tuple[Actor, list[str]]:
    """An account with these passages, a few to a note; the ids of the notes."""
    draft = accounts.SignUp(email=f"{new_id()}@example.org", password="correct horse")
    account = database.write_now(lambda db: accounts.create_account(db, draft, "hash"))
    actor = Actor(
        account.id,
        FULL_ACCESS,
        CredentialKind.LOCAL,
        "local",
        Via.IMPORT,
        may_have_shared_notes=False,  # as checking a credential finds
    )
    note_ids: list[str] = []
    for at in range(0, len(vectors), BATCH):
        fill = partial(_fill, actor=actor, vectors=vectors[at : at + BATCH], first=at)
        note_ids += database.write_now(fill)
    return actor, note_ids


def _fill(db: Connection, actor: Actor, vectors: Vectors, first: int) -> list[str]:
    note_ids: list[str] = []
    for at in range(0, len(vectors), PER_NOTE):
        bucket = "Even" if (at // PER_NOTE) % 2 else "Odd"
        draft = notes.NoteDraft(title=f"Note {first + at}", text="", bucket=bucket, tags=())
        note_id = notes.create_note(db, actor, draft).id
        some = vectors[at : at + PER_NOTE]
        last = queries.next_sequences(db, actor.account_id, len(some))
        new = [
            queries.NewPassage(0, 0, bytes([n]), stored_form(one), last - len(some) + 1 + n)
            for n, one in enumerate(some)
        ]
        queries.insert_passages(db, actor.account_id, note_id, MODEL, new)
        note_ids += [note_id] * len(some)
    return note_ids


if __name__ == "__main__":
    print(f"{psutil.cpu_count()} cores")
    main()
