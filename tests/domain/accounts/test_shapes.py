"""What an e-mail address, a name and a password may be."""

import pytest
from pydantic import ValidationError

from spote.domain import accounts


def sign_up(**fields) -> accounts.SignUp:
    draft = {"email": "ada@example.org", "password": "correct horse", **fields}
    return accounts.SignUp.model_validate(draft)


def refused_fields(shape, **fields) -> list:
    with pytest.raises(ValidationError) as refused:
        shape(**fields)
    return [problem["loc"] for problem in refused.value.errors()]


@pytest.mark.parametrize(
    "email",
    ["a@b", "Ada.Lovelace+notes@Example.org", "jürgen@bücher.example", "x" * 242 + "@example.org"],
)
def test_an_address_is_kept_as_it_was_typed(email: str):
    assert sign_up(email=email).email == email


def test_space_around_an_address_is_not_part_of_it():
    assert sign_up(email="  ada@example.org\n").email == "ada@example.org"


@pytest.mark.parametrize(
    "email",
    [
        *("", "ada", "@example.org", "ada@", "a@b@c", "a da@example.org", "a\u00a0da@example.org"),
        *("ada@exam\nple.org", "ada\x00@example.org", "ada\u200b@example.org"),
        *("\ud800@example.org", "x" * 243 + "@example.org"),
    ],
)
def test_what_is_no_address_is_refused(email: str):
    assert refused_fields(sign_up, email=email) == [("email",)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada@Example.ORG", " ada@example.org "),
        ("jürgen@example.org", "ju\u0308rgen@example.org"),
        ("STRASSE@example.org", "straße@example.org"),
        ("Ｊ\u030c@example.org", "ｊ\u030c@example.org"),
    ],
)
def test_spellings_of_one_address_have_one_key(one: str, other: str):
    assert accounts.email_key(one) == accounts.email_key(other)


def test_another_address_has_another_key():
    assert accounts.email_key("ada@example.org") != accounts.email_key("ada@example.com")


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "two\nlines", "a\x00b", "a\u2028b"])
def test_what_is_no_name_is_refused(name: str):
    assert refused_fields(sign_up, name=name) == [("name",)]
    assert refused_fields(accounts.AccountChange, name=name) == [("name",)]


@pytest.mark.parametrize("name", ["A", "Ada Lovelace", "x" * 100, "👩‍👩‍👧", "عِلْم‌ها"])
def test_names_of_every_script_are_taken(name: str):
    assert sign_up(name=name).name == name


@pytest.mark.parametrize(
    "password",
    ["", "1234567", "x" * 1001, "aaaaaaaaaaaa", "ada@example.org", "ADA@example.org"],
)
def test_a_password_that_is_easy_to_guess_or_endless_is_refused(password: str):
    assert refused_fields(sign_up, password=password) == [("password",)]


@pytest.mark.parametrize(
    "password", ["12345678", " spaces at both ends ", "ﬁne ligature", "x1" * 500]
)
def test_a_password_is_kept_character_for_character(password: str):
    assert sign_up(password=password).password == password


def test_half_a_character_is_refused_wherever_it_stands():
    half = "half \ud800 a character"
    assert refused_fields(accounts.SignIn, email=half, password=half) == [("email",), ("password",)]
    assert refused_fields(sign_up, password=half) == [("password",)]


def test_no_password_shows_when_a_shape_is_printed_or_refused():
    secret = "my very own secret"
    shapes = [
        sign_up(password=secret),
        accounts.SignIn(email="ada@example.org", password=secret),
        accounts.PasswordChange(current_password=secret, new_password=secret),
        accounts.AccountDeletion(password=secret),
    ]
    assert secret not in repr(shapes)
    with pytest.raises(ValidationError) as refused:
        sign_up(email="nonsense", password=secret)
    assert secret not in str(refused.value)


def test_an_account_that_was_read_can_be_sent_back_with_a_change(account):
    shown = account.model_dump(mode="json", by_alias=True)
    change = accounts.AccountChange.model_validate({**shown, "name": "Countess"})
    assert (change.name, change.agents_read_only) == ("Countess", False)


def test_an_account_shows_these_fields_and_times_in_utc(account):
    shown = account.model_dump(mode="json", by_alias=True)
    assert list(shown) == [
        "_id",
        "email",
        "name",
        "is_administrator",
        "agents_read_only",
        "created_at",
    ]
    assert shown["created_at"].endswith("Z")
