"""The shapes of accounts and sessions, and their limits."""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    ValidationInfo,
    field_validator,
)

from spote.domain.requests import Incoming

EMAIL_LIMIT = 254  # characters, RFC 5321 §4.5.3.1.3 less the brackets
NAME_LIMIT = 100  # characters
PASSWORD_SHORTEST = 8  # characters
PASSWORD_LIMIT = 1_000  # characters


def email_key(email: str) -> str:
    """What makes two spellings the same address: `Ada@Example.org` and `ada@example.org`."""
    return unicodedata.normalize("NFC", email.strip().casefold())


def obvious_password(password: str, email: str) -> str | None:
    """Why this password is too easy to guess for this address; None where it is not."""
    if len(set(password)) == 1:
        return "must not be one character again and again"
    if email_key(password) == email_key(email):
        return "must not be the e-mail address"
    return None


def _email(value: str) -> str:
    value = value.strip()
    local, _, domain = value.partition("@")
    unseen = any(unicodedata.category(character)[0] in "CZ" for character in value)
    if not local or not domain or "@" in domain or unseen:
        raise ValueError("must be an e-mail address, such as ada@example.org")
    return value


def _name(value: str) -> str:
    value = value.strip()
    if not value or any(unicodedata.category(character) in _NOT_IN_NAMES for character in value):
        raise ValueError(f"must have 1 to {NAME_LIMIT} characters, in one line")
    return value


_NOT_IN_NAMES = {"Cc", "Cs", "Zl", "Zp"}  # control characters and line breaks

Email = Annotated[str, Field(min_length=3, max_length=EMAIL_LIMIT), AfterValidator(_email)]
Name = Annotated[str, Field(min_length=1, max_length=NAME_LIMIT), AfterValidator(_name)]
# Kept character for character: no trimming and no normalising, so what is typed is what counts.
NewPassword = Annotated[
    str, Field(min_length=PASSWORD_SHORTEST, max_length=PASSWORD_LIMIT, repr=False)
]
GivenPassword = Annotated[str, Field(max_length=PASSWORD_LIMIT, repr=False)]


class SignUp(Incoming):
    email: Email
    password: NewPassword
    name: Name | None = None  # left out: what stands before the @
    invitation: str | None = Field(None, max_length=200, repr=False)  # the token of a mail

    @field_validator("password")
    @classmethod
    def _is_not_obvious(cls, value: str, info: ValidationInfo) -> str:
        if problem := obvious_password(value, info.data.get("email", "")):
            raise ValueError(problem)
        return value


class SignIn(Incoming):
    email: Annotated[str, Field(max_length=EMAIL_LIMIT)]  # not checked: a wrong one is just unknown
    password: GivenPassword


class AccountChange(Incoming):
    """Fields left out keep their values."""

    answer_fields: ClassVar[frozenset[str]] = frozenset(
        {"_id", "email", "is_administrator", "created_at"}
    )

    name: Name | None = None
    agents_read_only: StrictBool | None = None


class PasswordChange(Incoming):
    current_password: GivenPassword
    new_password: NewPassword


class AccountDeletion(Incoming):
    password: GivenPassword


class Account(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str = Field(serialization_alias="_id")
    email: str
    name: str
    is_administrator: bool
    agents_read_only: bool  # every token is limited to reading
    created_at: datetime


class NewAccount(Account):
    note_id: str  # of the note whose invitation came with the sign-up; left out without one


class Session(BaseModel):
    """A browser in which the person is signed in."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(serialization_alias="_id")
    client: str | None  # User-Agent
    address: str | None
    created_at: datetime
    expires_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a given password is checked against, outside any transaction."""

    account_id: str
    password_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewSession:
    account: Account
    secret: str = field(repr=False)  # the cookie's value; shown here and never again
    expires_at: datetime
