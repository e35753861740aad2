"""`GET /api/notes`: order, paging, filters, summaries."""

import re
from typing import Any

import httpx
import pytest

from tests.entrypoints.calls import field_names, new_note, ok, refused, titles


@pytest.fixture
def five(person: httpx.Client) -> httpx.Client:
    """Notes One to Five, in that order; the even ones at Work, Three with two tags."""
    new_note(person, "One", "first", bucket="Home", tags=["red"])
    new_note(person, "Two", "second", bucket="Work", tags=["blue"])
    new_note(person, "Three", "third", bucket="Home", tags=["red", "blue"])
    new_note(person, "Four", "fourth", bucket="Work/Private")
    new_note(person, "Five", "fifth", bucket="Inbox", tags=["c++", "naïve"])
    return person


def test_the_newest_comes_first(five: httpx.Client) -> None:
    answer = five.get("/api/notes")
    assert titles(answer) == ["Five", "Four", "Three", "Two", "One"]
    assert answer.headers["x-total-count"] == "5"
    assert "link" not in answer.headers


def test_an_empty_list_is_an_empty_array(person: httpx.Client) -> None:
    answer = person.get("/api/notes")
    assert (ok(answer), answer.headers["x-total-count"]) == ([], "0")


def test_nobody_elses_notes_are_listed(five: httpx.Client, stranger: httpx.Client) -> None:
    answer = stranger.get("/api/notes")
    assert (ok(answer), answer.headers["x-total-count"]) == ([], "0")


def test_a_change_brings_a_note_up_only_where_asked_for(five: httpx.Client) -> None:
    first = ok(five.get("/api/notes"))[-1]
    ok(five.put(f"/api/notes/{first['_id']}", json={"text": "changed"}))
    assert titles(five.get("/api/notes"))[-1] == "One"
    assert titles(five.get("/api/notes", params={"sort": "updated_at"}))[0] == "One"
    assert titles(five.get("/api/notes", params={"sort": "created_at"}))[0] == "Five"


def test_pages_follow_each_other_by_their_links(five: httpx.Client) -> None:
    path, seen = (
        "/api/notes?limit=2&buckets=Home&buckets=Work&fields=summary&tags=red&tags=blue",
        [],
    )
    while path:
        answer = five.get(path)
        seen += titles(answer)
        assert answer.headers["x-total-count"] == "3"
        link = re.fullmatch(r'<(/api/notes\?[^>]+)>; rel="next"', answer.headers.get("link", ""))
        path = link[1] if link else ""
    assert seen == ["Three", "Two", "One"]


def test_skip_is_another_word_for_offset(five: httpx.Client) -> None:
    by_offset = five.get("/api/notes", params={"offset": 2, "limit": 2})
    by_skip = five.get("/api/notes", params={"skip": 2, "limit": 2})
    assert titles(by_skip) == titles(by_offset) == ["Three", "Two"]
    assert by_skip.headers["link"] == by_offset.headers["link"]


def test_a_page_past_the_end_is_empty(five: httpx.Client) -> None:
    answer = five.get("/api/notes", params={"offset": 50})
    assert (ok(answer), answer.headers["x-total-count"]) == ([], "5")
    assert "link" not in answer.headers


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit": 0},
        {"limit": 201},
        {"limit": -1},
        {"limit": "x"},
        {"limit": "1e3"},
        {"offset": -1},
        {"offset": 2**64},
        {"skip": -1},
        {"skip": 2**64},
        {"sort": "title"},
        {"shared": "maybe"},
        {"fields": "few"},
        {"buckets": ""},
        {"buckets": "a\x00"},
        {"tags": "a b"},
        {"updated_since": "yesterday"},
    ],
    ids=str,
)
def test_parameters_out_of_bounds_are_refused(person: httpx.Client, wrong: dict[str, Any]) -> None:
    answer = person.get("/api/notes", params=wrong)
    refused(answer, 400, "invalid_input")
    assert field_names(answer)[0].split(".")[0] == next(iter(wrong))


def test_the_limit_may_be_200(person: httpx.Client) -> None:
    assert ok(person.get("/api/notes", params={"limit": 200})) == []


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"buckets": "Home"}, ["Three", "One"]),
        ({"buckets": ["Home", "Work"]}, ["Three", "Two", "One"]),
        ({"buckets": "Work"}, ["Two"]),
        ({"buckets": "work"}, []),
        ({"buckets": " Home "}, ["Three", "One"]),
        ({"tags": "red"}, ["Three", "One"]),
        ({"tags": ["red", "blue"]}, ["Three", "Two", "One"]),
        ({"tags": "#RED"}, ["Three", "One"]),
        ({"tags": "c++"}, ["Five"]),
        ({"tags": "nai\u0308ve"}, ["Five"]),
        ({"tags": "green"}, []),
        ({"buckets": "Home", "tags": "blue"}, ["Three"]),
        ({"buckets": ["Home", "Work"], "tags": ["blue", "green"]}, ["Three", "Two"]),
        ({"buckets": "Nowhere"}, []),
    ],
    ids=str,
)
def test_filters_name_any_of_the_buckets_and_any_of_the_tags(
    five: httpx.Client, wanted: dict[str, Any], found: list[str]
) -> None:
    answer = five.get("/api/notes", params=wanted)
    assert titles(answer) == found
    assert answer.headers["x-total-count"] == str(len(found))
    whole = five.get("/api/notes", params={**wanted, "limit": 1, "fields": "summary"})
    assert whole.headers["x-total-count"] == str(len(found))


def test_summaries_have_an_excerpt_in_place_of_the_text(person: httpx.Client) -> None:
    new_note(person, "Long", "# Head\n\n" + "word " * 500)
    new_note(person, "Empty", "")
    empty, long = ok(person.get("/api/notes", params={"fields": "summary"}))
    assert "text" not in long
    assert long["excerpt"].startswith("# Head word word")
    assert len(long["excerpt"]) <= 200
    assert empty["excerpt"] == ""
    assert set(long) - {"excerpt"} == set(ok(person.get("/api/notes"))[0]) - {"text"}


def test_own_notes_are_not_shared_ones(five: httpx.Client) -> None:
    assert len(titles(five.get("/api/notes", params={"shared": "exclude"}))) == 5
    assert len(titles(five.get("/api/notes", params={"shared": "include"}))) == 5
    only = five.get("/api/notes", params={"shared": "only"})
    assert (ok(only), only.headers["x-total-count"]) == ([], "0")


def test_changes_since_a_time_can_be_asked_for(five: httpx.Client) -> None:
    notes = ok(five.get("/api/notes"))
    since = notes[1]["updated_at"]
    assert titles(five.get("/api/notes", params={"updated_since": since})) == ["Five", "Four"]
    for odd in ("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"):
        assert five.get("/api/notes", params={"updated_since": odd}).status_code in (200, 400)
