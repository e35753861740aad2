"""The token itself: made, recognised, hashed. It is never kept (tokens.md, "The token")."""

import hashlib
import re
import secrets

TOKEN_PATTERN = r"spote_[0-9a-f]{32}"
_INSIDE = re.compile(TOKEN_PATTERN, re.IGNORECASE)
_WHOLE = re.compile(rf"^{TOKEN_PATTERN}\Z")


def new_secret() -> str:
    """128 random bits from the operating system."""
    return "spote_" + secrets.token_hex(16)


def looks_like_token(raw: str) -> bool:
    return _WHOLE.match(raw) is not None


def contains_token(text: str) -> bool:
    return _INSIDE.search(text) is not None


def without_tokens(text: str) -> str:
    """The text with every token in it made unreadable: for logs, error bodies and recorded clients."""
    return _INSIDE.sub("spote_***", text)


def secret_hash(raw: str) -> bytes:
    """SHA-256: the secret is random, so a slow hash would add cost and no safety."""
    return hashlib.sha256(raw.encode("utf-8", "surrogatepass")).digest()


def hint(raw: str) -> str:
    return raw[-4:]
