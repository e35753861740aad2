"""Sends mails by SMTP; without a mail server they are laid into the outbox."""

import asyncio
import logging
import ssl
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

from spote.domain.mail.model import Mail
from spote.domain.mail.outbox import put_into_outbox
from spote.domain.mail.writing import message_of
from spote.errors import MailFailed
from spote.settings import Settings

SMTP_PORT = 587
SMTPS_PORT = 465
log = logging.getLogger(__name__)


class Mailer:
    """Never to be called within a transaction: a mail server may take its time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def has_server(self) -> bool:
        return bool(self._settings.smtp_url.get_secret_value())

    async def send(self, mail: Mail) -> None:
        """On return the mail server has taken it, or it lies in the outbox on the disk.

        Raises:
            MailFailed: neither; the log says why, without the mail.
        """
        message = message_of(mail, self._settings)
        try:
            if self.has_server:
                async with asyncio.timeout(self._settings.smtp_timeout_seconds):
                    await self._send(message)
            else:
                file = await asyncio.to_thread(put_into_outbox, self._settings.data, message)
                log.warning(
                    "a mail lies in the outbox, as SPOTE_SMTP_URL is not set: %s", file.name
                )
        except (OSError, TimeoutError, ValueError, _errors()) as error:
            log.warning("a mail could not be sent: %s", _reason(error))
            raise MailFailed("The mail could not be sent.") from error

    async def _send(self, message: EmailMessage) -> None:
        import aiosmtplib  # noqa: PLC0415 - takes time to load, and most mails go much later than the start

        await aiosmtplib.send(
            message,
            timeout=self._settings.smtp_timeout_seconds,
            tls_context=ssl.create_default_context(),
            **_place(self._settings.smtp_url.get_secret_value()),
        )


def _place(url: str) -> dict[str, Any]:
    """smtps: TLS from the start. smtp: STARTTLS where the server offers it, and never a password without."""
    parts = urlsplit(url)
    is_tls = parts.scheme == "smtps"
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    return {
        "hostname": parts.hostname,
        "port": parts.port or (SMTPS_PORT if is_tls else SMTP_PORT),
        "username": user,
        "password": password,
        "use_tls": is_tls,
        "start_tls": False if is_tls else (True if user else None),
    }


def _reason(error: Exception) -> str:
    """Without what the server said: that may repeat the address, or what it was told."""
    return f"{type(error).__name__} {getattr(error, 'code', '')}".strip()


def _errors() -> type[Exception]:
    import aiosmtplib  # noqa: PLC0415

    return aiosmtplib.SMTPException
