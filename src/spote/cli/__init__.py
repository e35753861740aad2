"""The `spote` command: the server, and what its operator does without a browser."""

import sys
from collections.abc import Sequence

import typer

from spote.errors import SpoteError
from spote.settings import BadSettings

app = typer.Typer(
    name="spote",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def spote() -> None:
    """A self-hosted Markdown notes server that people and their AI agents read and write."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Errors that a person can act on come as a sentence, not as a traceback; the exit code is then 1."""
    _add_commands()
    try:
        app(args=arguments)
    except BadSettings as error:
        sys.exit(str(error))
    except SpoteError as error:
        sys.exit(error.message)
    except OSError as error:
        sys.exit(f"{error.filename or 'A file'}: {error.strerror or error}.")


def _add_commands() -> None:
    """Their modules import what they need only when they run, so that `spote serve` starts fast."""
    from spote.cli import (
        agents,
        backup,
        databases,
        doctor,
        exporting,
        importing,
        outbox,
        reindex,
        serve,
        tokens,
        users,
    )

    commands = (
        serve,
        users,
        tokens,
        agents,
        importing,
        exporting,
        backup,
        databases,
        reindex,
        outbox,
        doctor,
    )
    if not app.registered_commands:
        for module in commands:
            module.add_to(app)
