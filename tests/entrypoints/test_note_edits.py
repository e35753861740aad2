"""`PATCH /api/notes/:id`: adding to a note and replacing words in it."""

from typing import Any

import httpx
import pytest

from tests.entrypoints.calls import challenge, field_names, new_note, ok, refused
from tests.servers import Server, new_token

SECTIONS = "# Plan\n\nintro\n\n## Todo\n\n- one\n\n## Done\n\n- zero\n"


@pytest.mark.parametrize(
    ("edit", "text"),
    [
        ({"op": "append", "text": "three"}, "one\ntwo\nthree"),
        ({"op": "append", "text": "three\n"}, "one\ntwo\nthree\n"),
        ({"op": "prepend", "text": "zero"}, "zero\none\ntwo\n"),
        ({"op": "replace", "find": "two", "text": "2"}, "one\n2\n"),
        ({"op": "replace", "find": "o", "text": "0", "expected_count": 2}, "0ne\ntw0\n"),
        ({"op": "replace", "find": "two\n", "text": ""}, "one\n"),
    ],
    ids=str,
)
def test_an_edit_leaves_the_rest_as_it_is(
    person: httpx.Client, edit: dict[str, Any], text: str
) -> None:
    note = new_note(person, "x", "one\ntwo\n")
    answer = person.patch(f"/api/notes/{note['_id']}", json=edit)
    changed = ok(answer)
    assert (changed["text"], changed["version"]) == (text, 2)
    assert answer.headers["etag"] == '"2"'


def test_line_endings_of_the_note_are_kept(person: httpx.Client) -> None:
    note = new_note(person, "x", "one  \r\ntwo\t\r\n🙂")
    changed = ok(person.patch(f"/api/notes/{note['_id']}", json={"op": "append", "text": "four"}))
    assert changed["text"] == "one  \r\ntwo\t\r\n🙂\r\nfour"


@pytest.mark.parametrize(
    ("edit", "text"),
    [
        (
            {"op": "append", "heading": "Todo", "text": "- two"},
            SECTIONS.replace("- one\n", "- one\n- two\n"),
        ),
        (
            {"op": "prepend", "heading": "## Done", "text": "- first"},
            SECTIONS.replace("## Done\n", "## Done\n- first\n"),
        ),
        (
            {"op": "replace", "heading": "Done", "find": "- ", "text": "* "},
            SECTIONS.replace("- zero", "* zero"),
        ),
    ],
    ids=str,
)
def test_a_heading_keeps_the_edit_within_its_section(
    person: httpx.Client, edit: dict[str, Any], text: str
) -> None:
    note = new_note(person, "x", SECTIONS)
    assert ok(person.patch(f"/api/notes/{note['_id']}", json=edit))["text"] == text


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        ({"op": "replace", "find": "absent", "text": ""}, "find_mismatch"),
        ({"op": "replace", "find": "- ", "text": ""}, "find_mismatch"),
        ({"op": "replace", "find": "intro", "text": "", "expected_count": 2}, "find_mismatch"),
        ({"op": "replace", "find": "- zero", "text": "", "heading": "Todo"}, "find_mismatch"),
        ({"op": "append", "heading": "Nowhere", "text": "x"}, "heading_not_found"),
        ({"op": "append", "text": "x", "version": 7}, "version_conflict"),
    ],
    ids=str,
)
def test_an_edit_that_does_not_fit_changes_nothing(
    person: httpx.Client, edit: dict[str, Any], code: str
) -> None:
    note = new_note(person, "x", SECTIONS)
    refused(person.patch(f"/api/notes/{note['_id']}", json=edit), 409, code)
    assert ok(person.get(f"/api/notes/{note['_id']}")) == note


def test_a_heading_that_stands_twice_is_a_conflict(person: httpx.Client) -> None:
    note = new_note(person, "x", "## Same\n\na\n\n## Same\n\nb\n")
    edit = {"op": "append", "heading": "Same", "text": "x"}
    refused(person.patch(f"/api/notes/{note['_id']}", json=edit), 409, "heading_ambiguous")


def test_an_edit_knows_if_match_too(person: httpx.Client) -> None:
    path = f"/api/notes/{new_note(person, 'x', 'a')['_id']}"
    edit = {"op": "append", "text": "b"}
    assert ok(person.patch(path, json=edit, headers={"If-Match": '"1"'}))["version"] == 2
    body = refused(
        person.patch(path, json=edit, headers={"If-Match": '"1"'}), 409, "version_conflict"
    )
    assert (body["base"]["text"], body["current"]["text"]) == ("a", "a\nb")


@pytest.mark.parametrize(
    "edit",
    [
        {},
        {"op": "append"},
        {"op": "erase", "text": ""},
        {"op": "replace", "text": "x"},
        {"op": "replace", "text": "x", "find": ""},
        {"op": "append", "text": "x", "find": "y"},
        {"op": "replace", "text": "x", "find": "y", "expected_count": 0},
        {"op": "replace", "text": "x", "find": "y", "expected_count": 2**64},
        {"op": "append", "text": "x", "heading": ""},
        {"op": "append", "text": "x", "findd": "y"},
    ],
    ids=str,
)
def test_an_edit_that_makes_no_sense_is_refused(person: httpx.Client, edit: dict[str, Any]) -> None:
    note = new_note(person, "x", "y")
    answer = person.patch(f"/api/notes/{note['_id']}", json=edit)
    refused(answer, 400, "invalid_input")
    assert field_names(answer)
    assert ok(person.get(f"/api/notes/{note['_id']}")) == note


def test_tags_follow_an_edit(person: httpx.Client) -> None:
    note = new_note(person, "x", "a #old", tags=None)
    path = f"/api/notes/{note['_id']}"
    assert ok(person.patch(path, json={"op": "append", "text": "#new"}))["tags"] == ["old", "new"]
    edit = {"op": "replace", "find": " #old", "text": ""}
    assert ok(person.patch(path, json=edit))["tags"] == ["new"]


def test_who_may_only_append_gets_a_receipt(server: Server, person: httpx.Client) -> None:
    note = new_note(person, "Diary", "secret")
    path = f"/api/notes/{note['_id']}"
    token = new_token(person, access={"verbs": ["append"]})
    with server.client(token) as agent:
        receipt = ok(agent.patch(path, json={"op": "append", "text": "more"}))
        assert set(receipt) == {"_id", "version", "created_at", "updated_at"}
        assert receipt["version"] == 2
        stale = agent.patch(path, json={"op": "append", "text": "x", "version": 1})
        assert set(refused(stale, 409, "version_conflict")) == {"message", "code"}
        for edit in (
            {"op": "replace", "find": "secret", "text": ""},
            {"op": "append", "heading": "x", "text": ""},
        ):
            answer = agent.patch(path, json=edit)
            refused(answer, 403, "insufficient_scope")
            assert challenge(answer)["scope"] == "edit"
        refused(agent.get(path), 403, "insufficient_scope")
        refused(agent.put(path, json={"title": "x"}), 403, "insufficient_scope")
    assert ok(person.get(path))["text"] == "secret\nmore"
