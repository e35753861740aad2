"""What happens between an invitation and its end: events, mails that never went, other writers, restored backups."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import pytest

from spote.domain import accounts, notes, search, sharing
from spote.domain.notes.queries import shares as guest_queries
from spote.domain.sharing.invitation import token_hash
from spote.domain.sharing.queries import open_invitation
from spote.errors import Conflict, NotAllowed, NotFound
from spote.identity import Grant, Verb
from spote.paging import Page
from spote.settings import Settings, SignUp
from spote.storage import open_database
from tests.domain.conftest import PASSWORD_HASH
from tests.mails import token_in

PAGE = Page()


def shares_of(read, person, note):
    return read(sharing.list_shares, person, note.id, PAGE).items


async def heard(stream, count):
    async with asyncio.timeout(2):
        events = [await anext(stream) for _ in range(count)]
    return sorted((event.kind, event.account_id, event.subject_id) for event in events)


async def test_owner_and_guest_hear_of_each_change_and_nobody_after_the_end(
    database, write, person, guest, note, share
):
    async with database.events() as stream:
        share_id = share("write")
        both = sorted([person.account_id, guest.account_id])
        first = ("share.changed", person.account_id, note.id)
        accepted = [("share.changed", one, note.id) for one in both]
        assert await heard(stream, 3) == sorted([first, *accepted])
        write(notes.update_note, person, note.id, notes.NoteChange(text="new"))
        write(notes.update_note, guest, note.id, notes.NoteChange(text="newer"))
        updated = [("note.updated", one, note.id) for one in both]
        assert await heard(stream, 4) == sorted(updated * 2)
        change = sharing.ShareChange(permission="read")
        write(sharing.update_share, person, note.id, share_id, change)
        assert await heard(stream, 2) == accepted
        write(notes.delete_note, person, note.id)
        assert await heard(stream, 2) == [("note.deleted", one, note.id) for one in both]
        write(notes.restore_note, person, note.id)
        assert await heard(stream, 2) == [("note.created", one, note.id) for one in both]
        write(sharing.delete_share, person, note.id, share_id)
        assert await heard(stream, 2) == accepted
        write(notes.update_note, person, note.id, notes.NoteChange(text="private again"))
        write(notes.create_note, guest, notes.NoteDraft(title="Mine", text=""))
        events = await heard(stream, 2)
        assert ("note.updated", person.account_id, note.id) in events
        assert not [one for one in events if one[1] == guest.account_id and one[2] == note.id]


def test_a_share_whose_mail_has_not_gone_is_not_there(read, write, person, note, invite):
    unsent = invite()
    assert shares_of(read, person, note) == []
    change = sharing.ShareChange(permission="write")
    with pytest.raises(NotFound):
        write(sharing.update_share, person, note.id, unsent.id, change)
    with pytest.raises(NotFound):
        write(sharing.delete_share, person, note.id, unsent.id)
    with pytest.raises(Conflict):  # it is under way
        invite()
    write(sharing.withdraw_share, unsent)
    write(sharing.withdraw_share, unsent)
    assert invite().id != unsent.id


def test_a_share_that_was_confirmed_is_not_withdrawn(read, write, person, note, invite):
    unsent = invite()
    write(sharing.confirm_share, person, note.id, unsent.id)
    write(sharing.withdraw_share, unsent)
    assert [one.id for one in shares_of(read, person, note)] == [unsent.id]


def test_what_a_kill_left_behind_is_removed_and_in_nobodys_way(write, sql, note, invite):
    left, kept = invite(), invite("carol@example.org")
    assert write(sharing.sweep_unsent_shares) == 0
    sql(
        "UPDATE shares SET created_at = created_at - 660000 WHERE id = :id RETURNING id", id=left.id
    )
    again = invite()  # the chore need not come first
    assert again.id != left.id
    sql(
        "UPDATE shares SET created_at = created_at - 660000 WHERE id = :id RETURNING id",
        id=again.id,
    )
    assert write(sharing.sweep_unsent_shares) == 1
    assert write(sharing.sweep_unsent_shares) == 0
    assert sql("SELECT id FROM shares") == [(kept.id,)]


def test_who_got_the_mail_may_accept_though_the_server_was_killed_before_it_knew(
    read, write, person, guest, note, invite
):
    unsent = invite()
    write(sharing.accept_share, guest, sharing.Invitation(token=token_in(unsent.mail.link)))
    [share] = shares_of(read, person, note)
    assert share.accepted_by.id == guest.account_id
    assert read(notes.get_note, guest, note.id).access == "read"


def test_an_invitation_can_be_used_once_also_by_many_at_once(
    write, settings, make_account, sign_in, person, note, invite, read
):
    token = sharing.Invitation(token=token_in(invite().mail.link))
    guests = [sign_in(make_account(f"g{n}@example.org")) for n in range(6)]
    databases = [open_database(settings) for _ in range(2)]  # as two server processes

    def accept(n: int) -> bool:
        try:
            databases[n % 2].write_now(lambda db: sharing.accept_share(db, guests[n], token))
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        accepted = list(threads.map(accept, range(6)))
    for database in databases:
        database.close()
    assert sum(accepted) == 1
    assert len(shares_of(read, person, note)) == 1


def test_two_who_edit_each_others_notes_at_once_wait_for_nobody_for_ever(
    settings, write, read, person, guest, note, share
):
    theirs = write(notes.create_note, guest, notes.NoteDraft(title="Bob's", text=""))
    share("write")
    share("write", by=person, actor=guest, note=theirs)
    databases = [open_database(settings) for _ in range(2)]

    def edit(n: int) -> None:
        actor, target = ((person, theirs), (guest, note))[n % 2]
        edit = notes.NoteEdit(op="append", text=f" {n}")
        databases[n // 2 % 2].write_now(lambda db: notes.edit_note(db, actor, target.id, edit))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(edit, range(24)))
    for database in databases:
        database.close()
    for one, actor in ((note, person), (theirs, guest)):
        text = read(notes.get_note, actor, one.id).text
        assert sorted(word for word in text.split() if word.isdigit()) == sorted(
            str(n) for n in range(24) if (n % 2 == 0) == (one is theirs)
        )


def test_a_guest_of_a_narrow_token_hears_not_allowed_before_anything_is_written(
    write, guest, note, share
):
    share("write")
    reader = replace(guest, grant=Grant(verbs=frozenset({Verb.READ})))
    with pytest.raises(NotAllowed) as refused:
        write(notes.update_note, reader, note.id, notes.NoteChange(text="x"))
    assert refused.value.code == "insufficient_scope"


def test_words_are_found_by_owner_and_guests_alone_also_after_reindexing(
    read, write, person, guest, note, share, make_account, sign_in
):
    stranger = sign_in(make_account("eve@example.org"))
    share_id = share()

    def finders():
        query = search.SearchQuery(q="okapi", mode="keyword")
        return [
            bool(read(search.search_notes, one, query, PAGE).items)
            for one in (person, guest, stranger)
        ]

    assert finders() == [True, True, False]
    write(notes.index_words, None)
    assert finders() == [True, True, False]
    assert read(notes.find_disagreements) == []
    write(notes.update_note, person, note.id, notes.NoteChange(title="Other"))
    assert finders() == [True, True, False]
    write(sharing.delete_share, person, note.id, share_id)
    assert finders() == [True, False, False]
    write(notes.index_words, None)
    assert finders() == [True, False, False]


def test_an_account_without_shares_is_known_to_have_none(write, read, guest, note, share, sign_in):
    """The quick way of its queries; and one that was not told takes the slow one."""
    account = read(accounts.account_by_email, "bob@example.org")
    assert not sign_in(account).may_have_shared_notes
    share()
    assert sign_in(account).may_have_shared_notes
    blind = replace(guest, may_have_shared_notes=False)
    with pytest.raises(NotFound):
        read(notes.get_note, blind, note.id)


def test_a_deleted_guest_leaves_no_word_behind(write, read, person, guest, note, share):
    share()
    credentials = read(accounts.get_own_credentials, guest)
    assert read(guest_queries.guests_of, account_id=person.account_id, note_id=note.id)

    def delete(db):
        sharing.forget_shares(db, guest)
        accounts.delete_account(db, guest, credentials.password_hash)

    write(delete)
    assert not read(guest_queries.guests_of, account_id=person.account_id, note_id=note.id)
    assert shares_of(read, person, note) == []
    assert read(notes.find_disagreements) == []


@pytest.mark.engine("sqlite")
def test_a_restored_backup_gives_nothing_back_that_was_taken(
    settings, tmp_path, database, write, read, person, guest, note, share, make_account, sign_in
):
    """Each of them in its own file, as `spote restore` has them."""
    other = write(notes.create_note, person, notes.NoteDraft(title="Other", text="tapir"))
    third = write(notes.create_note, person, notes.NoteDraft(title="Third", text=""))
    carol = replace(sign_in(make_account("carol@example.org")), may_have_shared_notes=True)
    revoked, narrowed = share("write"), share("write", by=carol)
    share("write", note=other)
    share("read", note=third)
    folder = tmp_path / "restored"
    folder.mkdir()
    database.backup(folder / "spote.db")
    write(sharing.delete_share, person, note.id, revoked)
    change = sharing.ShareChange(permission="read")
    write(sharing.update_share, person, note.id, narrowed, change)
    write(notes.delete_note_for_good, person, third.id)
    with closing(open_database(Settings(data=folder))) as restored:
        database.read_now(
            lambda present: restored.write_now(
                lambda copy: sharing.carry_over_shares(present, copy)
            )
        )

        def seen(actor):
            listed = restored.read_now(
                lambda db: notes.list_notes(db, actor, notes.NoteFilter(shared="only"), PAGE)
            )
            return {one.title: one.access for one in listed.items}

        assert seen(guest) == {"Other": "write", "Third": "read"}
        assert seen(carol) == {"Plan": "read"}
        query = search.SearchQuery(q="okapi", mode="keyword")
        found = restored.read_now(lambda db: search.search_notes(db, guest, query, PAGE))
        assert found.items == []


@pytest.mark.parametrize("rule", list(SignUp))
def test_who_may_sign_up_with_an_invitation(tmp_path, engine, new_database_url, rule):
    settings = Settings(data=tmp_path / "data", database_url=new_database_url, sign_up=rule)
    with closing(open_database(settings)) as database:
        unsent = database.write_now(invited_note)
        token = token_in(unsent.mail.link)
        draft = accounts.SignUp(email="new@example.org", password="correct horse")

        def sign_up(db, token=token):
            return sharing.sign_up_invited(db, draft, PASSWORD_HASH, token)

        with pytest.raises(NotFound):
            database.write_now(lambda db: sign_up(db, "guessed"))
        if rule is SignUp.CLOSED:
            with pytest.raises(NotAllowed):
                database.write_now(sign_up)
        else:
            account, accepted = database.write_now(sign_up)
            assert not account.is_administrator
            assert accepted.note_id
            with pytest.raises(NotFound):
                database.write_now(sign_up)


def invited_note(db):
    draft = accounts.SignUp(email="ada@example.org", password="correct horse")
    account = accounts.create_account(db, draft, PASSWORD_HASH)
    session = accounts.open_session(db, account.id, PASSWORD_HASH, None, None)
    person = accounts.authenticate_session(db, session.secret)
    note = notes.create_note(db, person, notes.NoteDraft(title="Plan", text=""))
    share = sharing.ShareDraft(email="bob@example.org", permission="read")
    return sharing.create_share(db, person, note.id, share)


def test_looking_up_an_invitation_takes_as_long_whatever_is_wrong_with_it(
    database, write, person, note, invite, sql
):
    """One statement by an index for each kind; the clock is a coarse second look."""
    expired = invite("old@example.org")
    sql("UPDATE shares SET expires_at = 1 WHERE id = :id RETURNING id", id=expired.id)
    tokens = {"unknown": "guess", "expired": token_in(expired.mail.link)}

    def looked_up(db, token):
        began = time.perf_counter()
        for _ in range(300):
            assert open_invitation(db, token_hash(token)) is None
        return time.perf_counter() - began

    times: dict[str, list[float]] = {name: [] for name in tokens}
    for _ in range(7):
        for name, token in tokens.items():
            times[name].append(database.read_now(lambda db, token=token: looked_up(db, token)))
    shortest = {name: min(some) for name, some in times.items()}
    assert max(shortest.values()) < 3 * min(shortest.values()), shortest
