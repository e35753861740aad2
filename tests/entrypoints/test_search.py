"""`GET /api/notes/search` by words: scores, snippets, filters, odd questions, other scripts."""

from typing import Any

import httpx
import pytest

from tests.entrypoints.calls import field_names, new_note, ok, refused, titles
from tests.servers import Server, new_token


def search(client: httpx.Client, q: str, **more: Any) -> httpx.Response:
    return client.get("/api/notes/search", params={"q": q, "mode": "keyword", **more})


def test_a_note_is_found_as_soon_as_it_is_saved(person: httpx.Client) -> None:
    for n in range(5):
        new_note(person, f"Note {n}", f"word{n}")
        assert titles(search(person, f"word{n}")) == [f"Note {n}"]


def test_a_found_note_is_whole_with_score_and_snippet(person: httpx.Client) -> None:
    note = new_note(person, "Plan", "intro\n\nthe needle is here #tag", bucket="Work")
    answer = search(person, "needle")
    [found] = ok(answer)
    assert {name: found[name] for name in note} == note
    assert set(found) - set(note) == {"score", "snippet", "matched_by"}
    assert found["matched_by"] == ["words"]
    assert (answer.headers["x-total-count"], answer.headers["x-search-mode"]) == ("1", "keyword")


def test_scores_fall_from_strong_matches_to_weak_ones(person: httpx.Client) -> None:
    new_note(person, "Elsewhere", "filler " * 300 + "zebra crossing " + "filler " * 300)
    new_note(person, "Zebra crossing", "about them")
    new_note(person, "Other", "a crossing without the animal")
    new_note(person, "Unrelated", "nothing of it")
    answer = ok(search(person, "zebra crossing"))
    assert [note["title"] for note in answer] == ["Zebra crossing", "Elsewhere", "Other"]
    scores = [note["score"] for note in answer]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert scores[0] > 0.8 > scores[2]


@pytest.mark.parametrize("q", ["Work", "work", "tagged", "headline", "body", "BODY", "bod"])
def test_bucket_tags_title_and_text_are_searched(person: httpx.Client, q: str) -> None:
    new_note(person, "Headline", "the body", bucket="Work", tags=["tagged"])
    new_note(person, "Other", "nothing")
    assert titles(search(person, q)) == ["Headline"]


def test_ten_notes_come_unless_asked_for_more_or_less(person: httpx.Client) -> None:
    for n in range(12):
        new_note(person, f"Same {n}", "common")
    answer = search(person, "common")
    assert (len(ok(answer)), answer.headers["x-total-count"]) == (10, "12")
    assert len(ok(search(person, "common", limit=50))) == 12
    assert len(ok(search(person, "common", limit=1))) == 1
    following = answer.headers["link"].partition(">")[0][1:]
    rest = ok(person.get(following))
    assert len(rest) == 2
    assert not {note["_id"] for note in rest} & {note["_id"] for note in ok(answer)}
    assert ok(search(person, "common", offset=500)) == []


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"q": ""},
        {"q": "  \n"},
        {"q": "\x00"},
        {"q": "\u200b"},
        {"q": "\u00ad"},
        {"q": "x" * 1001},
        {"q": "x", "limit": 0},
        {"q": "x", "limit": 51},
        {"q": "x", "offset": -1},
        {"q": "x", "mode": "magic"},
        {"q": "x", "buckets": ""},
        {"q": "x", "tags": "a b"},
    ],
    ids=str,
)
def test_bad_questions_are_refused(person: httpx.Client, params: dict[str, Any]) -> None:
    answer = person.get("/api/notes/search", params=params)
    refused(answer, 400, "invalid_input")
    assert field_names(answer)


def test_search_by_meaning_says_when_it_is_not_there(person: httpx.Client) -> None:
    new_note(person, "x", "word")
    hybrid = search(person, "word", mode="hybrid")
    assert titles(hybrid) == ["x"]
    if hybrid.headers["x-search-mode"] == "keyword":
        answer = search(person, "word", mode="semantic")
        refused(answer, 503, "unavailable")
        assert int(answer.headers["retry-after"]) > 0


def test_filters_narrow_the_search(person: httpx.Client) -> None:
    new_note(person, "A", "common", bucket="Work", tags=["x"])
    new_note(person, "B", "common", bucket="Home", tags=["x", "y"])
    new_note(person, "C", "common", bucket="Home")
    assert sorted(titles(search(person, "common", buckets="Home"))) == ["B", "C"]
    assert sorted(titles(search(person, "common", buckets=["Home", "Work"]))) == ["A", "B", "C"]
    assert titles(search(person, "common", tags="#Y")) == ["B"]
    both = search(person, "common", buckets="Home", tags=["x", "nothing"])
    assert (titles(both), both.headers["x-total-count"]) == (["B"], "1")


def test_nobody_finds_notes_of_others(person: httpx.Client, stranger: httpx.Client) -> None:
    new_note(stranger, "Theirs", "common")
    answer = search(person, "common")
    assert (ok(answer), answer.headers["x-total-count"]) == ([], "0")


def test_a_change_is_found_by_its_new_words_alone(person: httpx.Client) -> None:
    note = new_note(person, "x", "before")
    ok(person.put(f"/api/notes/{note['_id']}", json={"text": "after"}))
    assert titles(search(person, "before")) == []
    assert titles(search(person, "after")) == ["x"]


@pytest.mark.parametrize(
    ("text", "q"),
    [
        ("start " + "filler " * 100 + "the needle stands here " + "filler " * 100, "needle"),
        ("needle at once", "needle"),
        ("the end is a needle", "needle"),
        ("🙂" * 300 + " ünïcode needle 漢字", "needle"),
        ("漢字" * 50 + "東京タワー" + "漢字" * 50, "東京"),
        ("line\r\nneedle\r\nline", "NEEDLE"),
        ("Crème brûlée " * 3, "creme"),
        ("x" * 1000 + " needle", "needle"),
    ],
)
def test_snippets_say_exactly_where_they_and_their_words_stand(
    person: httpx.Client, text: str, q: str
) -> None:
    new_note(person, "x", text)
    [found] = ok(search(person, q))
    snippet = found["snippet"]
    assert set(snippet) == {"text", "start", "end", "matches"}
    assert text[snippet["start"] : snippet["end"]] == snippet["text"]
    assert snippet["matches"]
    for start, end in snippet["matches"]:
        assert snippet["start"] <= start < end <= snippet["end"]
    assert len(snippet["text"]) <= 300


def test_a_match_in_the_title_alone_shows_the_beginning(person: httpx.Client) -> None:
    new_note(person, "Needle", "some text")
    [found] = ok(search(person, "needle"))
    assert found["snippet"] == {"text": "some text", "start": 0, "end": 9, "matches": []}


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("Crème brûlée", ["creme", "brulee", "CRÈME", "cre\u0300me"]),
        ("naive cafe", ["naïve", "café"]),
        ("Ångström", ["angstrom"]),
        ("東京都に住んでいます", ["東京", "京都", "住んで"]),
        ("我爱北京天安门", ["北京", "天安门", "爱"]),
        ("한국어 문장입니다", ["한국", "문장"]),
        ("สวัสดีครับ", ["สวัสดี", "ครับ"]),
        ("हिन्दी में लिखा", ["हिन्दी", "लिखा"]),
        ("Привет, мир", ["привет", "МИР"]),
        ("مرحبا بالعالم", ["مرحبا"]),
        ("ΑΘΗΝΑ Ελλάδα", ["αθηνα", "ελλαδα"]),
        ("ｆｕｌｌｗｉｄｔｈ ①", ["fullwidth"]),
        ("error E1234-5678 in foo_bar.baz()", ["E1234-5678", "foo_bar.baz", "1234"][:2]),
        ("it's C++ and C#", ["it's", "C++"]),
        ("İstanbul", ["istanbul"]),
    ],
    ids=ascii,
)
def test_words_of_all_scripts_are_found(
    person: httpx.Client, text: str, questions: list[str]
) -> None:
    new_note(person, "x", text)
    new_note(person, "decoy", "entirely different words")
    for q in questions:
        assert titles(search(person, q)) == ["x"], q


@pytest.mark.parametrize(
    "q",
    [
        '"',
        '""',
        "'",
        "*",
        "a*",
        "-",
        "NOT",
        "AND OR NOT",
        "NEAR(a b)",
        "title:x",
        "{a} : b",
        "(",
        "^x",
        '"open',
        "🙂",
        "a\x00b",
        "%",
        "_",
        "\\",
        "; DROP TABLE notes",
        "x" * 1000,
        "word " * 199,
        "\u0301",
        "+ - * /",
        "account:a",
    ],
    ids=ascii,
)
def test_no_question_is_an_error(person: httpx.Client, q: str) -> None:
    new_note(person, "Needle", "plain")
    assert search(person, q).status_code == 200


def test_quoted_words_stand_in_a_row(person: httpx.Client) -> None:
    new_note(person, "Row", "big red ball")
    new_note(person, "Apart", "red and big ball")
    assert titles(search(person, '"big red"')) == ["Row"]


def test_other_accounts_do_not_change_a_score(person: httpx.Client, stranger: httpx.Client) -> None:
    new_note(person, "x", "alpha beta")
    before = ok(search(person, "alpha gamma"))
    for _ in range(5):
        new_note(stranger, "y", "alpha alpha alpha")
    assert ok(search(person, "alpha gamma")) == before


def test_notes_in_the_trash_crowd_nothing_out(person: httpx.Client) -> None:
    for _ in range(110):
        note = new_note(person, "common", "common common", bucket="common")
        ok(person.delete(f"/api/notes/{note['_id']}"), 204)
    new_note(person, "Left", "filler " * 50 + "common")
    answer = search(person, "common")
    assert (titles(answer), answer.headers["x-total-count"]) == (["Left"], "1")


def test_filtered_out_notes_crowd_nothing_out(server: Server, person: httpx.Client) -> None:
    for _ in range(110):
        new_note(person, "common", "common common", bucket="common")
    new_note(person, "Left", "filler " * 50 + "common #rare", bucket="Work")
    assert titles(search(person, "common", buckets="Work")) == ["Left"]
    assert titles(search(person, "common", tags="rare")) == ["Left"]
    for places in ({"buckets": ["Work"]}, {"except_buckets": ["common"]}, {"tags": ["rare"]}):
        with server.client(new_token(person, access=places)) as agent:
            answer = search(agent, "common")
            assert (titles(answer), answer.headers["x-total-count"]) == (["Left"], "1")
