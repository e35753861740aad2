"""Copies of a whole database are PostgreSQL's own business: this says so, and how."""

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

from spote.errors import InvalidInput
from spote.settings import Settings


def refuse() -> NoReturn:
    """Raises InvalidInput."""
    raise InvalidInput(
        "Spote keeps its data in PostgreSQL here, so use PostgreSQL's tools: pg_dump --format=custom saves it,"
        " pg_restore brings it back. docs/operating.md tells more."
    )


def engine_version() -> str:
    return f"psycopg {version('psycopg')}"


def check_file(settings: Settings, file: Path) -> list[str]:
    refuse()


def file_schema(settings: Settings, file: Path) -> int:
    refuse()


def prepare_copy(settings: Settings, file: Path) -> None:
    refuse()


def look_into(settings: Settings, file: Path, job: Callable[..., object]) -> object:
    refuse()


def database_file(settings: Settings) -> Path:
    refuse()
