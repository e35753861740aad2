"""Whether a presented secret opens anything, and until when."""

from spote.domain.tokens.queries import TokenCheck
from spote.domain.tokens.secret import looks_like_token
from spote.identity import Via


def refusal_of(check: TokenCheck | None, raw: str, now: int) -> str | None:
    if check is None:
        return "unknown" if looks_like_token(raw) else "malformed"
    if check.revoked_at is not None:
        return "revoked"
    if check.expires_at is not None and check.expires_at <= now:
        return "expired"
    if check.secret_expires_at is not None and check.secret_expires_at <= now:
        return "replaced"
    return None


def wrong_door(check: TokenCheck | None, via: Via) -> str | None:
    """What an app got by consent is for the doors for agents alone (RFC 8707 §2.2)."""
    return "for another door" if check and check.is_app and via is not Via.MCP else None


def end_of(check: TokenCheck) -> int | None:
    """Of this secret: with the token, or when a newer one has replaced it."""
    ends = [end for end in (check.expires_at, check.secret_expires_at) if end is not None]
    return min(ends, default=None)
