"""One PostgreSQL connection: prepared statements straight through libpq, without a cursor for each.

psycopg makes the connection and reads the rows; its cursors would cost three times the CPU of what they do here.
"""

import hashlib
import select
import time
from collections.abc import Iterable, Mapping, Sequence
from select import POLLIN, POLLOUT
from typing import Any, NamedTuple

import psycopg
from psycopg.adapt import Transformer
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

from spote.errors import Unavailable
from spote.settings import Settings
from spote.storage.contract import Row
from spote.storage.dialects.postgresql import presence
from spote.storage.dialects.postgresql.failures import down
from spote.storage.dialects.postgresql.statements import BINARY, TEXT, encoded, statement
from spote.storage.dialects.postgresql.words import WORDS
from spote.storage.moving.sole_use import being_moved

NOTHING: Mapping[str, object] = {}
PREPARED_LIMIT = 500  # statements that one connection keeps prepared
AHEAD_LIMIT = 200  # statements sent before the first answer is read
READ = b"BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
WRITE = b"BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE"
CHANNEL = "spote"  # on which servers tell each other that there are new events

# What the URL says wins. A host that vanished is given up within about 20 seconds.
DEFAULTS: Mapping[str, object] = {
    "application_name": "spote",
    "client_encoding": "utf8",
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 20_000,  # ms
    "target_session_attrs": "read-write",
}
# Everything is found through an index. Plans that read whole tables seem cheap as long as statistics are missing or
# old, and are never good here.
PLANS: Mapping[str, str] = {
    "client_min_messages": "error",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_seqscan": "off",
    "jit": "off",
}
IDLE_SECONDS = 60  # within a transaction: a server that froze must not keep its locks


# A list of values, not a join: the planner would join the other way round where an account is small.
_NUMBERED = (
    "p.number = ANY(ARRAY("
    "SELECT CAST(it.key AS bigint) FROM json_object_keys(CAST(:numbers AS json)) AS it (key)))"
)


class Command(NamedTuple):
    """A statement on its way: prepared under a name, or by its text."""

    name: bytes
    text: bytes
    parameters: Sequence[Any] = ()  # bytes, or None for NULL
    formats: Sequence[int] = ()


class PostgreSQLConnection:
    """See `storage.Connection`. What needs no answer of its own travels with the next statement that does."""

    words = WORDS
    numbered_passages = (
        "passages AS p JOIN notes AS n ON n.account_id = p.account_id AND n.id = p.note_id"
        f" AND p.account_id = :owner AND {_NUMBERED}"
    )
    # Few notes are in the trash, and an index of those alone says so in a fifth of the time that looking at the notes
    # takes. As a value, since the planner would make a join of EXISTS, that reads the whole trash for each passage.
    own_passages = (
        f"passages AS p WHERE p.account_id = :me AND {_NUMBERED} AND (SELECT n.id FROM notes AS n"
        " WHERE n.account_id = p.account_id AND n.id = p.note_id AND n.trashed_at IS NOT NULL) IS NULL"
    )

    def __init__(self, raw: psycopg.Connection[Any], settings: Settings) -> None:
        self.raw = raw
        self.settings = settings
        self.now = 0
        self.has_news = False  # events were published that others have to be told of
        self._pg = raw.pgconn
        self._rows = Transformer(raw)
        self._prepared: dict[str, bytes] = {}
        self._ahead: list[Command] = []
        self._locked: set[str] = set()
        self._has_waited = False

    def begin(self, how: bytes) -> None:
        self._ahead = [Command(b"", how)]
        self._locked.clear()
        self.has_news = False
        self._look_at_clock()

    def commit(self) -> None:
        """Raises psycopg.Error; where the connection broke, nobody knows whether it was done."""
        if self._run(Command(b"", b"COMMIT")).command_status != b"COMMIT":
            raise psycopg.InternalError("the transaction had failed before")

    def roll_back(self) -> bool:
        """Whatever state it is in. False where the connection is of no more use."""
        self._ahead.clear()
        try:
            return (
                self._pg.transaction_status == TransactionStatus.IDLE
                or self._pg.exec_(b"ROLLBACK").status == ExecStatus.COMMAND_OK
            )
        except psycopg.Error:
            return False

    def forget_prepared(self) -> None:
        """Outside a transaction."""
        self.raw.execute("DEALLOCATE ALL")
        self._prepared.clear()

    @property
    def is_lost(self) -> bool:
        return self._pg.status != ConnStatus.OK

    def close(self) -> None:
        self.raw.close()

    def all(self, sql: str, values: Mapping[str, object] = NOTHING) -> list[Row]:
        result = self._run(self._command(sql, values))
        self._rows.set_pgresult(result)
        return self._rows.load_rows(0, result.ntuples, tuple)

    def one(self, sql: str, values: Mapping[str, object] = NOTHING) -> Row | None:
        rows = self.all(sql, values)
        return rows[0] if rows else None

    def execute(self, sql: str, values: Mapping[str, object] = NOTHING) -> int:
        return self._run(self._command(sql, values)).command_tuples or 0

    def send(self, sql: str, values: Mapping[str, object] = NOTHING) -> None:
        self._put_ahead(self._command(sql, values))

    def send_each(self, sql: str, rows: Iterable[Mapping[str, object]]) -> None:
        for values in rows:
            self._put_ahead(self._command(sql, values))

    def lock(self, subject: str) -> bool:
        if subject in self._locked:
            return False
        self._locked.add(subject)
        key = b"%d" % _lock_key(subject)
        self._put_ahead(Command(b"", b"SELECT pg_advisory_xact_lock($1)", [key], [TEXT]))
        self._has_waited = True
        return True

    def try_lock(self, subject: str) -> bool:
        row = self.one("SELECT pg_try_advisory_xact_lock(:key)", {"key": _lock_key(subject)})
        return bool(row and row[0])

    def announce(self) -> None:
        self.has_news = True

    def notify(self) -> bool:
        """False where the connection is of no more use."""
        self.has_news = False
        try:
            result = self._pg.exec_(b"NOTIFY " + CHANNEL.encode())
        except psycopg.Error:
            return False
        return result.status == ExecStatus.COMMAND_OK

    def check(self) -> None:
        self.one("SELECT count(*) FROM (SELECT id FROM accounts LIMIT 1) AS one")
        self.one("SELECT number FROM note_words LIMIT 1")

    def _command(self, sql: str, values: Mapping[str, object]) -> Command:
        wanted = statement(sql)
        parameters, formats = encoded(wanted.names, values)
        return Command(self._prepare(sql, wanted.text), b"", parameters, formats)

    def _prepare(self, sql: str, text: bytes) -> bytes:
        """Once on each connection."""
        if name := self._prepared.get(sql):
            return name
        self._send_ahead()
        if len(self._prepared) >= PREPARED_LIMIT:
            self._checked(self._pg.exec_(b"DEALLOCATE ALL"))
            self._prepared.clear()
        name = b"s%d" % len(self._prepared)
        self._checked(self._pg.prepare(name, text))
        self._prepared[sql] = name
        return name

    def _put_ahead(self, command: Command) -> None:
        if len(self._ahead) >= AHEAD_LIMIT:
            self._send_ahead()
        self._ahead.append(command)

    def _send_ahead(self) -> None:
        if self._ahead:
            self._run(self._ahead.pop())

    def _run(self, command: Command) -> PGresult:
        """The command's answer. One round trip, also with others ahead of it."""
        if not self._ahead and command.name:
            return self._checked(
                self._pg.exec_prepared(command.name, command.parameters, command.formats, BINARY)
            )
        ahead, self._ahead = self._ahead, []
        self._pg.nonblocking = (
            1  # in this mode psycopg lets other threads run only where it need not wait
        )
        self._pg.enter_pipeline_mode()
        for one in (*ahead, command):
            if one.name:
                self._pg.send_query_prepared(one.name, one.parameters, one.formats, BINARY)
            else:
                self._pg.send_query_params(one.text, one.parameters, None, one.formats)
        self._pg.pipeline_sync()
        result = self._last_answer()
        self._pg.exit_pipeline_mode()
        self._pg.nonblocking = 0
        if self._has_waited:
            self._look_at_clock()
        if result.status == ExecStatus.FATAL_ERROR:
            raise self._failure(result)
        return result

    def _last_answer(self) -> PGresult:
        """Of a pipeline; or the first error, as what comes after that is not run."""
        while self._pg.flush():
            self._wait(POLLIN | POLLOUT)
            self._pg.consume_input()
        last: PGresult | None = None
        while True:
            while self._pg.is_busy():
                self._wait(POLLIN)
                self._pg.consume_input()
            result = self._pg.get_result()
            if result is None:  # between two answers, or at the end of a connection that was lost
                if self.is_lost:
                    raise self._failure(last)
            elif result.status == ExecStatus.PIPELINE_SYNC and last is not None:
                return last
            elif last is None or last.status != ExecStatus.FATAL_ERROR:
                last = result

    def _wait(self, what: int) -> None:
        poll = select.poll()
        poll.register(self._pg.socket, what)
        poll.poll()

    def _checked(self, result: PGresult) -> PGresult:
        if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            raise self._failure(result)
        return result

    def _failure(self, result: PGresult | None) -> psycopg.Error:
        if result is None or (self.is_lost and not result.error_field(DiagnosticField.SQLSTATE)):
            return psycopg.OperationalError(self._pg.get_error_message())
        return error_from_result(result)

    def _look_at_clock(self) -> None:
        """At the beginning, and anew once a lock was had: what others wrote meanwhile is not later than now."""
        self.now = time.time_ns() // 1_000_000
        self._has_waited = False


def open_connection(settings: Settings, *, joins: bool = True) -> PostgreSQLConnection:
    """Beside others that use the database, unless it does not join them.

    Raises:
        Unavailable: no server of the URL answers as the primary, or the database is being moved.
    """
    try:
        raw = psycopg.connect(
            **parameters(settings),  # type: ignore[arg-type]
            autocommit=True,
            prepare_threshold=None,  # else it discards our statements too, after an ALTER or DROP
        )
    except psycopg.Error as error:
        raise down(error) from error
    limits = {
        "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
        "lock_timeout": f"{int(settings.busy_seconds * 1000)}ms",
    }
    sets = "; ".join(f"SET {name} = '{value}'" for name, value in {**PLANS, **limits}.items())
    try:
        joined = raw.execute(f"{presence.JOIN if joins else 'SELECT true'}; {sets}".encode())
        is_welcome = joined.fetchone() == (True,)
    except psycopg.Error as error:
        raw.close()
        raise down(error) from error
    if not is_welcome:
        raw.close()
        raise being_moved()
    return PostgreSQLConnection(raw, settings)


def parameters(settings: Settings) -> dict[str, object]:
    """Raises Unavailable for a URL that libpq does not understand; what it says might quote the password."""
    try:
        given = conninfo_to_dict(settings.database_url)
    except psycopg.Error:
        raise Unavailable(
            "SPOTE_DATABASE_URL is not a URL that PostgreSQL understands. It must look like"
            " postgresql://user:password@host/name, with %-codes for special characters."
        ) from None
    return {**DEFAULTS, **given}


def _lock_key(subject: str) -> int:
    """Of 64 bits: two subjects that meet in one by chance only wait for each other."""
    digest = hashlib.blake2b(subject.encode(), digest_size=8, person=b"spote lock").digest()
    return int.from_bytes(digest, "big", signed=True)
