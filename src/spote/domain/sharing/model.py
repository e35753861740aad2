"""The shapes of shares and invitations (rest-api.md, "Shares"), and their limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from spote.domain.accounts.model import Email
from spote.domain.mail import Mail, is_mailable
from spote.domain.notes.model import Person
from spote.domain.requests import Incoming

TOKEN_LIMIT = 200  # characters of what comes as an invitation's token
Permission = Literal["read", "write"]


def _mailable(email: str) -> str:
    if not is_mailable(email):
        raise ValueError(
            "must be an e-mail address that mails can be sent to, such as ada@example.org"
        )
    return email


InvitedEmail = Annotated[Email, AfterValidator(_mailable)]
InvitationToken = Annotated[str, Field(max_length=TOKEN_LIMIT, repr=False)]


class _IncomingShare(Incoming):
    """A client may send back a share as it has read it."""

    answer_fields: ClassVar[frozenset[str]] = frozenset(
        {"_id", "note_id", "created_at", "accepted_at", "accepted_by", "expires_at"}
    )


class ShareDraft(_IncomingShare):
    """Whom to invite, and to what."""

    email: InvitedEmail
    permission: Permission

    @model_validator(mode="before")
    @classmethod
    def _take_the_other_name(cls, given: object) -> object:
        """What a share calls `invited_email`."""
        if not isinstance(given, Mapping) or "invited_email" not in given:
            return given
        others = {name: value for name, value in given.items() if name != "invited_email"}
        if others.setdefault("email", given["invited_email"]) != given["invited_email"]:
            raise ValueError("give email or invited_email, not both")
        return others


class ShareChange(_IncomingShare):
    answer_fields = _IncomingShare.answer_fields | {"invited_email"}

    permission: Permission


class Invitation(Incoming):
    token: InvitationToken  # from the mail


class Share(BaseModel):
    """Who may read or edit a note besides its owner."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    id: str = Field(alias="_id")
    note_id: str
    invited_email: str
    permission: Permission
    created_at: datetime
    accepted_at: datetime | None
    accepted_by: Person | None  # the account, which may have another address
    expires_at: datetime | None  # of the invitation; null once it was accepted


class AcceptedShare(BaseModel):
    model_config = ConfigDict(frozen=True)

    note_id: str


@dataclass(frozen=True, slots=True)
class UnsentShare:
    """A share that nobody sees before its mail has gone."""

    id: str
    account_id: str  # the note's owner
    mail: Mail = field(repr=False)  # holds the invitation's token, which is shown nowhere else
