"""The folder for mails that no mail server takes: for the operator to read and to hand on."""

import email.policy
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path

from spote.errors import NotFound
from spote.identity import new_id

FOLDER = "outbox"  # in the data folder
ENDING = ".eml"
KEPT_SECONDS = 30 * 86_400
SHOWN = 1_000  # of the newest


@dataclass(frozen=True, slots=True)
class OutboxMail:
    """Its text may hold an invitation, which whoever has it can use."""

    name: str
    written_at: datetime
    to: str
    subject: str
    text: str = field(repr=False)


def put_into_outbox(data: Path, message: EmailMessage) -> Path:
    """Whole or not at all; only this user may read it. Raises OSError."""
    folder = data / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{new_id()}"
    unfinished, finished = folder / f".{name}", folder / f"{name}{ENDING}"
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(message.as_bytes())
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(finished)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    return finished


def list_outbox(data: Path) -> list[OutboxMail]:
    """The newest first."""
    return [_read(file) for file in sorted(_files(data), reverse=True)[:SHOWN]]


def read_outbox(data: Path, name: str) -> OutboxMail:
    """By its name, or the end of it. Raises NotFound, also where several end so."""
    found = [file for file in _files(data) if file.stem.endswith(name.removesuffix(ENDING))]
    if len(found) != 1 or not name:
        raise NotFound("There is no such mail in the outbox. `spote outbox` lists them.")
    return _read(found[0])


def sweep_outbox(data: Path) -> int:
    """Removes mails of more than thirty days, and what a kill left unfinished an hour ago; returns how many."""
    removed = 0
    for file in (data / FOLDER).glob("*"):
        try:
            age = time.time() - file.stat().st_mtime
            if age > (3600 if file.name.startswith(".") else KEPT_SECONDS):
                file.unlink()
                removed += 1
        except FileNotFoundError:  # another server was quicker
            continue
    return removed


def _files(data: Path) -> Iterator[Path]:
    return (data / FOLDER).glob(f"[!.]*{ENDING}")


def _read(file: Path) -> OutboxMail:
    message = message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    return OutboxMail(
        file.stem,
        datetime.fromtimestamp(file.stat().st_mtime, UTC),
        str(message["To"]),
        str(message["Subject"]),
        str(body.get_content()).replace("\r\n", "\n") if body else "",
    )
