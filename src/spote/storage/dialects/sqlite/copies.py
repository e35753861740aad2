"""Whole copies of a database that is in use, by SQLite's online backup."""

from contextlib import closing
from pathlib import Path

import apsw

from spote.errors import InvalidInput, Unavailable
from spote.settings import Settings
from spote.storage.dialects.sqlite.connection import open_connection, unavailable


def backup(settings: Settings, source: Path, target: Path) -> None:
    """Copy the database to a new file, without its write-ahead log.

    Raises:
        Unavailable: the disk is full or a file cannot be used.
    """
    reader = open_connection(settings, source, writes=False)
    with closing(reader.raw):
        try:
            reader.raw.execute("VACUUM INTO ?", (str(target),))
        except apsw.Error as error:
            target.unlink(missing_ok=True)
            raise unavailable(error) from error


def restore(settings: Settings, source: Path, target: Path) -> None:
    """Replace the content of a database by that of another file, in one transaction.

    Raises:
        Unavailable: the target stayed locked; nothing was changed.
    """
    origin = open_connection(settings, source, writes=False)
    live = open_connection(settings, target, writes=True)
    with closing(origin.raw), closing(live.raw):
        try:
            with live.raw.backup("main", origin.raw, "main") as copy:
                copy.step()
        except apsw.Error as error:
            raise unavailable(error) from error


def check_file(settings: Settings, file: Path) -> list[str]:
    """What SQLite's own check finds wrong with a database file; empty when it is sound.

    Raises:
        InvalidInput: the file is not a database of Spote.
    """
    try:
        connection = open_connection(settings, file, writes=False)
    except Unavailable as error:
        raise InvalidInput(f"{file.name} is not a database of Spote.") from error
    with closing(connection.raw) as raw:
        findings = [str(row[0]) for row in raw.execute("PRAGMA integrity_check")]
        broken = [str(row) for row in raw.execute("PRAGMA foreign_key_check")]
    return [finding for finding in findings if finding != "ok"] + broken
