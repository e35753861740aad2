"""The shapes of requests that clients may repeat, and the base of everything that clients send."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, model_validator

from spote.errors import FieldError, InvalidInput

PUBLIC = "public"  # the scope of requests that need no credential
ANSWER_LIFETIME = timedelta(hours=24)
ATTEMPT_WINDOW = timedelta(minutes=15)
KEY_LIMIT = 255  # characters of an Idempotency-Key


class Incoming(BaseModel):
    """What a client sends: nothing unknown, nothing changed afterwards, and no input in error texts.

    A client may send back what it has read: the names in `answer_fields` are dropped unread.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    answer_fields: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def _drop_answer_fields(cls, given: object) -> object:
        if not isinstance(given, Mapping):
            return given
        return {name: value for name, value in given.items() if name not in cls.answer_fields}


@dataclass(frozen=True, slots=True)
class RepeatableRequest:
    """A request with an `Idempotency-Key`.

    Raises:
        InvalidInput: the key is not 1 to 255 printable ASCII characters.
    """

    scope: str  # the account's id, or PUBLIC
    credential_id: str
    credential_secret: str = field(repr=False)  # never stored; empty where there is no credential
    method: str
    path: str
    key: str = field(repr=False)
    body_hash: bytes = field(repr=False)  # SHA-256; stored only under a key of the caller's

    def __post_init__(self) -> None:
        if not (0 < len(self.key) <= KEY_LIMIT and self.key.isascii() and self.key.isprintable()):
            message = f"must have 1 to {KEY_LIMIT} printable ASCII characters"
            raise InvalidInput(
                f"The Idempotency-Key {message}.", fields=[FieldError("Idempotency-Key", message)]
            )


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The first answer, to be given again byte for byte."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
