"""`spote outbox`: mails that no mail server took, for the operator to hand on."""

from typing import Annotated

import typer

from spote.cli import operator


def add_to(app: typer.Typer) -> None:
    app.command("outbox")(outbox)


def outbox(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="Show this mail whole: its name, or the end of it. Else list all.",
        ),
    ] = None,
) -> None:
    """Show the mails that were laid into the outbox, as no mail server is set. They may hold invitations."""
    from spote.domain import mail
    from spote.settings import load_settings

    data = load_settings().data
    if name is not None:
        found = mail.read_outbox(data, name)
        typer.echo(f"To: {operator.printable(found.to)}")
        typer.echo(f"Subject: {operator.printable(found.subject)}\n")
        for line in found.text.splitlines():
            typer.echo(operator.printable(line))
        return
    mails = mail.list_outbox(data)
    operator.table(
        ["NAME", "WRITTEN", "TO", "SUBJECT"],
        [
            [one.name[-12:], f"{one.written_at:%Y-%m-%d %H:%M}", one.to, one.subject]
            for one in mails
        ],
    )
    if mails:
        operator.remark("`spote outbox NAME` shows one. Set SPOTE_SMTP_URL to have mails sent.")
