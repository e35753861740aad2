"""Databases to move from and to: filled through the services, and looked at from outside."""

import base64
import hashlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import apsw
import psycopg
import pytest

from spote.domain import accounts, apps, files, notes, requests, sharing, tokens
from spote.domain.search.queries import passages
from spote.identity import Actor, Verb, Via
from spote.settings import Settings
from spote.storage import Connection, Database, open_database
from spote.storage.moving import move_database
from spote.storage.moving.tables import NOT_MOVED
from tests.faults.soundness import contradictions
from tests.mails import token_in
from tests.postgresql import PostgreSQL
from tests.schema import columns, tables

EMAIL = "ada@example.org"
LAST_WORD = "zebrafinch"
DIRECTIONS = [("sqlite", "postgresql"), ("postgresql", "sqlite")]
directions = pytest.mark.parametrize(("one", "other"), DIRECTIONS)
# In a small process between: Linux counts what a process had before it became another one.
MEASURE = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""
HOSTILE = [
    "",
    " ",
    "\n\r\n\t",
    "🦊👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿 \U0010ffff",
    "Z" + "\u0301\u0323" * 200 + " é e\u0301 \u200f\u202e\ufeff",
    "'; DROP TABLE notes; -- \\ \\x00 %s :name $1 \\N \\.",
    "\x01\x1f\x7f\x80 \ufffe\uffff",
    "中文字 日本語 ภาษาไทย [[Note 1]] #tag/deep #日本",
    "word " * 209_715,  # 1 MiB
]


@dataclass(frozen=True)
class End:
    """One end of a move."""

    settings: Settings

    @property
    def engine(self) -> str:
        return "postgresql" if self.settings.database_url else "sqlite"

    @property
    def argument(self) -> str:
        return self.settings.database_url or str(self.settings.data)

    def opened(self) -> Any:
        return closing(open_database(self.settings))

    def contradictions(self) -> list[str]:
        return contradictions(self.settings.data, self.settings.database_url)

    def sql(self, text: str, **values: object) -> list[tuple[Any, ...]]:
        """Through the driver alone."""
        if self.engine == "sqlite":
            with closing(apsw.Connection(str(self.settings.data / "spote.db"))) as raw:
                return raw.execute(text, values).fetchall()
        with psycopg.connect(self.settings.database_url, autocommit=True) as connection:
            cursor = connection.execute(re.sub(r"(?<!:):(\w+)", r"%(\1)s", text).encode(), values)
            return cursor.fetchall() if cursor.description else []

    def contents(self) -> dict[str, tuple[int, str]]:
        """How many rows each table has, and a digest of all its values."""
        return {
            table: self._digest(table)
            for table in tables(self.sql, self.engine)
            if table not in NOT_MOVED
        }

    def _digest(self, table: str) -> tuple[int, str]:
        names = sorted(column.name for column in columns(self.sql, self.engine, table))
        rows = sorted(map(repr, self.sql(f"SELECT {', '.join(names)} FROM {table}")))
        return len(rows), hashlib.sha256("\n".join([*names, *rows]).encode()).hexdigest()


def new_end(engine: str, folder: Path, postgresql: PostgreSQL) -> End:
    """Nothing is there yet, but for PostgreSQL's empty database."""
    url = postgresql.new_database() if engine == "postgresql" else ""
    return End(Settings(data=folder, database_url=url))


def move(source: End, target: End) -> subprocess.CompletedProcess[str]:
    process = start_move(source, target)
    out, err = process.communicate(timeout=1800)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def measured_move(source: End, target: End) -> tuple[float, int]:
    """Seconds, and bytes of memory at the most."""
    began = time.monotonic()
    process = start_move(source, target, sys.executable, "-c", MEASURE)
    out, err = process.communicate(timeout=3600)
    assert process.returncode == 0, err
    return time.monotonic() - began, int(out.splitlines()[-1]) * 1024


def start_move(source: End, target: End, *before: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "spote", "database", "move", source.argument, target.argument]
    return subprocess.Popen(
        [*before, *command],
        env={name: it for name, it in os.environ.items() if not name.startswith("SPOTE_")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def move_here(source: End, target: End, **hooks: Any) -> None:
    """In this process, with other hooks than the command's."""
    usual: dict[str, Any] = {
        "rebuild": notes.index_words,
        "check": notes.find_disagreements,
        "report": lambda *_: None,
    }
    move_database(source.settings, target.settings, **{**usual, **hooks})


def broken_off(source: End, target: End, *, after: str, by: signal.Signals) -> tuple[int, str]:
    """A move that gets a signal once it has said that. Returns its exit code and all that it said."""
    process = start_move(source, target)
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if line.startswith(after):
            break
    else:
        raise AssertionError(f"the move never said {after}:\n{said}")
    process.send_signal(by)
    out, err = process.communicate(timeout=60)
    return process.returncode, said + out + err


def fill(database: Database, number: int) -> str:
    """An account with so many notes with histories, another account, and something in every other table.

    Returns a token of the first one.
    """
    actor, token = database.write_now(_people)
    first = database.write_now(partial(_odd_notes, actor=actor))
    for begin in range(0, number, 200):
        some = range(begin, min(begin + 200, number))
        database.write_now(partial(_notes_with_histories, actor=actor, numbers=some))
    database.write_now(partial(_what_hangs_on_them, actor=actor, first=first))
    return token


def _people(db: Connection) -> tuple[Actor, str]:
    _person(db, "zoë@example.org")
    token = _person(db, EMAIL)
    agent = tokens.authenticate_token(db, token, Via.API, "curl/8")
    usage = tokens.TokenUsage()
    usage.take(agent, limit=5, now=db.now, address="192.0.2.7")
    tokens.record_usage(db, usage)
    return agent, token


def _person(db: Connection, email: str) -> str:
    """Returns a token."""
    draft = accounts.SignUp(email=email, password="correct horse", name="Zoë 🦊")
    account = accounts.create_account(db, draft, "hash")
    session = accounts.open_session(db, account.id, "hash", "Firefox", "192.0.2.1")
    person = accounts.authenticate_session(db, session.secret)
    tokens.create_token(db, person, tokens.TokenDraft(label="Reader", preset="read"))
    let_app_in(db, person)
    return tokens.create_token(db, person, tokens.TokenDraft(label="Script 📝")).token


def let_app_in(db: Connection, person: Actor) -> apps.Issued:
    """What an app gets that the person agrees to."""
    back, verifier = "http://127.0.0.1/back", "v" * 43
    draft = apps.ClientDraft(client_name="App 🦊", redirect_uris=(back,))
    client = apps.register_client(db, draft)
    digest = hashlib.sha256(verifier.encode()).digest()
    asking = {
        "response_type": "code",
        "code_challenge_method": "S256",
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
    }
    asked = apps.check_request(db.settings, client, back, asking)
    code = apps.grant_consent(db, person, asked, tokens.Access(verbs=(Verb.READ,)))
    given = {"client_id": client.id, "redirect_uri": back, "code_verifier": verifier}
    issued = apps.redeem_code(db, {**given, "code": code})
    assert isinstance(issued, apps.Issued)
    return issued


def _odd_notes(db: Connection, actor: Actor) -> str:
    """Each text as the present one and as a past one. Returns the id of the first."""
    ids = []
    for number, text in enumerate(HOSTILE):
        title = text[:50].strip() or f"Odd {number}"
        draft = notes.NoteDraft(title=re.sub(r"[\x00-\x1f\x7f-\x9f]", "?", title), text=text)
        ids.append(notes.create_note(db, actor, draft).id)
        other = notes.NoteDraft(title=f"Past {number}", text=text)
        past = notes.create_note(db, actor, other)
        notes.update_note(db, actor, past.id, notes.NoteChange(text=f"now {number}"))
    return ids[0]


def _notes_with_histories(db: Connection, actor: Actor, numbers: range) -> None:
    for number in numbers:
        words = " ".join(f"w{number * k % 9973}" for k in range(1, 120))
        draft = notes.NoteDraft(
            title=f"Note {number}",
            text=f"{words} #tag{number % 7} [[Note {number - 1}]]",
            bucket=f"Work/{number % 5}",
        )
        note = notes.create_note(db, actor, draft)
        change = notes.NoteChange(text=f"{words} changed #tag{number % 11}", bucket="Later")
        notes.update_note(db, actor, note.id, change)
        notes.edit_note(db, actor, note.id, notes.NoteEdit(op="append", text=f"\n{words} 🦊"))
        if number % 10 == 0:
            notes.delete_note(db, actor, note.id)
        if number % 20 == 0:
            notes.restore_note(db, actor, note.id)


def _what_hangs_on_them(db: Connection, actor: Actor, first: str) -> None:
    draft = notes.NoteDraft(title="Last", text=f"{LAST_WORD} /app/note/{first}")
    last = notes.create_note(db, actor, draft)
    notes.create_relation(db, actor, last.id, notes.RelationDraft(target_id=first))
    place = notes.FilePlace("folder/a.md", ("folder",), "a", 1_600_000_000_000)
    notes.import_note(db, actor, notes.read_markdown_file(b"# Imported\n", place))
    sequence = passages.next_sequences(db, actor.account_id, 1)
    passage = passages.NewPassage(0, 4, b"digest", bytes(range(256)), sequence)
    passages.insert_passages(db, actor.account_id, first, "model/1", [passage])
    upload = files.begin_upload(db, actor)
    files.begin_upload(db, actor)
    file = files.finish_upload(db, actor, upload, files.Receiver(9).result("a.txt"))
    notes.create_note(db, actor, notes.NoteDraft(title="With a file", text=file.url))
    _share(db, actor, last.id)
    notes.watch_note(db, actor, first, "session")
    requests.take_attempt(db, [("someone", 5)])
    requests.keep_answer(
        db,
        requests.RepeatableRequest(
            scope=actor.account_id,
            credential_id=actor.credential_id,
            credential_secret="secret",
            method="POST",
            path="/api/notes",
            key="once",
            body_hash=b"\x00" * 32,
        ),
        requests.StoredAnswer(201, (), b"{}"),
    )


def _share(db: Connection, actor: Actor, note_id: str) -> None:
    """One that is accepted and one whose mail has not gone; and a mail about a token that waits."""
    emails = ("unsent@example.org", "zoë@example.org")
    drafts = [sharing.ShareDraft(email=email, permission="write") for email in emails]
    _, unsent = [sharing.create_share(db, actor, note_id, draft) for draft in drafts]
    sharing.confirm_share(db, actor, note_id, unsent.id)
    guest = accounts.account_by_email(db, "zoë@example.org")
    session = accounts.open_session(db, guest.id, "hash", "Firefox", "192.0.2.1")
    person = accounts.authenticate_session(db, session.secret)
    token = sharing.Invitation(token=token_in(unsent.mail.link))
    sharing.accept_share(db, person, token)
    soon = tokens.TokenDraft(label="Soon", expires_in_days=20)
    token_id = tokens.create_token(db, person, soon).id
    db.execute(
        "UPDATE tokens SET created_at = created_at - :month, expires_at = :soon WHERE id = :id",
        {"month": 86_400_000 * 30, "soon": db.now + 86_400_000 * 3, "id": token_id},
    )
    assert tokens.plan_notices(db) == 1


def fill_with_big_notes(database: Database, number: int) -> None:
    """Of 1 MB, with a past text as long."""
    actor, _ = database.write_now(_people)
    for place in range(number):
        database.write_now(partial(_big_note, actor=actor, number=place))


def _big_note(db: Connection, actor: Actor, number: int) -> None:
    text = f"{number} " + "word " * 200_000
    note = notes.create_note(db, actor, notes.NoteDraft(title=f"Big {number}", text=text))
    notes.update_note(db, actor, note.id, notes.NoteChange(text=f"{text} more"))


def numbers_of(end: End) -> Iterator[int]:
    return (number for (number,) in end.sql("SELECT number FROM notes ORDER BY number"))
