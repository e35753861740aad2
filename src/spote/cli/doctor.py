"""`spote doctor`: looks whether everything is well, and says what to do where it is not."""

import os
import platform
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer

from spote.cli import operator

if TYPE_CHECKING:
    from spote.settings import Settings
    from spote.storage import Connection

FREE_BYTES = 500 * 1024 * 1024  # less is a problem
LOG_BYTES = 512 * 1024 * 1024  # a longer write-ahead log is a problem
SHOWN = 5  # findings of one kind
ANSWER_SECONDS = 5


class Finding(NamedTuple):
    is_well: bool
    text: str  # where it is not well, with what to do


def add_to(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


def doctor() -> None:
    """Check settings, data folder, database and port. The exit code is 1 where there is a problem."""
    from spote.settings import BadSettings, load_settings

    try:
        settings = load_settings()
    except BadSettings as error:
        findings: Iterator[Finding] = iter(
            [Finding(is_well=False, text=line) for line in str(error).splitlines()]
        )
    else:
        findings = _findings(settings)
    problems = 0
    for finding in findings:
        problems += not finding.is_well
        typer.echo(
            f"{'ok' if finding.is_well else 'PROBLEM':<8} {operator.printable(finding.text)}"
        )
    raise typer.Exit(1 if problems else 0)


def _findings(settings: "Settings") -> Iterator[Finding]:
    checks: list[Callable[[Settings], Iterator[Finding]]] = [
        _settings,
        _versions,
        _data_folder,
        _disk,
        _mail,
        _database,
        _file_store,
        _port,
    ]
    for check in checks:
        yield from check(settings)


def _settings(settings: "Settings") -> Iterator[Finding]:
    from spote.settings import unknown_settings

    for name in unknown_settings():
        yield _problem(f"{name} is not a setting: a misspelling? docs/settings.md lists them.")
    yield _ok(f"Settings: every SPOTE_* value can be used. People open {settings.url}")


def _versions(settings: "Settings") -> Iterator[Finding]:
    from spote import __version__
    from spote.storage import database_files

    engine = database_files(settings).engine_version()
    text = f"Versions: Spote {__version__}, Python {platform.python_version()}, {engine}."
    yield _ok(text)


def _data_folder(settings: "Settings") -> Iterator[Finding]:
    folder = settings.data
    if not folder.exists():
        yield _ok(f"Data folder: {folder} is not there yet; `spote serve` makes it.")
        return
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield _problem(
            f"Data folder: this user cannot write to {folder}. Change its owner, or set SPOTE_DATA to another."
        )
        return
    if folder.stat().st_mode & 0o007:
        yield _problem(
            f"Data folder: every user of this machine can look into {folder}. Run: chmod 700 '{folder}'"
        )
    else:
        yield _ok(f"Data folder: {folder} can be written, and others are kept out.")


def _disk(settings: "Settings") -> Iterator[Finding]:
    folder = next(one for one in (settings.data, *settings.data.parents) if one.exists())
    free = shutil.disk_usage(folder).free
    text = f"Disk: {_size(free)} free."
    if free < FREE_BYTES:
        yield _problem(f"{text} Make room: below {_size(FREE_BYTES)} writes will soon fail.")
    else:
        yield _ok(text)


def _mail(settings: "Settings") -> Iterator[Finding]:
    from urllib.parse import urlsplit

    from spote.domain.mail import list_outbox

    if url := settings.smtp_url.get_secret_value():
        yield _ok(f"Mail: by {urlsplit(url).hostname}, from {settings.mail_sender}.")
        return
    waiting = len(list_outbox(settings.data))
    yield _ok(f"Mail: no mail server is set; {waiting} lie in the outbox (`spote outbox`).")


def _database(settings: "Settings") -> Iterator[Finding]:
    from spote.errors import SpoteError
    from spote.storage import database_files

    if settings.database_url:
        yield from _server(settings)
        return
    files = database_files(settings)
    file = files.database_file(settings)
    if not file.exists():
        yield _ok("Database: none yet; `spote serve` makes it.")
        return
    try:
        schema = files.file_schema(settings, file)
        problems = files.check_file(settings, file)
    except SpoteError as error:
        yield _problem(f"Database: {error.message} {_RESTORE}")
        return
    for problem in problems[:SHOWN]:
        yield _problem(f"Database: {problem}. {_RESTORE}")
    if not problems:
        yield _ok(f"Database: {_size(file.stat().st_size)}, sound in all its parts.")
    yield from _schema(schema, files.latest_version())
    yield _log(file)
    if schema == files.latest_version() and not problems:
        yield from files.look_into(settings, file, _contents)


def _server(settings: "Settings") -> Iterator[Finding]:
    from spote.errors import SpoteError
    from spote.storage import look_at_server

    try:
        found = look_at_server(settings, _contents)
    except SpoteError as error:
        reason = str(error.__cause__ or error).partition("\n")[0]
        yield _problem(f"Database: {error.message} ({reason}) SPOTE_DATABASE_URL says where it is.")
        return
    yield _ok(
        f"Database: {found.engine} answers. Spote keeps its data in {settings.database_place}"
    )
    yield from _schema(found.schema, found.newest_schema)
    yield from found.result or []


def _file_store(settings: "Settings") -> Iterator[Finding]:
    """Whether it answers. A folder is a part of the data folder, which has been looked at."""
    from spote.errors import Unavailable
    from spote.storage import BlobStore

    blobs = BlobStore(settings)
    if not settings.s3_bucket:
        yield _ok(f"Files: in {blobs.place}.")
        return
    try:
        blobs.size_now("doctor")
    except Unavailable as error:
        reason = str(error.__cause__ or error).strip().partition("\n")[0]
        yield _problem(
            f"Files: {blobs.place} does not answer ({reason}). SPOTE_S3_* say where it is."
        )
    else:
        yield _ok(f"Files: {blobs.place} answers.")


def _schema(found: int, newest: int) -> Iterator[Finding]:
    if found > newest:
        yield _problem(f"Schema: {found}, and this Spote knows {newest}. Install a newer Spote.")
    elif found < newest:
        yield _ok(f"Schema: {found}; the next start brings it to {newest}.")
    else:
        yield _ok(f"Schema: {found}, the newest.")


def _log(file: Path) -> Finding:
    log = file.with_name(file.name + "-wal")
    size = log.stat().st_size if log.exists() else 0
    if size > LOG_BYTES:
        return _problem(
            f"Write-ahead log: {_size(size)}. Something reads for very long; restart the server."
        )
    return _ok(f"Write-ahead log: {_size(size)}.")


def _contents(db: "Connection") -> list[Finding]:
    """On one snapshot."""
    from spote.cli.archives import counted
    from spote.domain import notes

    counts = counted(db)
    wrong = [
        _problem(f"Contents: {one}. Keep a backup of this state and report it, please.")
        for one in notes.find_disagreements(db)
    ]
    fine = f"Contents: accounts: {counts['accounts']:,}, notes: {counts['notes']:,}; index, tags and counts agree."
    return [
        *(wrong or [_ok(fine)]),
        _ok(_sign_up(db.settings, has_accounts=counts["accounts"] > 0)),
    ]


def _sign_up(settings: "Settings", *, has_accounts: bool) -> str:
    from spote.settings import SignUp

    match settings.sign_up, has_accounts:
        case SignUp.OPEN, _:
            return "Sign-up: open; anybody who reaches this server can make an account."
        case SignUp.INVITED, False:
            return "Sign-up: whoever comes first becomes the administrator. Be it, or run `spote user create`."
        case SignUp.INVITED, True:
            return "Sign-up: by invitation, or with `spote user create`."
        case _:
            return "Sign-up: closed; `spote user create` makes accounts."


def _port(settings: "Settings") -> Iterator[Finding]:
    import http.client
    import json

    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    connection = http.client.HTTPConnection(host, settings.port, timeout=ANSWER_SECONDS)
    where = f"Port: {settings.port} on {settings.host}"
    try:
        connection.request("GET", "/.well-known/oauth-protected-resource")
        about = json.loads(connection.getresponse().read(10_000))
        is_spote = isinstance(about, dict) and about.get("resource_name") == "Spote"
    except ConnectionRefusedError:
        yield _ok(f"{where} is free; no server runs.")
        return
    except (OSError, ValueError, http.client.HTTPException):
        is_spote = False
    finally:
        connection.close()
    if is_spote:
        yield _ok(f"{where}: a Spote answers.")
    else:
        yield _problem(
            f"{where}: something else answers, or nothing in time. Set SPOTE_PORT to another."
        )


_RESTORE = "Run `spote restore` with the newest backup."


def _ok(text: str) -> Finding:
    return Finding(is_well=True, text=text)


def _problem(text: str) -> Finding:
    return Finding(is_well=False, text=text)


def _size(size: int) -> str:
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:,.0f} {unit}"
        size //= 1024
    return f"{size:,} TiB"
