"""Looks at a database from outside: whether everything in it agrees with everything else."""

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import apsw
import psycopg

from spote.domain.notes.words import searchable
from spote.storage.dialects.postgresql.words import vectors

INDEX = (
    "account, title, labels, body, content = '', contentless_delete = 1,"
    " tokenize = 'unicode61 remove_diacritics 2'"
)


class Tables(Protocol):
    """A connection of either driver."""

    def execute(self, sql: Any, values: Any = ..., /) -> Any: ...


def contradictions(data: Path, database_url: str = "") -> list[str]:
    """Nothing, where the database is sound: the one in this folder, or on PostgreSQL."""
    with opened(data, database_url) as raw:
        if database_url:
            return [*_agreement(raw), *_words_on_postgresql(raw)]
        return [
            *(row[0] for row in raw.execute("PRAGMA integrity_check") if row[0] != "ok"),
            *(f"foreign key: {row}" for row in raw.execute("PRAGMA foreign_key_check")),
            *_agreement(raw),
            *_words(raw),
        ]


@contextmanager
def opened(data: Path, database_url: str) -> Iterator[Tables]:
    """Through the driver alone; on PostgreSQL all reads are of one moment, as a last commit may still come."""
    if not database_url:
        with closing(connect(data)) as raw:
            yield raw
        return
    with psycopg.connect(database_url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        yield connection


def _agreement(tables: Tables) -> Iterator[str]:
    yield from _history(tables)
    yield from _tags(tables)
    yield from _bucket_counts(tables)
    yield from _attachments(tables)


def connect(data: Path) -> apsw.Connection:
    raw = apsw.Connection(str(data / "spote.db"))
    raw.set_busy_timeout(30_000)
    return raw


def _history(tables: Tables) -> Iterator[str]:
    """A note at version n has the revisions 1 to n; all but the last hold their text, with the size that they say."""
    histories: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for note_id, *revision in tables.execute(
        "SELECT note_id, version, title, bucket, tags, text, size_bytes FROM revisions ORDER BY version"
    ).fetchall():
        histories[note_id].append(tuple(revision))
    for note_id, version, title, bucket, tags, text in tables.execute(
        "SELECT id, version, title, bucket, tags, text FROM notes"
    ).fetchall():
        revisions = histories[note_id]
        if [row[0] for row in revisions] != list(range(1, version + 1)):
            yield f"note {note_id} at {version} has the revisions {[row[0] for row in revisions]}"
            continue
        texts = [row[4] for row in revisions[:-1]] + [text]
        if revisions[-1][4] is not None or None in texts:
            yield f"note {note_id}: a text stands twice or nowhere"
        elif [len(str(old).encode()) for old in texts] != [row[5] for row in revisions]:
            yield f"note {note_id}: sizes do not fit the texts"
        if revisions[-1][1:4] != (title, bucket, tags):
            yield f"note {note_id} and its last revision differ"


def _tags(tables: Tables) -> Iterator[str]:
    expected = {
        (account_id, tag, note_id)
        for account_id, note_id, tags in tables.execute(
            "SELECT account_id, id, tags FROM notes WHERE trashed_at IS NULL"
        )
        for tag in json.loads(tags)
    }
    found = set(tables.execute("SELECT account_id, tag, note_id FROM note_tags").fetchall())
    if found != expected:
        yield f"tags differ: {found ^ expected}"


def _bucket_counts(tables: Tables) -> Iterator[str]:
    expected = tables.execute(
        "SELECT account_id, bucket, count(*) FROM notes WHERE trashed_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()
    found = tables.execute(
        "SELECT account_id, bucket, notes FROM bucket_counts WHERE notes <> 0 ORDER BY 1, 2"
    ).fetchall()
    if found != expected:
        yield f"bucket counts differ: {set(found) ^ set(expected)}"


def _attachments(tables: Tables) -> Iterator[str]:
    """What a note says of its files is what it lets its readers read, among the files that there are."""
    urls = {
        (account_id, file_id): f"/api/files/{account_id}/{file_id}.{extension}"
        for account_id, file_id, extension in tables.execute(
            "SELECT account_id, id, extension FROM files"
        ).fetchall()
    }
    expected: dict[str, set[str]] = defaultdict(set)
    for note_id, *file in tables.execute(
        "SELECT note_id, file_account_id, file_id FROM note_files WHERE in_text = 1 AND grants = 1"
    ).fetchall():
        expected[note_id].add(urls[tuple(file)])
    there = set(urls.values())
    for note_id, attachments in tables.execute("SELECT id, attachments FROM notes").fetchall():
        found = {one["url"] for one in json.loads(attachments)} & there
        if found != expected[note_id]:
            yield f"attachments of {note_id} differ: {found ^ expected[note_id]}"


def _words(raw: Tables) -> Iterator[str]:
    """The index of words is the one that the live notes make, word for word."""
    raw.execute("INSERT INTO note_words (note_words) VALUES ('integrity-check')")
    readers = _readers(raw)
    with closing(apsw.Connection(":memory:")) as fresh:
        fresh.execute(f"CREATE VIRTUAL TABLE note_words USING fts5 ({INDEX})")
        for number, _account_id, title, bucket, tags, text in raw.execute(
            "SELECT number, account_id, title, bucket, tags, text FROM notes WHERE trashed_at IS NULL"
        ):
            fresh.execute(
                "INSERT INTO note_words (rowid, account, title, labels, body) VALUES (?, ?, ?, ?, ?)",
                (
                    number,
                    " ".join("a" + one.replace("-", "") for one in readers[number]),
                    searchable(title),
                    searchable(" ".join([bucket, *json.loads(tags)])),
                    searchable(text),
                ),
            )
        if (found := _vocabulary(raw)) != (expected := _vocabulary(fresh)):
            yield f"words differ: {sorted(found ^ expected)[:20]}"


def _readers(tables: Tables) -> dict[int, list[str]]:
    """Of each note by its number: its owner, and those whom it is shared with."""
    readers: dict[int, list[str]] = {}
    for number, owner, guest in tables.execute(
        "SELECT n.number, n.account_id, s.guest_id FROM notes AS n LEFT JOIN shares AS s"
        " ON s.account_id = n.account_id AND s.note_id = n.id ORDER BY n.number, s.guest_id"
    ).fetchall():
        readers.setdefault(number, [owner])
        if guest is not None:
            readers[number].append(guest)
    return readers


def _vocabulary(raw: Tables) -> set[tuple[object, ...]]:
    raw.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab (main, note_words, instance)")
    return set(raw.execute("SELECT * FROM temp.vocabulary").fetchall())


def _words_on_postgresql(connection: Tables) -> Iterator[str]:
    connection.execute("CREATE TEMPORARY TABLE expected (LIKE note_words)")
    notes = (
        "SELECT number, account_id, title, bucket, tags, text FROM notes WHERE trashed_at IS NULL"
    )
    readers = _readers(connection)
    for number, account_id, title, bucket, tags, text in connection.execute(notes).fetchall():
        labels = searchable(" ".join([bucket, *json.loads(tags)]))
        made = vectors(readers[number], searchable(title), labels, searchable(text))
        for part, words in enumerate(made):
            connection.execute(
                "INSERT INTO expected (account_id, number, part, words) VALUES (%s, %s, %s, %s)",
                (account_id, number, part, words),
            )
    columns = "account_id, number, part, words::text"
    for one, other in (("note_words", "expected"), ("expected", "note_words")):
        differences = f"SELECT {columns} FROM {one} EXCEPT SELECT {columns} FROM {other} LIMIT 5"
        for row in connection.execute(differences.encode()).fetchall():
            yield f"words differ, only in {one}: {row}"
