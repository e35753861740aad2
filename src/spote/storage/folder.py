"""The data folder: made when it is needed, and looked at before anything relies on it."""

from pathlib import Path

from spote.errors import Unavailable

DATABASE_NAME = "spote.db"  # in the folder, where the database is a file


def require_folder(folder: Path) -> None:
    """Make it where it is missing. Raises Unavailable where it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / ".writable").write_bytes(b"")
        (folder / ".writable").unlink(missing_ok=True)  # another process may have been quicker
    except OSError as error:
        raise Unavailable(
            f"The data folder {folder} cannot be written ({error.strerror}). "
            "Set SPOTE_DATA to a folder that this user may write to."
        ) from error
