"""Looking at an account, changing it, and its end."""

from typing import Any

import pytest

from spote.domain import accounts
from spote.errors import Conflict, InvalidInput, NotAllowed, NotAuthenticated, NotFound
from spote.identity import new_id
from spote.paging import Page
from tests.schema import Column, columns, tables

NEW = "$argon2id$new"
CHANGE = accounts.AccountChange(name="Countess")
PASSWORD_CHANGE = accounts.PasswordChange(current_password="old", new_password="a new secret")

PERSONS_ONLY: dict[str, tuple[Any, ...]] = {
    "update": (accounts.update_account, CHANGE),
    "credentials": (accounts.get_own_credentials,),
    "prepare": (accounts.prepare_password_change, PASSWORD_CHANGE),
    "password": (accounts.change_password, NEW, "$argon2id$never-checked-here"),
    "delete": (accounts.delete_account, "$argon2id$never-checked-here"),
    "sign out": (accounts.end_session,),
    "sessions": (accounts.list_sessions, Page()),
    "end other": (accounts.end_other_session, "any"),
}


def password_hash(read, account) -> str:
    return read(accounts.credentials_for, account.email).password_hash


def test_a_person_and_their_agent_see_whose_account_it_is(read, account, person, agent):
    assert read(accounts.get_account, person) == account
    assert read(accounts.get_account, agent) == account


def test_without_the_right_to_read_there_is_nothing_to_see(read, powerless):
    with pytest.raises(NotAllowed):
        read(accounts.get_account, powerless)


@pytest.mark.parametrize("name", PERSONS_ONLY)
def test_no_token_touches_the_account(write, read, account, agent, powerless, name: str):
    service, *details = PERSONS_ONLY[name]
    for actor in (agent, powerless):
        with pytest.raises(NotAllowed):
            write(service, actor, *details)
    assert read(accounts.get_account, agent) == account


def test_a_change_leaves_out_what_it_does_not_name(write, read, person):
    assert write(accounts.update_account, person, CHANGE).name == "Countess"
    switched = write(accounts.update_account, person, accounts.AccountChange(agents_read_only=True))
    assert (switched.name, switched.agents_read_only) == ("Countess", True)
    assert read(accounts.get_account, person) == switched
    off = write(accounts.update_account, person, accounts.AccountChange(agents_read_only=False))
    assert not off.agents_read_only
    assert write(accounts.update_account, person, accounts.AccountChange()) == off


def test_a_change_touches_no_other_account(write, read, person, make_account):
    bob = make_account("bob@example.org")
    write(accounts.update_account, person, CHANGE)
    assert read(accounts.account_by_email, bob.email) == bob


def test_a_new_password_ends_all_other_sessions_but_this(
    write, read, sign_in, account, person, make_account
):
    other = write(accounts.open_session, account.id, password_hash(read, account), None, None)
    stranger = sign_in(make_account("bob@example.org"))
    prepared = read(accounts.prepare_password_change, person, PASSWORD_CHANGE)
    assert prepared.password_hash == password_hash(read, account)
    write(accounts.change_password, person, NEW, prepared.password_hash)
    assert password_hash(read, account) == NEW
    with pytest.raises(NotAuthenticated):
        read(accounts.authenticate_session, other.secret)
    assert read(accounts.list_sessions, person, Page()).total == 1
    assert read(accounts.list_sessions, stranger, Page()).total == 1


def test_of_two_password_changes_at_once_the_second_is_refused(write, read, account, person):
    before = password_hash(read, account)
    write(accounts.change_password, person, NEW, before)
    with pytest.raises(Conflict):
        write(accounts.change_password, person, "$argon2id$other", before)
    assert password_hash(read, account) == NEW


def test_the_new_password_is_not_the_address(read, person):
    change = accounts.PasswordChange(current_password="old", new_password="Ada@Example.org")
    with pytest.raises(InvalidInput) as refused:
        read(accounts.prepare_password_change, person, change)
    assert [problem.field for problem in refused.value.fields] == ["new_password"]


def test_the_operator_resets_a_password_and_everybody_is_signed_out(write, read, account, person):
    assert write(accounts.reset_password, "ADA@example.org", NEW) == account
    assert password_hash(read, account) == NEW
    assert read(accounts.list_sessions, person, Page()).total == 0
    with pytest.raises(NotFound):
        write(accounts.reset_password, "nobody@example.org", NEW)


def test_an_account_whose_password_changed_meanwhile_is_not_deleted(write, read, account, person):
    with pytest.raises(Conflict):
        write(accounts.delete_account, person, "$argon2id$older")
    assert read(accounts.get_account, person) == account


def test_a_deleted_account_leaves_no_row_in_any_table_and_others_keep_theirs(
    write, read, sql, engine, account, person, make_account
):
    bob = make_account("bob@example.org")
    for one in (account, bob):
        fill_every_table(sql, engine, one.id)
        write(add_words, one.id)
    before = rows_naming(sql, engine, account.id)
    assert {table for table, count in before.items() if count == 0} <= NEVER_OF_ONE_ACCOUNT
    assert read(count_words, account.id) == 1
    write(accounts.delete_account, person, password_hash(read, account))
    assert sql("SELECT kind FROM events WHERE account_id = :id", id=account.id) == [GOODBYE]
    sql("DELETE FROM events WHERE kind = :kind RETURNING 1", kind=GOODBYE[0])
    gone = "DELETE FROM stray_blobs WHERE account_id = :id AND due_at = 0 RETURNING 1"
    assert sql(gone, id=account.id)  # has the bytes of files removed, and goes with them
    assert set(rows_naming(sql, engine, account.id).values()) == {0}
    assert set(rows_naming(sql, engine, account.email).values()) == {0}
    assert read(count_words, account.id) == 0
    bobs = rows_naming(sql, engine, bob.id)
    assert {table for table, count in bobs.items() if count == 0} <= NEVER_OF_ONE_ACCOUNT
    assert read(count_words, bob.id) == 1
    assert read(accounts.credentials_for, account.email) is None


GOODBYE = ("account.deleted",)  # for other servers; goes after an hour
NEVER_OF_ONE_ACCOUNT = {
    "attempts",  # its rows are hashes that go after 15 minutes
    "app_clients",  # apps that anybody's person may let in
    "leases",  # which server process does which work for all accounts
}


def rows_naming(sql, engine: str, word: str) -> dict[str, int]:
    """How many rows of each table hold the word in any column."""
    counts = {}
    for table in tables(sql, engine):
        named = " OR ".join(
            f"CAST({column.name} AS TEXT) LIKE :pattern" for column in columns(sql, engine, table)
        )
        [(counts[table],)] = sql(f"SELECT COUNT(*) FROM {table} WHERE {named}", pattern=f"%{word}%")
    return counts


def fill_every_table(sql, engine: str, account_id: str) -> None:
    """A row of the account in each table; one id serves for all its things, so that references hold."""
    thing = new_id()
    for table in tables(sql, engine):
        if table in ("accounts", "leases"):  # there already; of no account
            continue
        values = {
            column.name: value_for(column, account_id, thing)
            for column in columns(sql, engine, table)
            if column.is_needed or column.name == "token_id"
        }
        names, places = ", ".join(values), ", ".join(f":{name}" for name in values)
        sql(f"INSERT INTO {table} ({names}) VALUES ({places}) RETURNING 1", **values)


def value_for(column: Column, account_id: str, thing: str) -> object:
    if column.name in ("account_id", "by_account", "file_account_id", "scope"):
        return account_id
    if column.name == "id" or column.name.endswith("_id"):
        return thing
    return {"integer": 1, "bytes": thing.encode(), "text": "x"}[column.kind]


def add_words(db, account_id: str) -> None:
    row = db.one("SELECT number FROM notes WHERE account_id = :me", {"me": account_id})
    db.words.put(db, number=row[0], account_id=account_id, title="x", labels="x", body="x")


def count_words(db, account_id: str) -> int:
    row = db.one(
        f"SELECT count(*) FROM {db.words.source} WHERE {db.words.where}",
        {
            "me": account_id,
            "match": db.words.match_query(account_id, [["x"]], prefix=False, in_body=True),
        },
    )
    return row[0]
