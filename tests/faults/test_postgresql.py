"""PostgreSQL restarts, fails over or is busy: nothing acknowledged is lost, and servers come back by themselves."""

import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest

from spote.errors import InvalidInput, Unavailable
from spote.settings import Settings
from spote.storage import Connection, open_database
from spote.storage.dialects.postgresql import connection as connections
from spote.storage.dialects.postgresql.migrate import migrations
from tests.faults.soundness import contradictions
from tests.postgresql import PostgreSQL, running_postgresql, server_folder
from tests.properties.soak import rounds
from tests.servers import new_token, running
from tests.waiting import until

RECOVERED_SECONDS = 40
WRITERS = 4
MIGRATE = sys.modules[migrations.__module__]
SETTINGS = {"sign_up": "open", "requests_per_minute": 10_000_000}

pytestmark = pytest.mark.engine("postgresql")


class PatientWriter:
    """Makes notes and adds lines to one that all write to, and goes on whatever the answer is."""

    def __init__(self, name: str, url: str, token: str, log_id: str) -> None:
        self.name = name
        self.made: dict[str, str] = {}  # titles by ids, as acknowledged
        self.lines: list[str] = []  # acknowledged
        self.repeated: dict[str, str] = {}  # ids by keys
        self.surprises: list[str] = []
        self.succeeded_at = 0.0  # by time.monotonic(), for the last time
        self.refusals = 0
        self._log_id = log_id
        self._client = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30
        )
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write, name=name, daemon=True)
        self._thread.start()

    def finish(self) -> None:
        self._stop.set()
        self._thread.join(60)
        assert not self._thread.is_alive()

    def _write(self) -> None:
        number = 0
        with self._client:
            while not self._stop.is_set():
                number += 1
                for act in (self._create, self._append, self._create_once):
                    act(f"{self.name} {number}")

    def _create(self, title: str) -> None:
        if answer := self._send("POST", "/api/notes", 201, title=title, text=f"text of {title}"):
            self.made[answer["_id"]] = title

    def _append(self, line: str) -> None:
        edit = {"op": "append", "text": f"{line}\n"}
        if self._send("PATCH", f"/api/notes/{self._log_id}", 200, **edit):
            self.lines.append(line)

    def _create_once(self, key: str) -> None:
        """As often as it takes, and yet one note."""
        while not (
            answer := self._send("POST", "/api/notes", 201, key=key, title=f"once {key}", text="")
        ):
            if self._stop.is_set():
                return
        self.repeated[key] = answer["_id"]

    def _send(self, method: str, path: str, status: int, key: str | None = None, **body: str):
        headers = {"Idempotency-Key": key} if key else {}
        answer = self._client.request(method, path, json=body, headers=headers)
        if answer.status_code == status:
            self.succeeded_at = time.monotonic()
            return answer.json()
        if answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0:
            self.refusals += 1
            time.sleep(0.05)  # less than was asked for, to see more of it
        else:
            self.surprises.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return None


class Party:
    """Two servers and writers at both."""

    def __init__(self, stack: ExitStack, folder: Path, url: str) -> None:
        self._stack = stack
        self.servers = [
            stack.enter_context(running(folder / name, database_url=url, **SETTINGS))
            for name in ("one", "other")
        ]
        with closing(self.servers[0].sign_up()) as person:
            self.token = new_token(person)
            self.log_id = person.post("/api/notes", json={"title": "Log", "text": ""}).json()["_id"]
        self._processes = [server.process.pid for server in self.servers]
        self.writers = [
            PatientWriter(f"w{n}", self.servers[n % 2].url, self.token, self.log_id)
            for n in range(WRITERS)
        ]

    def wait_for_all(self, since: float) -> float:
        """Until each writer has had a success since then; returns the seconds."""
        while min(writer.succeeded_at for writer in self.writers) < since:
            assert time.monotonic() - since < 60, "a server does not come back"
            time.sleep(0.02)
        return time.monotonic() - since

    def check(self, url: str) -> None:
        """After the end: all that was acknowledged is there, once."""
        for writer in self.writers:
            writer.finish()
        assert [writer.surprises for writer in self.writers if writer.surprises] == []
        assert [server.process.pid for server in self.servers] == self._processes
        assert [server.process.poll() for server in self.servers] == [None, None]
        assert contradictions(Path(), url) == []
        with psycopg.connect(url) as connection:
            titles: dict[str, str] = dict(
                connection.execute("SELECT id, title FROM notes").fetchall()
            )
            [(text,)] = connection.execute("SELECT text FROM notes WHERE title = 'Log'").fetchall()
        for writer in self.writers:
            assert writer.made.items() <= titles.items()
            for key, note_id in writer.repeated.items():
                assert [id_ for id_, title in titles.items() if title == f"once {key}"] == [note_id]
        lines = text.splitlines()
        assert len(set(lines)) == len(lines)
        assert {line for writer in self.writers for line in writer.lines} <= set(lines)
        for server in self.servers:
            assert "Traceback" not in server.log()


@contextmanager
def party(folder: Path, url: str) -> Iterator[Party]:
    with ExitStack() as stack:
        yield Party(stack, folder, url)


@pytest.mark.timeout(600)
def test_a_restart_loses_nothing_and_servers_recover(tmp_path: Path) -> None:
    with running_postgresql() as postgresql:
        url = postgresql.new_database()
        with party(tmp_path, url) as guests:
            for number in range(rounds(3, 30)):
                guests.wait_for_all(time.monotonic())
                postgresql.stop("immediate" if number % 2 == 0 else "fast")
                with guests.servers[0].client(guests.token) as client:
                    answer = client.get("/api/notes")
                assert answer.status_code == 503, answer.text
                assert int(answer.headers["Retry-After"]) > 0
                postgresql.start()
                assert guests.wait_for_all(time.monotonic()) < RECOVERED_SECONDS
            guests.check(url)
            assert sum(writer.refusals for writer in guests.writers) > 0


@pytest.mark.timeout(300)
def test_a_promoted_replica_has_all_that_was_acknowledged(tmp_path: Path) -> None:
    with running_postgresql() as primary, server_folder() as folder:
        primary.execute("CREATE DATABASE spote")
        replica = PostgreSQL(folder)
        replica.copy(primary)
        replica.start()
        try:
            primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            primary.execute("SELECT pg_reload_conf()")
            hosts = f"127.0.0.1:{primary.port},127.0.0.1:{replica.port}"
            url = f"postgresql://postgres@{hosts}/spote?target_session_attrs=read-write"
            with party(tmp_path, url) as guests:
                guests.wait_for_all(time.monotonic())
                time.sleep(1)
                primary.stop("immediate")
                started = time.monotonic()
                replica.promote()
                assert guests.wait_for_all(time.monotonic()) < RECOVERED_SECONDS
                print(f"writing again after {time.monotonic() - started:.1f} s")
                time.sleep(1)
                guests.check(replica.url("spote"))
        finally:
            replica.stop("immediate")
            primary.start()  # for its own end


def test_a_write_whose_outcome_is_unknown_says_so_and_can_be_repeated(tmp_path: Path) -> None:
    with running_postgresql() as postgresql:
        url = postgresql.new_database()
        with running(tmp_path / "data", database_url=url, **SETTINGS) as server:
            person = server.sign_up()
            set_standby(postgresql, "nobody")  # so that commits wait, having been done here
            note, headers = {"title": "Once", "text": ""}, {"Idempotency-Key": "k"}
            with ThreadPoolExecutor(1) as threads, closing(person):
                waiting = threads.submit(person.post, "/api/notes", json=note, headers=headers)
                until(lambda: commits_waiting(postgresql))
                postgresql.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
                )
                answer = waiting.result()
                assert answer.status_code == 503
                assert "may have saved it or not" in answer.json()["message"]
                set_standby(postgresql, "")
                again = person.post("/api/notes", json=note, headers=headers)
                assert again.status_code == 201
                assert person.get("/api/notes").headers["X-Total-Count"] == "1"


def set_standby(postgresql: PostgreSQL, name: str) -> None:
    postgresql.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'")
    postgresql.execute("SELECT pg_reload_conf()")
    time.sleep(0.2)


def commits_waiting(postgresql: PostgreSQL) -> bool:
    return postgresql.execute(
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    ) == [(True,)]


@pytest.fixture
def settings(tmp_path: Path, new_database_url: str) -> Settings:
    return Settings(
        data=tmp_path / "data",
        database_url=new_database_url,
        reader_threads=2,
        writer_threads=2,
        busy_seconds=0.5,
    )


def look(db: Connection) -> int:
    row = db.one("SELECT count(*) FROM notes")
    return int(row[0]) if row else 0


def seconds_until_refused(call: Callable[[], object]) -> float:
    started = time.monotonic()
    with pytest.raises(Unavailable):
        call()
    return time.monotonic() - started


def test_who_waits_for_a_lock_or_a_thread_is_turned_away_in_time(settings: Settings) -> None:
    with (
        closing(open_database(settings)) as database,
        psycopg.connect(settings.database_url) as other,
    ):
        other.execute("LOCK TABLE notes IN ACCESS EXCLUSIVE MODE")
        for run in (database.read_now, database.write_now):
            with ThreadPoolExecutor(8) as threads:
                waits = threads.map(
                    lambda _, run=run: seconds_until_refused(lambda: run(look)), range(8)
                )
                assert max(waits) < 15
        other.rollback()
        assert database.read_now(look) == database.write_now(look) == 0


def test_jobs_that_never_end_keep_others_waiting_no_longer_than_was_said(
    settings: Settings,
) -> None:
    begun, go_on = threading.Semaphore(0), threading.Event()

    def stuck_job(db: Connection) -> bool:
        begun.release()
        return go_on.wait(60)

    with closing(open_database(settings)) as database, ThreadPoolExecutor(2) as threads:
        stuck = [threads.submit(database.read_now, stuck_job) for _ in range(2)]
        assert all(begun.acquire(timeout=60) for _ in stuck)
        assert seconds_until_refused(lambda: database.read_now(look)) < 15
        assert database.write_now(look) == 0
        go_on.set()
        assert all(one.result() for one in stuck)
        assert database.read_now(look) == 0


def test_a_failed_migration_leaves_the_old_schema(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = migrations()
    broken = (99, "CREATE TABLE half (id BIGINT); INSERT INTO half VALUES (1 / 0);")
    with monkeypatch.context() as patch:
        patch.setattr(MIGRATE, "migrations", lambda: (*known, broken))
        with pytest.raises(Unavailable, match="has the old one: division by zero"):
            open_database(settings)
    with closing(open_database(settings)) as database:
        assert database.read_now(lambda db: db.one("SELECT to_regclass('half')")) == (None,)
        assert database.read_now(look) == 0


def test_servers_that_start_at_once_migrate_once(postgresql: PostgreSQL, tmp_path: Path) -> None:
    for _ in range(rounds(2, 20)):
        url = postgresql.new_database()
        settings = Settings(data=tmp_path, database_url=url)
        with ThreadPoolExecutor(6) as threads:
            for database in threads.map(lambda _, at=settings: open_database(at), range(6)):
                database.close()
        versions = postgresql.execute(
            "SELECT version FROM schema_version ORDER BY 1", url.rpartition("/")[2]
        )
        assert versions == [(number,) for number, _ in migrations()]
        postgresql.drop_database(url)


def test_a_newer_schema_is_left_alone(settings: Settings) -> None:
    open_database(settings).close()
    with psycopg.connect(settings.database_url) as connection:
        connection.execute("INSERT INTO schema_version (version) VALUES (99)")
    with pytest.raises(Unavailable, match="Use a newer Spote"):
        open_database(settings)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:secretword@127.0.0.1:1/spote",
        "postgresql://ada:secretword%zz@127.0.0.1/spote",
        "postgresql://ada:secretword@127.0.0.1:1/spote?nonsense=secretword",
        "mysql://ada:secretword@127.0.0.1/spote",
        "postgresql://ada:secretword@127.0.0.1",
        "postgresql://ada:secret[word@127.0.0.1/spote",
    ],
)
@pytest.mark.parametrize("command", ["serve", "doctor"])
def test_a_url_that_cannot_be_used_stops_the_start_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    url: str,
    command: str,
) -> None:
    from spote.cli import main

    monkeypatch.setenv("SPOTE_DATA", str(tmp_path))
    monkeypatch.setenv("SPOTE_DATABASE_URL", url)
    monkeypatch.setattr("sys.argv", ["spote", command])
    with pytest.raises(SystemExit) as ended:
        main()
    said = f"{ended.value.code} {''.join(capfd.readouterr())}"
    assert "SPOTE_DATABASE_URL" in said
    assert re.search(r"\b(secret|word)", said) is None
    assert "Traceback" not in said


def test_nothing_is_found_by_a_text_that_postgresql_cannot_hold(settings: Settings) -> None:
    from spote.errors import NotFound

    with closing(open_database(settings)) as database, pytest.raises(NotFound):
        database.read_now(lambda db: db.one("SELECT 1 FROM notes WHERE id = :id", {"id": "a\x00b"}))


def test_copies_are_left_to_postgresql(settings: Settings, tmp_path: Path) -> None:
    with closing(open_database(settings)) as database, pytest.raises(InvalidInput, match="pg_dump"):
        database.backup(tmp_path / "copy")


def test_a_schema_that_changed_under_prepared_statements_is_no_error(settings: Settings) -> None:
    statement = "SELECT * FROM attempts"
    with closing(open_database(settings)) as database:
        assert database.read_now(lambda db: db.all(statement)) == []
        with psycopg.connect(settings.database_url) as connection:
            connection.execute("ALTER TABLE attempts ADD COLUMN more BIGINT")
        assert [database.read_now(lambda db: db.all(statement)) for _ in range(4)] == [[]] * 4


def test_more_statements_than_are_kept_prepared_still_run(settings: Settings) -> None:
    def job(db: Connection) -> int:
        rows = [db.one(f"SELECT {n}") for n in range(connections.PREPARED_LIMIT + 10)]
        return len([row for row in rows if row])

    with closing(open_database(settings)) as database:
        for _ in range(2):
            assert database.read_now(job) == connections.PREPARED_LIMIT + 10
