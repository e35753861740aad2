"""Notes are found by their words wherever these stand, on either engine."""

from typing import Any

import pytest

from spote.domain import search
from spote.domain.notes.words import words
from spote.domain.search import snippets
from spote.domain.search.model import QUERY_LIMIT
from spote.errors import InvalidInput
from spote.identity import Actor, Grant
from spote.paging import Page
from tests.domain.conftest import Run, agent_of
from tests.domain.search.conftest import embed_all

FILLER = "lorem ipsum dolor sit amet. "
LONG = FILLER * 2_500  # 70,000 characters: more than are read for ranking


@pytest.fixture
def ask(read: Run, person: Actor) -> Run:
    def ask(q: str, actor: Actor = person) -> Any:
        query = search.SearchQuery(q=q, mode="keyword")
        return read(search.search_notes, actor, query, Page(50)).items

    return ask


def scores(found: list[search.FoundNote]) -> dict[str, float]:
    return {note.title: note.score for note in found}


@pytest.mark.parametrize(
    ("q", "score"),
    [
        ("zyxwvut", 0.75),
        ("ZYXWVÜT", 0.75),
        ('"zyxwvut abc"', 0.75),
        ("zyxwv", 0.6),
        ("漢字", 0.75),
    ],
)
def test_a_word_far_down_counts_as_if_it_stood_there_once(
    save: Run, ask: Run, q: str, score: float
) -> None:
    save("Long", LONG + "zyxwvut, abc 漢字")
    assert scores(ask(q)) == {"Long": score}


def test_words_that_are_nowhere_in_a_long_text_count_nothing(save: Run, ask: Run) -> None:
    save("Long", LONG + "zyxwvut abc")
    save("Short", FILLER + "zyxwvut abc")
    save("Other", "absent zyxwvut")
    for q in ("zyxwvut absent", 'zyxwvut "abc zyxwvut" absent', "absent zyxwv"):
        found = scores(ask(q))
        assert 0 < found["Long"] == found["Short"] < found["Other"]


def test_a_whole_word_far_down_counts_more_than_a_beginning_near_the_top(
    save: Run, ask: Run
) -> None:
    save("Beginning", "needlework " + LONG)
    save("Word", "needlework " + LONG + "needle")
    assert scores(ask("needle")) == {"Word": 0.75, "Beginning": 0.6}


def test_one_bucket_knows_of_its_long_texts_alone(save: Run, ask: Run, account: Any) -> None:
    save("Open", LONG + "zyxwvut", bucket="Open")
    save("Hidden", LONG + "zyxwvut absent", bucket="Hidden")
    agent = agent_of(account, Grant(buckets=("Open",)))
    assert scores(ask("zyxwvut", agent)) == {"Open": 0.75}
    assert scores(ask("zyxwvut absent", agent))["Open"] < 0.5


@pytest.mark.parametrize(
    "filler", [FILLER, "lörem ipsüm dolor. ", "日本語の文章を書く。", "é" * 40]
)
@pytest.mark.parametrize("needle", ["needle", "Nëedle", "針山"])
def test_the_passage_shown_is_where_the_word_stands(
    save: Run, ask: Run, filler: str, needle: str
) -> None:
    text = filler * (300_000 // len(filler)) + f" a {needle} here " + filler * 10
    save("Long", text)
    [found] = ask(needle)
    assert needle in found.snippet.text
    marked = "".join(text[start:end] for start, end in found.snippet.matches)
    assert marked == needle
    assert len(found.snippet.text) <= 300


@pytest.mark.parametrize("far", [0, 950, 998, 1_003, 40_000])
def test_the_passage_shown_has_the_most_words(save: Run, ask: Run, far: int) -> None:
    save("Long", "red ball " + "x " * 300 + "green. " * far + "a big red hat, a ball")
    [found] = ask("big red ball")
    assert "big red hat, a ball" in found.snippet.text
    assert len(found.snippet.matches) == 3


def test_parts_of_longer_words_hide_no_word(save: Run, ask: Run) -> None:
    save("Long", "start smart parting. " * 20_000 + "art")
    [found] = ask("art")
    assert found.snippet.text.endswith(" art")


def test_decomposed_texts_have_their_words_marked(save: Run, ask: Run) -> None:
    text = "in Zu\u0308rich: か\u3099く"
    save("Note", text)
    for q, marked in (("Zürich", ["Zu\u0308rich"]), ("がく", ["か\u3099", "く"])):
        [found] = ask(q)
        assert [text[start:end] for start, end in found.snippet.matches] == marked


def test_runs_that_nobody_can_ask_for_are_not_looked_at_again_and_again(
    save: Run, ask: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look would begin within the run, and take the rest of it for another word."""
    folded = list[int]()

    def counted(token: str) -> list[str]:
        folded.append(len(token))
        return words(token)

    monkeypatch.setattr(snippets, "words", counted)
    save("Long", "\ufdfa" * 20_000)
    [found] = ask("\ufdfa" * 250)
    assert found.snippet.start == 0
    assert sum(folded) <= QUERY_LIMIT


@pytest.mark.parametrize("q", ["", " \n", "\0", "\u200b", "\u00ad", "\u200d \u2060", "\ufeff\t"])
def test_what_cannot_be_seen_asks_nothing(read: Run, person: Actor, q: str) -> None:
    for service in (search.prepare_search, search.search_notes):
        more = [Page()] if service is search.search_notes else []
        with pytest.raises(InvalidInput, match="blank"):
            read(service, person, search.SearchQuery(q=q), *more)


def test_a_query_may_not_be_too_long(read: Run, person: Actor) -> None:
    with pytest.raises(InvalidInput, match=r"q may have at most 1,000 characters\."):
        read(search.prepare_search, person, search.SearchQuery(q="x" * 1001))


def test_no_more_than_a_hundred_are_found_by_words_and_meaning(
    save: Run,
    read: Run,
    person: Actor,
    worker: search.EmbeddingWorker,
    by_meaning: search.SearchByMeaning,
) -> None:
    for number in range(110):
        save(f"Word {number}", "okapi")
        save(f"Meaning {number}", "car")
    embed_all(worker)
    prepared = read(search.prepare_search, person)
    question = by_meaning.ask("automobile okapi", prepared.model or "")
    query = search.SearchQuery(q="automobile okapi")
    found = [
        read(search.search_notes, person, query, Page(50, offset), question)
        for offset in (0, 50, 100)
    ]
    assert [(len(one.items), one.total) for one in found] == [(50, 100), (50, 100), (0, 100)]
