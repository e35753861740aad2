"""`spote user`: accounts, made and mended at the command line."""

from typing import TYPE_CHECKING, Annotated

import typer

from spote.cli import operator

if TYPE_CHECKING:
    from spote.domain.accounts import Account
    from spote.storage import Connection

PAGE = 500  # accounts read at once

app = typer.Typer(
    no_args_is_help=True, help="Accounts: make one, list them, set a forgotten password."
)

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The account's address.")]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]
Generate = Annotated[
    bool, typer.Option("--generate", help="Make a random password and print it, nothing else.")
]


def add_to(parent: typer.Typer) -> None:
    parent.add_typer(app, name="user")


@app.command("create")
def create(
    email: Email,
    name: Annotated[
        str | None, typer.Option(help="The person's name; else what stands before the @.")
    ] = None,
    password_stdin: PasswordStdin = False,
    generate: Generate = False,
) -> None:
    """Make an account, whatever SPOTE_SIGN_UP says. The first one is the administrator."""
    from spote.domain import accounts

    with operator.opened_database() as database:
        password = _password(from_stdin=password_stdin, generated=generate)
        draft = operator.checked(accounts.SignUp, email=email, password=password, name=name)
        password_hash = accounts.hash_password(draft.password)
        account = database.write_now(lambda db: accounts.create_account(db, draft, password_hash))
    _tell(password, generated=generate)
    role = ", the administrator" if account.is_administrator else ""
    operator.remark(f"{account.email} has an account now{role}.")


@app.command("list")
def list_() -> None:
    """All accounts, the oldest first."""
    with operator.opened_database() as database:
        found = database.read_now(_all_accounts)
    operator.table(
        ["EMAIL", "NAME", "ROLE", "SINCE"],
        [
            [
                one.email,
                one.name,
                "administrator" if one.is_administrator else "",
                f"{one.created_at:%Y-%m-%d}",
            ]
            for one in found
        ],
    )


@app.command("reset-password")
def reset_password(
    email: Email, password_stdin: PasswordStdin = False, generate: Generate = False
) -> None:
    """Set a new password and end every session of the account. Its tokens stay."""
    from spote.domain import accounts

    with operator.opened_database() as database:
        account = database.read_now(lambda db: operator.account_of(db, email))
        password = _password(from_stdin=password_stdin, generated=generate)
        operator.checked(accounts.SignUp, email=account.email, password=password)
        password_hash = accounts.hash_password(password)
        database.write_now(lambda db: accounts.reset_password(db, account.email, password_hash))
    _tell(password, generated=generate)
    operator.remark(
        f"{account.email} has a new password and has to sign in again. Tokens stay as they are."
    )


def _all_accounts(db: "Connection") -> "list[Account]":
    from spote.domain import accounts
    from spote.paging import Page

    found: list[Account] = []
    while more := accounts.list_accounts(db, Page(PAGE, len(found))).items:
        found += more
    return found


def _password(*, from_stdin: bool, generated: bool) -> str:
    import secrets
    import sys

    if from_stdin and generated:
        raise typer.BadParameter("Give --password-stdin or --generate, not both.")
    if generated:
        return secrets.token_urlsafe(18)
    if from_stdin:
        return _one_line(sys.stdin.read(10_000))
    if not operator.is_at_a_terminal():
        raise typer.BadParameter(
            "There is no terminal to ask for a password. Use --password-stdin or --generate."
        )
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _one_line(given: str) -> str:
    password = given.removesuffix("\n").removesuffix("\r")
    if "\n" in password or "\r" in password:
        raise typer.BadParameter("The password on standard input must be one line.")
    return password


def _tell(password: str, *, generated: bool) -> None:
    if generated:
        typer.echo(password)
