"""What commands have in common: the operator of the server acts, on the data that the settings name."""

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import typer

if TYPE_CHECKING:
    from pydantic import BaseModel

    from spote.domain.accounts import Account
    from spote.identity import Actor
    from spote.storage import Connection, Database

    Shape = TypeVar("Shape", bound=BaseModel)

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@contextmanager
def opened_database() -> "Iterator[Database]":
    """Also while the server runs on the same data."""
    from spote.settings import load_settings
    from spote.storage import open_database

    database = open_database(load_settings())
    try:
        yield database
    finally:
        database.close()


def account_of(db: "Connection", email: str) -> "Account":
    """Raises NotFound, with the address that no account has."""
    from spote.domain import accounts
    from spote.errors import NotFound

    try:
        return accounts.account_by_email(db, email)
    except NotFound as error:
        raise NotFound(
            f"No account has the address {printable(email)}. `spote user list` shows all."
        ) from error


def acting_for(account: "Account") -> "Actor":
    """The operator, with all that the account's owner may do."""
    from spote.identity import FULL_ACCESS, Actor, CredentialKind, Via

    return Actor(account.id, FULL_ACCESS, CredentialKind.LOCAL, "local", Via.IMPORT)


def checked(shape: "type[Shape]", **values: object) -> "Shape":
    """The same limits as through every other door.

    Raises:
        InvalidInput: names each value that cannot be used, and why.
    """
    from pydantic import ValidationError

    from spote.errors import InvalidInput

    try:
        return shape.model_validate(values)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        raise InvalidInput("\n".join(map(_sentence, problems))) from None


def printable(raw: str) -> str:
    """Without what a terminal would obey."""
    return _CONTROLS.sub("?", raw.encode("utf-8", "replace").decode())


def remark(text: str) -> None:
    """On standard error, so that standard output holds nothing but the answer."""
    typer.echo(text, err=True)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as what is in them."""
    lines = [list(head), *([printable(cell) for cell in row] for row in rows)]
    widths = [max(len(line[n]) for line in lines) for n in range(len(head))]
    for line in lines:
        typer.echo(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        )


def is_at_a_terminal() -> bool:
    """Whether there is a person to ask."""
    return sys.stdin.isatty()


def _sentence(problem: object) -> str:
    assert isinstance(problem, dict)
    field = ".".join(str(part) for part in problem["loc"])
    message = str(problem["msg"]).removeprefix("Value error, ")
    return f"{field}: {message}." if field else f"{message}."
