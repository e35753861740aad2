"""What the rest of the program may ask of a database, and what each engine has to be able to do for that."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from spote.settings import Settings

if TYPE_CHECKING:
    from spote.storage.listening import Look

T = TypeVar("T")
T_contra = TypeVar("T_contra")
Row = tuple[Any, ...]
Done = Callable[[Any, BaseException | None], None]


class Words(Protocol):
    """Full-text search of one engine; `match` is what `match_query` made of the searched terms."""

    @property
    def source(self) -> str:
        """The index, for FROM, as w."""
        ...

    @property
    def number(self) -> str:
        """The column of w that holds the note's number."""
        ...

    @property
    def found_number(self) -> str:
        """The same, where a statement says which of the notes that match are wanted."""
        ...

    @property
    def newest_first(self) -> str:
        """For ORDER BY: what was written last comes first."""
        ...

    @property
    def where(self) -> str:
        """The rows of the account `:me` that match `:match`."""
        ...

    @property
    def where_readable(self) -> str:
        """As `where`, with the rows of notes that others share with the account."""
        ...

    @property
    def is_of_note(self) -> str:
        """The row w is one of the note n."""
        ...

    def match_query(
        self, account_id: str, phrases: Sequence[Sequence[str]], *, prefix: bool, in_body: bool
    ) -> str:
        """For `:match`: every one of the phrases; with `prefix` the last word may go on.

        Without `in_body` only where the title and the labels hold them.
        """
        ...

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
        """Guests are accounts that find the note too."""
        ...

    def drop(self, db: "Connection", *, number: int, account_id: str) -> None: ...


class Connection(Protocol):
    """One connection inside one transaction; what services and queries take as `db`."""

    @property
    def settings(self) -> Settings: ...

    @property
    def words(self) -> Words: ...

    @property
    def numbered_passages(self) -> str:
        """For FROM: passages p, each with its note n, of the account `:owner`.

        The JSON object `:numbers` has the passages' numbers with those of their notes. Each is looked up by its key,
        however many an account has.
        """
        ...

    @property
    def own_passages(self) -> str:
        """For FROM, with its own WHERE: passages p of live notes of the account `:me`, by the same `:numbers`.

        There may be no note n.
        """
        ...

    @property
    def now(self) -> int:
        """When this job began, in milliseconds since 1970: one time for all that it writes."""
        ...

    def all(self, sql: str, values: Mapping[str, object] = ...) -> list[Row]: ...

    def one(self, sql: str, values: Mapping[str, object] = ...) -> Row | None: ...

    def execute(self, sql: str, values: Mapping[str, object] = ...) -> int:
        """Runs a statement and returns how many rows it changed."""
        ...

    def send(self, sql: str, values: Mapping[str, object] = ...) -> None:
        """As `execute`, for who needs no answer: it may travel with the next statement, and fail there."""
        ...

    def send_each(self, sql: str, rows: Iterable[Mapping[str, object]]) -> None:
        """`send` for each of the rows."""
        ...

    def lock(self, subject: str) -> bool:
        """From here to the end nobody else holds this lock, and what is read next is as its last holder left it.

        True where what was read before may be out of date; False where only one writes at a time anyway.
        """
        ...

    def try_lock(self, subject: str) -> bool:
        """As `lock`, but False at once where another holds it."""
        ...

    def announce(self) -> None:
        """After the commit, wake those who listen for events."""
        ...

    def check(self) -> None:
        """Touch the database and its full-text index: raises where they do not answer."""
        ...


Job = Callable[[Connection], T]
CarryOver = Callable[[Connection, Connection], None]  # from the present state into the restored one


class Engine(Protocol):
    """How one kind of database runs jobs on threads of its own."""

    def submit_read(self, job: Job[Any], done: Done) -> None: ...

    def submit_write(self, job: Job[Any], done: Done) -> None: ...

    def listen(self, look: "Look", stopped: threading.Event) -> None:
        """Call `look` with a reading connection at once, then whenever there may be new events, until it is stopped.

        A look that fails because the database went away is followed by another.
        """
        ...

    def backup(self, target: Path) -> None: ...

    def restore(self, source: Path, carry_over: CarryOver) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class ServerState(Generic[T]):
    """What was found where the database is a server."""

    engine: str  # name and version
    schema: int
    newest_schema: int
    result: T | None  # of the job, where the schema is the newest


class DatabaseFiles(Protocol):
    """Files that hold a database: the one in use, and copies made by `Database.backup`."""

    def engine_version(self) -> str:
        """The engine's name and version."""
        ...

    def check_file(self, settings: Settings, file: Path) -> list[str]:
        """What the engine's own checks find wrong; empty when the file is sound. Raises InvalidInput."""
        ...

    def file_schema(self, settings: Settings, file: Path) -> int:
        """Raises InvalidInput for what is no database."""
        ...

    def latest_version(self) -> int:
        """The newest schema that this program knows."""
        ...

    def prepare_copy(self, settings: Settings, file: Path) -> None:
        """Bring it to the newest schema. Raises InvalidInput where that cannot be."""
        ...

    def look_into(self, settings: Settings, file: Path, job: Job[Any]) -> Any:
        """Run a reading job on it."""
        ...

    def database_file(self, settings: Settings) -> Path:
        """Where the database in use is kept."""
        ...
