"""An owner with a note, a guest, and a way to share without a mail server between."""

from dataclasses import replace
from typing import Any

import pytest

from spote.domain import notes, sharing
from spote.identity import Actor
from tests.domain.conftest import Run
from tests.mails import token_in


@pytest.fixture
def person(person: Actor) -> Actor:
    """Of later snapshots too, in which somebody may share a note with them."""
    return replace(person, may_have_shared_notes=True)


@pytest.fixture
def guest(make_account: Run, sign_in: Run) -> Actor:
    return replace(sign_in(make_account("bob@example.org")), may_have_shared_notes=True)


@pytest.fixture
def note(write: Run, person: Actor) -> Any:
    return write(notes.create_note, person, notes.NoteDraft(title="Plan", text="okapi #rare"))


@pytest.fixture
def invite(write: Run, person: Actor, note: Any) -> Run:
    """The unsent share; `.mail.link` has the token."""

    def invite(email: str = "bob@example.org", permission: Any = "read", **more: Any) -> Any:
        draft = sharing.ShareDraft(email=email, permission=permission)
        return write(
            sharing.create_share, more.get("actor", person), more.get("note", note).id, draft
        )

    return invite


@pytest.fixture
def share(write: Run, person: Actor, note: Any, guest: Actor, invite: Run) -> Run:
    """Invited, sent and accepted. Returns the share's id."""

    def share(permission: Any = "read", by: Actor = guest, **more: Any) -> str:
        unsent = invite(f"{by.account_id}@example.org", permission, **more)
        noted = more.get("note", note)
        write(sharing.confirm_share, more.get("actor", person), noted.id, unsent.id)
        invitation = sharing.Invitation(token=token_in(unsent.mail.link))
        write(sharing.accept_share, by, invitation)
        return str(unsent.id)

    return share
