"""Who may make an account, and who becomes administrator."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from spote.domain import accounts
from spote.errors import Conflict, NotAllowed, NotFound
from spote.paging import Page
from spote.settings import Settings, SignUp
from spote.storage import open_database

HASH = "$argon2id$some"


def draft(email: str = "ada@example.org", **more) -> accounts.SignUp:
    return accounts.SignUp(email=email, password="correct horse", **more)


@pytest.fixture
def settings(tmp_path, database_url, request):
    return Settings(
        data=tmp_path / "data",
        database_url=database_url,
        sign_up=getattr(request, "param", SignUp.OPEN),
    )


def test_the_first_account_is_the_administrator_and_the_second_is_not(write):
    assert write(accounts.sign_up, draft(), HASH).is_administrator
    assert not write(accounts.sign_up, draft("bob@example.org"), HASH).is_administrator


def test_of_many_first_sign_ups_at_once_one_becomes_administrator(settings):
    databases = [open_database(settings) for _ in range(3)]  # as three server processes
    with ThreadPoolExecutor(12) as threads:
        made = list(
            threads.map(
                lambda n: databases[n % 3].write_now(
                    lambda db: accounts.sign_up(db, draft(f"user{n}@example.org"), HASH)
                ),
                range(12),
            )
        )
    for database in databases:
        database.close()
    assert sum(account.is_administrator for account in made) == 1


def test_a_name_left_out_is_what_stands_before_the_at(write):
    assert write(accounts.sign_up, draft("ada.l@example.org"), HASH).name == "ada.l"
    long = write(accounts.sign_up, draft("x" * 200 + "@example.org"), HASH)
    assert long.name == "x" * 100


def test_a_given_name_and_the_typed_address_are_kept(write, read):
    made = write(accounts.sign_up, draft("Ada@Example.org", name="Ada Lovelace"), HASH)
    assert (made.email, made.name) == ("Ada@Example.org", "Ada Lovelace")
    assert read(accounts.account_by_email, "ADA@example.ORG") == made


def test_an_address_has_one_account_however_it_is_spelt(write, read):
    write(accounts.sign_up, draft("ada@example.org"), HASH)
    with pytest.raises(Conflict) as refused:
        write(accounts.sign_up, draft("ADA@Example.org"), HASH)
    assert refused.value.code == "email_taken"
    assert read(accounts.list_accounts, Page()).total == 1


@pytest.mark.parametrize("settings", [SignUp.INVITED], indirect=True)
def test_without_invitations_only_the_first_may_come(write, read):
    assert read(accounts.may_sign_up)
    read(accounts.require_sign_up)
    assert write(accounts.sign_up, draft(), HASH).is_administrator
    assert_nobody_comes_in(write, read)


@pytest.mark.parametrize("settings", [SignUp.CLOSED], indirect=True)
def test_a_closed_server_takes_not_even_the_first(write, read):
    assert_nobody_comes_in(write, read)


@pytest.mark.parametrize("settings", [SignUp.CLOSED], indirect=True)
def test_the_operator_makes_accounts_on_a_closed_server(write):
    assert write(accounts.create_account, draft(), HASH).is_administrator


def test_an_open_server_takes_everybody(write, read):
    for name in ("ada", "bob", "eve"):
        assert read(accounts.may_sign_up)
        write(accounts.sign_up, draft(f"{name}@example.org"), HASH)


def assert_nobody_comes_in(write, read):
    before = read(accounts.list_accounts, Page()).total
    assert not read(accounts.may_sign_up)
    with pytest.raises(NotAllowed):
        read(accounts.require_sign_up)
    with pytest.raises(NotAllowed):
        write(accounts.sign_up, draft("late@example.org"), HASH)
    assert read(accounts.list_accounts, Page()).total == before


def test_the_operator_sees_accounts_page_by_page_oldest_first(write, read):
    emails = [f"user{n}@example.org" for n in range(5)]
    for email in emails:
        write(accounts.create_account, draft(email), HASH)
    listing = read(accounts.list_accounts, Page(limit=2, offset=2))
    assert [account.email for account in listing.items] == emails[2:4]
    assert listing.total == 5


def test_an_unknown_address_has_no_account(read):
    with pytest.raises(NotFound):
        read(accounts.account_by_email, "nobody@example.org")
