"""What can go wrong, in words that every door understands; the doors turn these into their own numbers.

SpoteError
├── InvalidInput       what was sent cannot be used
├── NotAuthenticated   no credential, or one that is not valid
├── NotAllowed         a valid credential that may not do this
├── NotFound           absent, not the caller's, or outside the credential's places: always alike
├── Conflict           it exists already, or was changed meanwhile
├── TooLarge           over a size limit
├── UnsupportedType    a body in a format that is not understood
├── LimitReached       too many attempts or requests; try later
├── MailFailed         a mail that belongs to what was asked for could not be sent
└── Unavailable        something that is needed is down; try later
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    field: str
    message: str


class SpoteError(Exception):
    """Carries a sentence for a person, a stable code for a program, and no secret, query or path."""

    code = "error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        fields: Sequence[FieldError] = (),
        details: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.fields = tuple(fields)
        self.details = dict(details or {})


class InvalidInput(SpoteError):
    code = "invalid_input"


class NotAuthenticated(SpoteError):
    """`invalid` tells a credential that was refused from none at all; `reason` is for our logs only."""

    code = "not_authenticated"

    def __init__(
        self, message: str = "Sign in, or send a token.", *, invalid: bool = False, reason: str = ""
    ) -> None:
        super().__init__(message, code="invalid_token" if invalid else None)
        self.invalid = invalid
        self.reason = reason


class NotAllowed(SpoteError):
    """`scope` names the verb or place that the credential lacks, where it is the credential that lacks it."""

    code = "not_allowed"

    def __init__(self, message: str, *, scope: str | None = None, code: str | None = None) -> None:
        super().__init__(message, code=code or ("insufficient_scope" if scope else None))
        self.scope = scope


class NotFound(SpoteError):
    code = "not_found"


class Conflict(SpoteError):
    code = "conflict"


class TooLarge(SpoteError):
    code = "too_large"


class UnsupportedType(SpoteError):
    code = "unsupported_type"


class LimitReached(SpoteError):
    code = "limit_reached"

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class MailFailed(SpoteError):
    code = "mail_failed"


class Unavailable(SpoteError):
    code = "unavailable"

    def __init__(self, message: str, *, retry_after_seconds: int = 5) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
