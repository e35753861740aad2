"""Tags read from texts and given; buckets and tags listed, renamed, merged, deleted."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.entrypoints.calls import field_names, new_note, ok, refused, titles


def counts(answer: httpx.Response) -> dict[str, int]:
    return {one["name"]: one["count"] for one in ok(answer)}


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("none", []),
        ("#One and #two, #ONE", ["one", "two"]),
        ("#a/b #c-d #e_f #ü", ["a/b", "c-d", "e_f", "ü"]),
        ("# Heading\n#5 `#code` C#sharp http://x.org/#part", []),
        ("```\n#fenced\n```\n#outside", ["outside"]),
    ],
)
def test_tags_left_out_come_from_the_text(person: httpx.Client, text: str, tags: list[str]) -> None:
    assert new_note(person, "x", text)["tags"] == tags


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ([], []),
        (["B", "a", "b", "#A"], ["b", "a"]),
        (["##x"], None),
        ([" #Idea "], ["idea"]),
        (["c++", "c#"], None),
        (["E\u0301t\u00e9"], ["\u00e9t\u00e9"]),
        (["a b"], None),
        (["a,b"], None),
        (["İ"], ["i̇"]),
    ],
    ids=ascii,
)
def test_tags_given_are_normalised(
    person: httpx.Client, given: list[str], kept: list[str] | None
) -> None:
    answer = person.post("/api/notes", json={"title": "x", "text": "#hidden", "tags": given})
    if kept is None:
        refused(answer, 400, "invalid_input")
        assert field_names(answer)[0].startswith("tags.")
    else:
        assert ok(answer, 201)["tags"] == kept


def test_tags_follow_the_text_and_explicit_ones_stay(person: httpx.Client) -> None:
    note = new_note(person, "x", "#one #two")
    path = f"/api/notes/{note['_id']}"
    assert ok(person.put(path, json={"tags": ["one", "two", "kept"]}))["tags"] == [
        "one",
        "two",
        "kept",
    ]
    changed = ok(person.put(path, json={"text": "#two #three"}))
    assert changed["tags"] == ["two", "kept", "three"]
    assert ok(person.put(path, json={"title": "y"}))["tags"] == ["two", "kept", "three"]
    assert ok(person.put(path, json={"text": "#four", "tags": ["five"]}))["tags"] == ["five"]
    assert ok(person.put(path, json={"tags": []}))["tags"] == []


def test_a_note_with_hundreds_of_hashtags_can_be_sent_back(person: httpx.Client) -> None:
    note = new_note(person, "x", " ".join(f"#tag{n}" for n in range(1000)))
    assert note["tags"] == [f"tag{n}" for n in range(200)]
    assert ok(person.put(f"/api/notes/{note['_id']}", json=note)) == note
    edited = ok(person.patch(f"/api/notes/{note['_id']}", json={"op": "prepend", "text": "#new"}))
    assert len(edited["tags"]) == 200


def test_buckets_and_tags_are_listed_with_counts_most_used_first(person: httpx.Client) -> None:
    for bucket, tags in (("B", ["x"]), ("A", ["x", "y"]), ("B", []), ("C", ["x"])):
        new_note(person, "n", "", bucket=bucket, tags=tags)
    assert ok(person.get("/api/buckets")) == [
        {"name": "B", "count": 2},
        {"name": "A", "count": 1},
        {"name": "C", "count": 1},
    ]
    assert ok(person.get("/api/tags")) == [{"name": "x", "count": 3}, {"name": "y", "count": 1}]
    assert ok(person.get("/api/tags", params={"limit": 1, "offset": 1})) == [
        {"name": "y", "count": 1}
    ]
    for path in ("/api/buckets", "/api/tags"):
        refused(person.get(path, params={"limit": 0}), 400, "invalid_input")
        refused(person.get(path, params={"limit": 10**6}), 400, "invalid_input")


def test_a_bucket_comes_with_its_first_note_and_goes_with_its_last(person: httpx.Client) -> None:
    assert ok(person.get("/api/buckets")) == []
    note = new_note(person, "x", bucket=" Work ")
    assert note["bucket"] == "Work"
    assert counts(person.get("/api/buckets")) == {"Work": 1}
    ok(person.put(f"/api/notes/{note['_id']}", json={"bucket": "Home"}))
    assert counts(person.get("/api/buckets")) == {"Home": 1}


def test_what_looks_alike_is_one_bucket(person: httpx.Client) -> None:
    new_note(person, "x", bucket="Caf\u00e9")
    new_note(person, "x", bucket="Cafe\u0301")
    assert counts(person.get("/api/buckets")) == {"Caf\u00e9": 2}


def test_a_bucket_is_renamed(person: httpx.Client) -> None:
    note = new_note(person, "x", bucket="Old/Deep name?")
    path = f"/api/buckets/{quote('Old/Deep name?', safe='')}"
    assert ok(person.patch(path, json={"name": "New"})) == {"name": "New", "count": 1}
    changed = ok(person.get(f"/api/notes/{note['_id']}"))
    assert (changed["bucket"], changed["version"]) == ("New", 2)
    assert counts(person.get("/api/buckets")) == {"New": 1}
    refused(person.patch(path, json={"name": "x"}), 404, "not_found")


def test_a_bucket_merges_into_one_that_is_there(person: httpx.Client) -> None:
    for bucket in ("A", "A", "B"):
        new_note(person, "x", bucket=bucket)
    assert ok(person.patch("/api/buckets/A", json={"name": "B"})) == {"name": "B", "count": 3}
    assert counts(person.get("/api/buckets")) == {"B": 3}
    assert len(titles(person.get("/api/notes", params={"buckets": "B"}))) == 3


def test_a_bucket_renamed_to_itself_stays(person: httpx.Client) -> None:
    note = new_note(person, "x", bucket="A")
    assert ok(person.patch("/api/buckets/A", json={"name": "A"})) == {"name": "A", "count": 1}
    assert ok(person.get(f"/api/notes/{note['_id']}")) == note


def test_notes_of_a_deleted_bucket_move_to_the_inbox(person: httpx.Client) -> None:
    new_note(person, "x", bucket="A")
    new_note(person, "y")
    ok(person.delete("/api/buckets/A"), 204)
    assert counts(person.get("/api/buckets")) == {"Inbox": 2}
    refused(person.delete("/api/buckets/A"), 404, "not_found")
    refused(person.delete("/api/buckets/Inbox"), 409, "inbox_stays")


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "a\nb", None, 7])
def test_a_bad_name_is_refused(person: httpx.Client, name: Any) -> None:
    new_note(person, "x", bucket="A", tags=["a"])
    refused(person.patch("/api/buckets/A", json={"name": name}), 400, "invalid_input")
    refused(person.patch("/api/tags/a", json={"name": name}), 400, "invalid_input")


def test_a_tag_is_renamed_in_the_texts_too(person: httpx.Client) -> None:
    note = new_note(person, "x", "Some #Old, `#old` and #older.\r\n#old")
    explicit = new_note(person, "y", "none", tags=["old"])
    assert ok(person.patch("/api/tags/old", json={"name": "#New"})) == {"name": "new", "count": 2}
    changed = ok(person.get(f"/api/notes/{note['_id']}"))
    assert changed["text"] == "Some #new, `#old` and #older.\r\n#new"
    assert changed["tags"] == ["new", "older"]
    assert ok(person.get(f"/api/notes/{explicit['_id']}"))["tags"] == ["new"]
    assert counts(person.get("/api/tags")) == {"new": 2, "older": 1}
    refused(person.patch("/api/tags/old", json={"name": "x"}), 404, "not_found")


def test_a_tag_merges_into_one_that_is_there(person: httpx.Client) -> None:
    note = new_note(person, "x", "#a #b")
    new_note(person, "y", "#b")
    assert ok(person.patch("/api/tags/a", json={"name": "b"})) == {"name": "b", "count": 2}
    assert ok(person.get(f"/api/notes/{note['_id']}"))["tags"] == ["b"]
    assert counts(person.get("/api/tags")) == {"b": 2}


def test_a_tag_that_cannot_be_a_hashtag_is_refused_where_texts_hold_it(
    person: httpx.Client,
) -> None:
    new_note(person, "x", "#a")
    refused(person.patch("/api/tags/a", json={"name": "c++"}), 400, "invalid_input")
    new_note(person, "y", "", tags=["d"])
    assert ok(person.patch("/api/tags/d", json={"name": "c++"}))["count"] == 1
    assert ok(person.patch("/api/tags/c%2B%2B", json={"name": "e"}))["count"] == 1


def test_names_of_others_are_not_touched(person: httpx.Client, stranger: httpx.Client) -> None:
    theirs = new_note(stranger, "x", "#a", bucket="A")
    refused(person.patch("/api/buckets/A", json={"name": "B"}), 404, "not_found")
    refused(person.patch("/api/tags/a", json={"name": "b"}), 404, "not_found")
    assert ok(person.get("/api/buckets")) == ok(person.get("/api/tags")) == []
    assert ok(stranger.get(f"/api/notes/{theirs['_id']}")) == theirs
