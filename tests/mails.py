"""Mails as people get them: from the outbox folder, or from a mail server that tests run."""

import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from spote.domain.mail import OutboxMail, list_outbox
from tests.servers import PASSWORD, Server, free_port

LINK = re.compile(r"(http\S+)/app/invitation#([\w-]+)")


def outbox(data: Path, to: str = "") -> list[OutboxMail]:
    """The newest first."""
    return [mail for mail in list_outbox(data) if to in ("", mail.to)]


def token_in(text: str) -> str:
    found = LINK.search(text)
    assert found, text
    return found[2]


def invite(
    server: Server, owner: httpx.Client, note_id: str, email: str, permission: str = "read"
) -> tuple[dict[str, Any], str]:
    """The share as it is answered, and the token that was mailed."""
    wish = {"email": email, "permission": permission}
    answer = owner.post(f"/api/notes/{note_id}/shares", json=wish)
    assert answer.status_code == 201, answer.text
    return answer.json(), token_in(outbox(server.data, email)[0].text)


def share(
    server: Server,
    owner: httpx.Client,
    note_id: str,
    guest: httpx.Client,
    permission: str = "read",
) -> dict[str, Any]:
    """Invited and accepted."""
    made, token = invite(server, owner, note_id, guest.get("/api/me").json()["email"], permission)
    answer = guest.post("/api/shares/accept", json={"token": token})
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"note_id": note_id}
    return made


def sign_up_invited(server: Server, email: str, token: str) -> httpx.Response:
    with server.client() as client:
        body = {"email": email, "password": PASSWORD, "invitation": token}
        return client.post("/api/auth/sign-up", json=body)


@dataclass
class Postbox:
    """A mail server, what it got, and how it is to misbehave."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    refusal: str = ""  # what it says to each mail instead of taking it
    delay_seconds: float = 0
    is_in_delay: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)  # ends a delay

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        if self.delay_seconds:
            self.is_in_delay.set()
            self.go_on.wait(self.delay_seconds)  # in a thread of its own, where nothing else runs
            self.is_in_delay.clear()
        if self.refusal:
            return self.refusal
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append(message)
        self.envelopes.append(envelope)
        return "250 OK"


@contextmanager
def postbox(
    *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None, login: str = ""
) -> Iterator[Postbox]:
    """`tls` from the start, or by STARTTLS; `login` is `user:password`."""
    box = Postbox(free_port())

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        return AuthResult(success=f"{data.login.decode()}:{data.password.decode()}" == login)

    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=box.port,
        ssl_context=tls,
        tls_context=starttls,
        auth_required=bool(login),
        auth_require_tls=starttls is not None,
        authenticator=check if login else None,
        enable_SMTPUTF8=True,
    )
    controller.start()
    try:
        yield box
    finally:
        box.go_on.set()
        controller.stop()


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    body = mail.get_body((kind,))
    assert isinstance(body, EmailMessage)
    return str(body.get_content()).replace("\r\n", "\n")
