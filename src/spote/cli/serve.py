"""`spote serve`: start the server."""

import os
from typing import Annotated

import typer

from spote.settings import PREFIX, load_settings, unknown_settings


def add_to(app: typer.Typer) -> None:
    app.command()(serve)


def serve(
    data: Annotated[str | None, typer.Option(help="The data folder (SPOTE_DATA).")] = None,
    host: Annotated[str | None, typer.Option(help="The address to listen on (SPOTE_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on (SPOTE_PORT).")] = None,
    workers: Annotated[int | None, typer.Option(help="Server processes (SPOTE_WORKERS).")] = None,
) -> None:
    """Start the server. Everything else is set by SPOTE_* variables; docs/settings.md lists them."""
    from spote.entrypoints.server import serve as run
    from spote.storage import open_database

    given = {"data": data, "host": host, "port": port, "workers": workers}
    os.environ.update(
        {PREFIX + name.upper(): str(value) for name, value in given.items() if value is not None}
    )
    settings = load_settings()
    for name in unknown_settings():
        typer.echo(
            f"{name} is not a setting of Spote: a misspelling? docs/settings.md lists them.",
            err=True,
        )
    open_database(
        settings
    ).close()  # a data folder that cannot be used stops the start with a sentence
    typer.echo(
        f"Spote keeps its data in {settings.database_place} and answers on {settings.url}", err=True
    )
    run(settings)
