"""`spote token`: Personal Access Tokens, made, listed and revoked at the command line."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from spote.cli import operator

if TYPE_CHECKING:
    from spote.domain.tokens import Access, Token, TokenDraft
    from spote.identity import Actor
    from spote.storage import Connection

app = typer.Typer(no_args_is_help=True, help="Tokens: make one, list them, revoke one.")

Email = Annotated[
    str, typer.Argument(metavar="EMAIL", help="The address of whose tokens they are.")
]


def add_to(parent: typer.Typer) -> None:
    parent.add_typer(app, name="token")


@app.command("create")
def create(
    email: Email,
    label: Annotated[str, typer.Option(help="What the token is for, such as `Claude Desktop`.")],
    preset: Annotated[str, typer.Option(help="What it may do: read, add, write or full.")] = "full",
    bucket: Annotated[
        list[str] | None, typer.Option(help="Only notes in this bucket; may be repeated.")
    ] = None,
    except_bucket: Annotated[
        list[str] | None, typer.Option(help="No notes in this bucket; may be repeated.")
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option(help="Only notes with this tag; may be repeated.")
    ] = None,
    own_notes_only: Annotated[
        bool, typer.Option("--own-notes-only", help="Only notes that it creates itself.")
    ] = False,
    expires_in_days: Annotated[int | None, typer.Option(help="When it ends; else never.")] = None,
) -> None:
    """Make a token and print it, once, and nothing else, on standard output."""
    from spote.domain import tokens

    access = _access(preset, bucket, except_bucket, tag, own_notes_only=own_notes_only)
    draft: TokenDraft = operator.checked(
        tokens.TokenDraft, label=label, expires_in_days=expires_in_days, access=access
    )
    with operator.opened_database() as database:
        token = database.write_now(lambda db: tokens.create_token(db, _writer(db, email), draft))
    operator.remark(
        f"Token “{token.label}” of {email}: {_rights(token.access)}, expires {_day(token.expires_at, 'never')}."
        " It is shown only now; keep it safe."
    )
    typer.echo(token.token)


@app.command("list")
def list_(
    email: Email,
    everything: Annotated[
        bool, typer.Option("--all", help="Revoked and expired ones too.")
    ] = False,
) -> None:
    """The account's tokens, the newest first. The tokens themselves are kept nowhere."""
    from spote.domain import tokens

    with operator.opened_database() as database:
        found = database.read_now(
            lambda db: tokens.list_tokens(db, _owner(db, email), dead_too=everything)
        )
    operator.table(
        ["ID", "LABEL", "ENDS IN", "STATE", "MAY", "CREATED", "LAST USED", "EXPIRES"],
        [_row(token) for token in found],
    )


@app.command("revoke")
def revoke(
    email: Email,
    token: Annotated[
        str, typer.Argument(metavar="ID_OR_LABEL", help="As `spote token list` shows it.")
    ],
) -> None:
    """End a token, at once and for good."""
    from spote.domain import tokens

    with operator.opened_database() as database:
        revoked = database.write_now(lambda db: _revoke(db, _writer(db, email), token))
    assert isinstance(revoked, tokens.Token)
    operator.remark(f"Token “{revoked.label}” (…{revoked.hint}) is revoked.")


def _owner(db: "Connection", email: str) -> "Actor":
    return operator.acting_for(operator.account_of(db, email))


def _writer(db: "Connection", email: str) -> "Actor":
    """As `_owner`, and nobody else changes the account meanwhile."""
    actor = _owner(db, email)
    db.lock(actor.account_id)
    return actor


def _access(
    preset: str,
    buckets: list[str] | None,
    except_buckets: list[str] | None,
    tags: list[str] | None,
    *,
    own_notes_only: bool,
) -> "Access":
    from spote.domain.tokens import Access
    from spote.identity import PRESETS

    if preset not in PRESETS:
        raise typer.BadParameter(f"--preset must be one of {', '.join(PRESETS)}.")
    return operator.checked(
        Access,
        verbs=sorted(PRESETS[preset]),
        buckets=buckets or None,
        except_buckets=except_buckets or (),
        tags=tags or None,
        own_notes_only=own_notes_only,
    )


def _revoke(db: "Connection", actor: "Actor", wanted: str) -> "Token":
    """Raises NotFound, or Conflict where several have the label."""
    from spote.domain import tokens
    from spote.errors import Conflict, NotFound

    live = tokens.list_tokens(db, actor)
    found = [one for one in live if one.id == wanted] or [
        one for one in live if one.label == wanted
    ]
    if not found:
        raise NotFound("No live token has this id or label. `spote token list` shows them.")
    if len(found) > 1:
        ids = ", ".join(one.id for one in found)
        raise Conflict(f"{len(found)} tokens have this label. Give one of their ids: {ids}.")
    tokens.revoke_token(db, actor, found[0].id)
    return found[0]


def _row(token: "Token") -> list[str]:
    return [
        token.id,
        token.label,
        token.hint,
        token.state,
        _rights(token.access),
        _day(token.created_at, ""),
        _day(token.last_used_at, "never"),
        _day(token.expires_at, "never"),
    ]


def _rights(access: "Access") -> str:
    from spote.identity import PRESETS

    names = [name for name, verbs in PRESETS.items() if verbs == frozenset(access.verbs)]
    parts = [names[0] if names else "+".join(access.verbs)]
    if access.buckets is not None:
        parts.append(f"in {', '.join(access.buckets)}")
    if access.except_buckets:
        parts.append(f"not in {', '.join(access.except_buckets)}")
    if access.tags is not None:
        parts.append(f"with {' or '.join('#' + tag for tag in access.tags)}")
    if access.own_notes_only:
        parts.append("own notes only")
    return " ".join(parts)


def _day(time: datetime | None, otherwise: str) -> str:
    return f"{time:%Y-%m-%d}" if time else otherwise
