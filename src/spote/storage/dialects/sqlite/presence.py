"""Who uses a database file: everybody holds a lock beside it together, and who moves it holds it alone.

SQLite's own locks tell only of transactions that run just now. A lock of the system ends with its process, however
that ends. It is on a file of its own, as closing the database's would let go of what SQLite has locked there.
"""

import fcntl
import os
from pathlib import Path

ENDING = "-lock"  # after the name of the database's file


class Presence:
    """A lock that is held until `close`, or the end of the process."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def close(self) -> None:
        """Safe to call twice."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def join(database: Path) -> Presence | None:
    """Together with others; None where one holds it alone. Raises OSError."""
    return _locked(database, fcntl.LOCK_SH)


def take_alone(database: Path) -> Presence | None:
    """None where others are there. Raises OSError."""
    return _locked(database, fcntl.LOCK_EX)


def _locked(database: Path, how: int) -> Presence | None:
    file = database.with_name(database.name + ENDING)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError:
        os.close(descriptor)
        raise
    return Presence(descriptor)
