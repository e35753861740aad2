"""`spote token`: tokens at the command line."""

import re
from contextlib import closing

import pytest

from spote.domain.tokens import TOKEN_PATTERN
from spote.identity import Actor
from tests.cli.conftest import EMAIL, Spote
from tests.servers import Server


def test_a_token_works_at_once_and_a_revoked_one_no_more(server: Server) -> None:
    with closing(server.sign_up("t@example.org")):
        raw = server.run("token", "create", "t@example.org", "--label", "Script").stdout
        assert re.fullmatch(r"spote_[0-9a-f]{32}\n", raw)
        with server.client(raw.strip()) as agent:
            assert agent.get("/api/notes").status_code == 200
            ended = server.run("token", "revoke", "t@example.org", "Script")
            assert ended.stdout == ""
            assert agent.get("/api/notes").status_code == 401


def test_rights_and_places_are_those_that_were_asked_for(server: Server) -> None:
    with closing(server.sign_up("p@example.org")):
        raw = server.run(
            *("token", "create", "p@example.org", "--label", "Narrow", "--preset", "add"),
            *("--bucket", "Work", "--bucket", "Home", "--except-bucket", "Work/Own"),
            *("--tag", "#A", "--own-notes-only", "--expires-in-days", "7"),
        ).stdout.strip()
        with server.client(raw) as agent:
            about = agent.get("/api/settings/token/self").json()
    assert about["access"] == {
        "verbs": ["read", "create", "append"],
        "buckets": ["Work", "Home"],
        "except_buckets": ["Work/Own"],
        "tags": ["a"],
        "own_notes_only": True,
    }
    assert about["expires_at"] > about["created_at"]


def test_the_token_alone_stands_on_standard_output(spote: Spote, actor: Actor) -> None:
    ended = spote("token", "create", EMAIL, "--label", "Claude Desktop")
    assert re.fullmatch(TOKEN_PATTERN, ended.out.removesuffix("\n"))
    assert ended.out.strip() not in ended.err
    assert "Claude Desktop" in ended.err


def test_the_list_shows_what_each_may_do_and_never_a_token(spote: Spote, actor: Actor) -> None:
    raw = spote("token", "create", EMAIL, "--label", "Reader", "--preset", "read").out.strip()
    spote("token", "create", EMAIL, "--label", "Gone")
    spote("token", "revoke", EMAIL, "Gone")
    live, everything = spote("token", "list", EMAIL).out, spote("token", "list", EMAIL, "--all").out
    assert "Reader" in live
    assert "Gone" not in live
    assert "revoked" in everything
    assert raw not in everything
    assert raw[-4:] in live


def test_a_label_that_two_have_revokes_neither(spote: Spote, actor: Actor) -> None:
    spote("token", "create", EMAIL, "--label", "Same")
    spote("token", "create", EMAIL, "--label", "Same")
    ended = spote("token", "revoke", EMAIL, "Same")
    assert ended.code == 1
    token_id = ended.err.split("ids: ")[1].split(",")[0]
    assert spote("token", "list", EMAIL).out.count("live") == 2
    assert spote("token", "revoke", EMAIL, token_id).code == 0
    assert spote("token", "revoke", EMAIL, "Same").code == 0
    assert spote("token", "revoke", EMAIL, "Same").code == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["create", EMAIL], 2, "--label"),
        (["create", EMAIL, "--label", " "], 1, "label: must not be blank"),
        (["create", EMAIL, "--label", "x" * 101], 1, "label: "),
        (["create", EMAIL, "--label", "spote_" + "0" * 32], 1, "not a token"),
        (["create", EMAIL, "--label", "x", "--preset", "all"], 2, "read, add, write, full"),
        (["create", EMAIL, "--label", "x", "--expires-in-days", "0"], 1, "expires_in_days"),
        (["create", EMAIL, "--label", "x", "--expires-in-days", "soon"], 2, "integer"),
        (["create", EMAIL, "--label", "x", "--bucket", " "], 1, "buckets.0: "),
        (["create", EMAIL, "--label", "x", "--tag", "a b"], 1, "tags.0: "),
        (["create", "who@example.org", "--label", "x"], 1, "who@example.org"),
        (["list", "who@example.org"], 1, "who@example.org"),
        (["revoke", EMAIL, "nothing"], 1, "No live token"),
        (["revoke", EMAIL], 2, "ID_OR_LABEL"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(
    spote: Spote, actor: Actor, arguments: list[str], code: int, words: str
) -> None:
    ended = spote("token", *arguments)
    assert ended.code == code
    assert words in " ".join(ended.err.replace("│", " ").split())
    assert "Traceback" not in ended.err
    assert ended.out == ""


def test_anothers_token_is_not_found(spote: Spote, actor: Actor) -> None:
    spote("user", "create", "bob@example.org", "--generate")
    spote("token", "create", "bob@example.org", "--label", "Bob's")
    assert spote("token", "revoke", EMAIL, "Bob's").code == 1
