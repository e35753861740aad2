"""Looks at a database file from outside: whether everything in it agrees with everything else."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw

from spote.domain.notes.words import searchable

INDEX = (
    "account, title, labels, body, content = '', contentless_delete = 1,"
    " tokenize = 'unicode61 remove_diacritics 2'"
)


def contradictions(data: Path) -> list[str]:
    """Nothing, where the database in this folder is sound."""
    with closing(connect(data)) as raw:
        return [
            *(row[0] for row in raw.execute("PRAGMA integrity_check") if row[0] != "ok"),
            *(f"foreign key: {row}" for row in raw.execute("PRAGMA foreign_key_check")),
            *_history(raw),
            *_tags(raw),
            *_bucket_counts(raw),
            *_words(raw),
        ]


def connect(data: Path) -> apsw.Connection:
    raw = apsw.Connection(str(data / "spote.db"))
    raw.set_busy_timeout(30_000)
    return raw


def _history(raw: apsw.Connection) -> Iterator[str]:
    """A note at version n has the revisions 1 to n; all but the last hold their text, with the size that they say."""
    for note_id, version, title, bucket, tags, text in raw.execute(
        "SELECT id, version, title, bucket, tags, text FROM notes"
    ):
        revisions = raw.execute(
            "SELECT version, title, bucket, tags, text, size_bytes FROM revisions WHERE note_id = ?"
            " ORDER BY version",
            (note_id,),
        ).fetchall()
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


def _tags(raw: apsw.Connection) -> Iterator[str]:
    expected = {
        (account_id, tag, note_id)
        for account_id, note_id, tags in raw.execute(
            "SELECT account_id, id, tags FROM notes WHERE trashed_at IS NULL"
        )
        for tag in json.loads(tags)
    }
    found = set(raw.execute("SELECT account_id, tag, note_id FROM note_tags").fetchall())
    if found != expected:
        yield f"tags differ: {found ^ expected}"


def _bucket_counts(raw: apsw.Connection) -> Iterator[str]:
    expected = raw.execute(
        "SELECT account_id, bucket, count(*) FROM notes WHERE trashed_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()
    found = raw.execute(
        "SELECT account_id, bucket, notes FROM bucket_counts WHERE notes <> 0 ORDER BY 1, 2"
    ).fetchall()
    if found != expected:
        yield f"bucket counts differ: {set(found) ^ set(expected)}"


def _words(raw: apsw.Connection) -> Iterator[str]:
    """The index of words is the one that the live notes make, word for word."""
    raw.execute("INSERT INTO note_words (note_words) VALUES ('integrity-check')")
    with closing(apsw.Connection(":memory:")) as fresh:
        fresh.execute(f"CREATE VIRTUAL TABLE note_words USING fts5 ({INDEX})")
        for number, account_id, title, bucket, tags, text in raw.execute(
            "SELECT number, account_id, title, bucket, tags, text FROM notes WHERE trashed_at IS NULL"
        ):
            fresh.execute(
                "INSERT INTO note_words (rowid, account, title, labels, body) VALUES (?, ?, ?, ?, ?)",
                (
                    number,
                    "a" + account_id.replace("-", ""),
                    searchable(title),
                    searchable(" ".join([bucket, *json.loads(tags)])),
                    searchable(text),
                ),
            )
        if (found := _vocabulary(raw)) != (expected := _vocabulary(fresh)):
            yield f"words differ: {sorted(found ^ expected)[:20]}"


def _vocabulary(raw: apsw.Connection) -> set[tuple[object, ...]]:
    raw.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab (main, note_words, instance)")
    return set(raw.execute("SELECT * FROM temp.vocabulary").fetchall())
