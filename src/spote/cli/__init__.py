"""The `spote` command: the server, and what its operator does without a browser."""

import sys

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


def main() -> None:
    """Errors that a person can act on come as a sentence, not as a traceback."""
    from spote.cli import serve

    serve.add_to(app)
    try:
        app()
    except BadSettings as error:
        sys.exit(str(error))
    except SpoteError as error:
        sys.exit(error.message)
