"""The invitation's token, and the mail that brings it."""

import hashlib
import secrets

from spote.domain.mail import Mail, one_line
from spote.settings import Settings

TOKEN_BYTES = 32
LINK = "/app/invitation#"  # what stands behind # no browser sends, so that no log has it
MAY = {"read": "read", "write": "read and edit"}


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """The only form that is kept. The token is random, so that a slow hash would add no safety."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def invitation_mail(
    settings: Settings, *, to: str, owner: str, title: str, permission: str, token: str
) -> Mail:
    owner, title = one_line(owner), one_line(title)
    return Mail(
        to=to,
        subject=f"{owner} shares the note “{title}” with you",
        paragraphs=(
            f"{owner} invites you to {MAY[permission]} the note “{title}”.",
            f"The link works once, within {settings.invitation_days} days, for whoever has it. Do not pass it on.",
        ),
        link=f"{settings.url}{LINK}{token}",
        link_text="Open the note",
        footer=f"Sent by Spote at {settings.url}. If you do not know {owner}, do nothing: you will get nothing else.",
    )
