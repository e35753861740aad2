"""Mails to people: written, then sent by SMTP or laid into the outbox folder."""

from spote.domain.mail.model import Mail, is_mailable, one_line
from spote.domain.mail.outbox import OutboxMail, list_outbox, read_outbox, sweep_outbox
from spote.domain.mail.sending import Mailer

__all__ = [
    "Mail",
    "Mailer",
    "OutboxMail",
    "is_mailable",
    "list_outbox",
    "one_line",
    "read_outbox",
    "sweep_outbox",
]
