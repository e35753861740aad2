"""Staying signed in: from the password to the cookie, until its end."""

import hashlib
import re

import pytest

from spote.domain import accounts
from spote.errors import NotAuthenticated, NotFound
from spote.identity import FULL_ACCESS, CredentialKind, Via, new_id
from spote.paging import Page


@pytest.fixture
def opened(write, account, password_hash):
    return write(accounts.open_session, account.id, password_hash, "Firefox", "192.0.2.1")


@pytest.fixture
def password_hash(read, account):
    return read(accounts.credentials_for, account.email).password_hash


def test_credentials_are_found_by_any_spelling_of_the_address(read, account):
    assert read(accounts.credentials_for, " ADA@example.org").account_id == account.id
    assert read(accounts.credentials_for, "nobody@example.org") is None


def test_a_session_opens_the_account_with_everything_a_person_may_do(read, account, opened):
    actor = read(accounts.authenticate_session, opened.secret, via=Via.WEB, client="Firefox")
    assert opened.account == account
    assert (actor.account_id, actor.grant, actor.kind) == (
        account.id,
        FULL_ACCESS,
        CredentialKind.SESSION,
    )
    assert (actor.via, actor.client) == (Via.WEB, "Firefox")


def test_the_read_only_switch_of_agents_does_not_bind_the_person(write, read, person, opened):
    write(accounts.update_account, person, accounts.AccountChange(agents_read_only=True))
    assert read(accounts.authenticate_session, opened.secret).grant == FULL_ACCESS


def test_secrets_are_long_different_and_kept_only_as_a_hash(write, sql, account, opened):
    again = write(accounts.open_session, account.id, hash_of(sql, account), None, None)
    assert opened.secret != again.secret
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", opened.secret)
    kept = {row[0] for row in sql("SELECT secret_hash FROM sessions")}
    assert kept == {hashlib.sha256(s.secret.encode()).digest() for s in (opened, again)}
    assert opened.secret not in repr(opened)


def hash_of(sql, account) -> str:
    [(password_hash,)] = sql("SELECT password_hash FROM accounts WHERE id = :id", id=account.id)
    return str(password_hash)


@pytest.mark.parametrize("secret", ["", "nonsense", "a" * 43, "ü\udc80\x00"])
def test_an_unknown_secret_opens_nothing(read, opened, secret: str):
    with pytest.raises(NotAuthenticated) as refused:
        read(accounts.authenticate_session, secret)
    assert refused.value.invalid


def test_a_session_ends_on_its_day_and_looks_as_if_it_never_was(read, sql, opened, settings):
    [(created_at, expires_at)] = sql("SELECT created_at, expires_at FROM sessions")
    assert expires_at - created_at == settings.session_days * 24 * 60 * 60 * 1000
    sql("UPDATE sessions SET expires_at = :now", now=created_at)
    with pytest.raises(NotAuthenticated) as expired:
        read(accounts.authenticate_session, opened.secret)
    with pytest.raises(NotAuthenticated) as unknown:
        read(accounts.authenticate_session, "unknown")
    assert (expired.value.message, expired.value.code) == (
        unknown.value.message,
        unknown.value.code,
    )
    assert (expired.value.reason, unknown.value.reason) == ("expired session", "unknown session")


def test_a_password_that_changed_between_check_and_session_opens_nothing(write, sql, account):
    with pytest.raises(NotAuthenticated):
        write(accounts.open_session, account.id, "$argon2id$older", None, None)
    with pytest.raises(NotAuthenticated):
        write(accounts.open_session, new_id(), hash_of(sql, account), None, None)
    assert sql("SELECT * FROM sessions") == []


def test_a_refused_sign_in_does_not_say_what_was_wrong():
    changed = accounts.wrong_password("password changed meanwhile")
    assert changed.message == accounts.wrong_password().message


def test_signing_in_can_bring_the_hash_up_to_date(write, sql, account, password_hash):
    write(
        accounts.open_session, account.id, password_hash, None, None, renewed_hash="$argon2id$new"
    )
    assert hash_of(sql, account) == "$argon2id$new"


def test_signing_out_ends_this_session_alone_and_may_be_said_twice(
    write, read, sign_in, account, opened
):
    other = sign_in(account)
    actor = read(accounts.authenticate_session, opened.secret)
    for _ in range(2):
        write(accounts.end_session, actor)
    with pytest.raises(NotAuthenticated):
        read(accounts.authenticate_session, opened.secret)
    [left] = read(accounts.list_sessions, other, Page()).items
    assert left.id == other.credential_id


def test_a_person_sees_where_they_are_signed_in_newest_first(
    write, read, sql, sign_in, account, make_account
):
    first, second, third = (sign_in(account) for _ in range(3))
    sign_in(make_account("bob@example.org"))
    sql("UPDATE sessions SET created_at = 1 WHERE id = :id", id=first.credential_id)
    sql("UPDATE sessions SET created_at = 2 WHERE id = :id", id=second.credential_id)
    listing = read(accounts.list_sessions, second, Page(limit=2))
    assert [session.id for session in listing.items] == [third.credential_id, second.credential_id]
    assert [session.is_current for session in listing.items] == [False, True]
    assert listing.total == 3
    assert (listing.items[0].client, listing.items[0].address) == ("Firefox", "192.0.2.1")


def test_expired_sessions_are_not_listed(read, sql, sign_in, account):
    gone, current = sign_in(account), sign_in(account)
    sql("UPDATE sessions SET expires_at = 1 WHERE id = :id", id=gone.credential_id)
    listing = read(accounts.list_sessions, current, Page())
    assert [session.id for session in listing.items] == [current.credential_id]
    assert listing.total == 1


def test_a_person_signs_another_browser_out(write, read, sign_in, account, opened):
    here = sign_in(account)
    there = read(accounts.authenticate_session, opened.secret)
    write(accounts.end_other_session, here, there.credential_id)
    with pytest.raises(NotAuthenticated):
        read(accounts.authenticate_session, opened.secret)


def test_nobody_ends_the_session_of_another(write, read, sign_in, account, make_account):
    mine, theirs = sign_in(account), sign_in(make_account("bob@example.org"))
    with pytest.raises(NotFound):
        write(accounts.end_other_session, mine, theirs.credential_id)
    assert read(accounts.list_sessions, theirs, Page()).total == 1


def test_sweeping_removes_expired_sessions_in_batches_and_keeps_live_ones(
    write, read, sql, person, account
):
    old = [{"account": account.id, "id": f"old{n}", "hash": b"%d" % n} for n in range(1001)]
    write(
        lambda db: db.send_each(
            "INSERT INTO sessions (account_id, id, secret_hash, created_at, expires_at)"
            " VALUES (:account, :id, :hash, 1, 2)",
            old,
        )
    )
    assert [write(accounts.sweep_sessions) for _ in range(3)] == [1000, 1, 0]
    assert read(accounts.list_sessions, person, Page()).total == 1


def test_a_very_long_client_name_is_cut(write, read, sign_in, account, password_hash):
    write(accounts.open_session, account.id, password_hash, "x" * 10_000, None)
    listing = read(accounts.list_sessions, sign_in(account), Page())
    assert max(len(session.client) for session in listing.items) == 500


def test_the_token_against_forged_requests_belongs_to_one_session():
    token = accounts.csrf_token("one secret")
    assert re.fullmatch("[0-9a-f]{64}", token)
    assert accounts.check_csrf("one secret", token)
    for wrong in (accounts.csrf_token("another"), token.upper(), token[:-1], "", "ü\udc80"):
        assert not accounts.check_csrf("one secret", wrong)
