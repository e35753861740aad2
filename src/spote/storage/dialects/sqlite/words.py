"""Full-text search on FTS5. What comes in has been folded and split by `domain/notes/words.py`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spote.storage.contract import Connection

HEAD = "{title labels}"
EVERYTHING = "{title labels body}"


class SQLiteWords:
    """See `storage.contract.Words`."""

    source = "note_words AS w"
    number = found_number = "w.rowid"
    newest_first = "w.rowid DESC"
    where = "note_words MATCH :match"
    where_readable = where  # readers are words of the row
    is_of_note = "n.number = w.rowid"

    def match_query(
        self, account_id: str, phrases: Sequence[Sequence[str]], *, prefix: bool, in_body: bool
    ) -> str:
        quoted = [f'"{" ".join(phrase)}"' for phrase in phrases]
        if prefix:
            quoted[-1] += "*"
        columns = EVERYTHING if in_body else HEAD
        return f'account : "{_account_word(account_id)}" AND {columns} : ({" AND ".join(quoted)})'

    def put(
        self,
        db: "Connection",
        *,
        number: int,
        account_id: str,
        title: str,
        labels: str,
        body: str,
        guest_ids: Sequence[str] = (),
    ) -> None:
        db.execute(
            "INSERT OR REPLACE INTO note_words (rowid, account, title, labels, body)"
            " VALUES (:number, :account, :title, :labels, :body)",
            {
                "number": number,
                "account": " ".join(map(_account_word, (account_id, *guest_ids))),
                "title": title,
                "labels": labels,
                "body": body,
            },
        )

    def drop(self, db: "Connection", *, number: int, account_id: str) -> None:
        db.execute("DELETE FROM note_words WHERE rowid = :number", {"number": number})


WORDS = SQLiteWords()


def _account_word(account_id: str) -> str:
    return "a" + account_id.replace("-", "")
