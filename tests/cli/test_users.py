"""`spote user`: accounts at the command line."""

from contextlib import closing

import pytest

from spote.domain import accounts
from spote.storage import Database
from tests.cli.conftest import EMAIL, Spote
from tests.servers import PASSWORD, Server


def test_an_account_made_here_can_sign_in_to_the_running_server(server: Server) -> None:
    server.run("user", "create", "op@example.org", "--password-stdin", stdin=PASSWORD + "\n")
    with server.client() as client:
        given = {"email": "op@example.org", "password": PASSWORD}
        assert client.post("/api/auth/sign-in", json=given).status_code == 200


def test_a_new_password_ends_sessions_and_leaves_tokens(server: Server) -> None:
    with closing(server.sign_up("forgot@example.org")) as person:
        token = server.run("token", "create", "forgot@example.org", "--label", "x").stdout.strip()
        ended = server.run("user", "reset-password", "FORGOT@example.org", "--generate")
        assert person.get("/api/me").status_code == 401
        with server.client(token) as agent:
            assert agent.get("/api/me").status_code == 200
        given = {"email": "forgot@example.org", "password": ended.stdout.strip()}
        assert person.post("/api/auth/sign-in", json=given).status_code == 200


def test_the_first_is_the_administrator_and_all_are_listed(spote: Spote) -> None:
    assert spote("user", "list").out.split() == ["EMAIL", "NAME", "ROLE", "SINCE"]
    assert spote("user", "create", EMAIL, "--name", "Ada L", "--generate").code == 0
    assert spote("user", "create", "bob@example.org", "--generate").code == 0
    lines = spote("user", "list").out.splitlines()[1:]
    assert lines[0].split()[:4] == [EMAIL, "Ada", "L", "administrator"]
    assert "administrator" not in lines[1]


def test_a_generated_password_stands_alone_on_standard_output(
    spote: Spote, database: Database
) -> None:
    password = spote("user", "create", EMAIL, "--generate").out.removesuffix("\n")
    known = database.read_now(lambda db: accounts.credentials_for(db, EMAIL))
    assert known is not None
    assert accounts.verify_password(known.password_hash, password)


def test_a_password_from_standard_input_is_kept_character_for_character(
    spote: Spote, database: Database
) -> None:
    assert spote("user", "create", EMAIL, "--password-stdin", stdin="  ünïcode pass \r\n").out == ""
    known = database.read_now(lambda db: accounts.credentials_for(db, EMAIL))
    assert known is not None
    assert accounts.verify_password(known.password_hash, "  ünïcode pass ")


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "words"),
    [
        (["create", EMAIL], "", 2, "no terminal"),
        (["create", EMAIL, "--generate", "--password-stdin"], "x", 2, "not both"),
        (["create", EMAIL, "--password-stdin"], "", 1, "password: "),
        (["create", EMAIL, "--password-stdin"], "short", 1, "password: "),
        (["create", EMAIL, "--password-stdin"], "aaaaaaaaaa", 1, "again and again"),
        (["create", EMAIL, "--password-stdin"], "two\nlines", 2, "one line"),
        (["create", EMAIL, "--password-stdin"], EMAIL, 1, "must not be the e-mail address"),
        (["create", "nobody", "--generate"], "", 1, "email: must be an e-mail address"),
        (["create", EMAIL, "--name", "a\nb", "--generate"], "", 1, "name: "),
        (["create"], "", 2, "EMAIL"),
        (["reset-password", "who@example.org", "--generate"], "", 1, "who@example.org"),
        (["reset-password", "\x1b[2J", "--generate"], "", 1, "address ?[2J"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(
    spote: Spote, arguments: list[str], stdin: str, code: int, words: str
) -> None:
    ended = spote("user", *arguments, stdin=stdin)
    assert ended.code == code
    assert words in " ".join(ended.err.replace("│", " ").split())
    assert "Traceback" not in ended.err
    assert ended.out == ""


def test_an_address_has_one_account(spote: Spote) -> None:
    spote("user", "create", EMAIL, "--generate")
    ended = spote("user", "create", EMAIL.upper(), "--generate")
    assert (ended.code, ended.out) == (1, "")
    assert "has an account already" in ended.err


def test_settings_that_cannot_be_used_are_named(
    spote: Spote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPOTE_PORT", "many")
    ended = spote("user", "list")
    assert ended.code == 1
    assert "SPOTE_PORT=many cannot be used" in ended.err


def test_a_data_folder_that_cannot_be_used_is_named(
    spote: Spote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPOTE_DATA", "/proc/nothing")
    ended = spote("user", "list")
    assert ended.code == 1
    assert "/proc/nothing cannot be written" in ended.err
