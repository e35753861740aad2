"""The secret in a session's cookie, and the token against forged requests that is made from it."""

import hashlib
import hmac
import secrets

SECRET_BYTES = 32


def new_secret() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)


def secret_hash(secret: str) -> bytes:
    """The only form that is kept. The secret is random, so a slow hash would add no safety."""
    return hashlib.sha256(_bytes(secret)).digest()


def csrf_token(secret: str) -> str:
    """What a page of ours sends back with each change, and another site cannot know."""
    return hmac.digest(_bytes(secret), b"csrf", "sha256").hex()


def check_csrf(secret: str, given: str) -> bool:
    """In constant time."""
    return hmac.compare_digest(csrf_token(secret).encode(), _bytes(given))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
