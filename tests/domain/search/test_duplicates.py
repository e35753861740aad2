"""Notes that are likely the same are found by their stored vectors, and only within reach."""

import numpy as np
import pytest

from spote.domain import accounts, notes, search
from spote.domain.search.embedding import curve_of
from spote.domain.search.embedding.e5 import E5
from spote.errors import NotFound, Unavailable
from spote.identity import Actor, Grant
from spote.storage import Database
from tests.domain.conftest import Run, agent_of
from tests.domain.search.conftest import embed_all
from tests.domain.search.embedders import WordSenses

LONG = [f"Part {n} is about the {word}. " * 60 for n, word in enumerate(("car", "bread", "boat"))]
SOURDOUGH = (
    "Feed the starter in the evening and let it stand overnight. In the morning mix it with flour, water and"
    " salt, fold the dough four times, and bake it in a hot pot for forty minutes."
)


@pytest.fixture
def same(read: Run, person: Actor, by_meaning: search.SearchByMeaning) -> Run:
    """Titles of what is likely the same."""

    def same(of: str | search.ReadText, actor: Actor = person) -> list[str]:
        found = read(search.near_duplicates, actor, of, by_meaning)
        likeness = [one.likeness for one in found]
        assert likeness == sorted(likeness, reverse=True)
        assert all(curve_of("senses/1").same_from <= one <= 1 for one in likeness)
        return [one.note.title for one in found]

    return same


def test_the_same_again_is_found_and_nothing_else(
    save: Run, worker: search.EmbeddingWorker, embedder: WordSenses, same: Run
) -> None:
    first, _, other = save("One", "car"), save("Two", "automobile"), save("Three", "car bread")
    embed_all(worker)
    embedder.is_down = True  # nothing is embedded again
    assert same(first) == ["Two"]
    assert same(other) == []


def test_a_long_note_is_the_same_as_one_with_the_same_parts_and_not_as_one_with_a_part_of_it(
    save: Run, worker: search.EmbeddingWorker, same: Run
) -> None:
    whole = save("Whole", "\n\n".join(LONG))
    save("Turned", "\n\n".join(reversed(LONG)))
    part = save("Part", LONG[0])
    embed_all(worker)
    assert same(whole) == ["Turned"]
    assert same(part) == []


def test_a_text_that_is_not_saved_is_compared_without_being_kept(
    save: Run,
    worker: search.EmbeddingWorker,
    by_meaning: search.SearchByMeaning,
    same: Run,
    sql: Run,
) -> None:
    save("Errand", "Fetch the automobile.")
    embed_all(worker)
    assert same(by_meaning.read_text("Trip", "Take the car.", "senses/1")) == ["Errand"]
    assert same(by_meaning.read_text("Baking", "A loaf.", "senses/1")) == []
    assert sql("SELECT count(*) FROM passages") == [(1,)]


def test_only_what_is_within_reach_is_told(
    save: Run,
    write: Run,
    worker: search.EmbeddingWorker,
    same: Run,
    account: accounts.Account,
    stranger: Actor,
) -> None:
    mine, _ = save("Mine", "car", bucket="Work"), save("Private", "car", bucket="Work/Private")
    save("Work too", "car", bucket="Work")
    theirs = write(notes.create_note, stranger, notes.NoteDraft(title="Theirs", text="car")).id
    trashed = save("Gone", "car", bucket="Work")
    embed_all(worker)
    write(notes.delete_note, stranger, theirs)
    assert set(same(mine)) == {"Private", "Work too", "Gone"}
    limited = agent_of(account, Grant(buckets=("Work",), except_buckets=("Work/Private",)))
    assert set(same(mine, limited)) == {"Work too", "Gone"}
    with pytest.raises(NotFound):
        same(mine, stranger)
    with pytest.raises(NotFound):
        same(mine, agent_of(account, Grant(buckets=("Elsewhere",))))
    owner = agent_of(account)
    write(notes.delete_note, owner, trashed)
    assert set(same(mine)) == {"Private", "Work too"}


def test_that_nothing_is_known_is_not_told_as_nothing_found(
    save: Run, worker: search.EmbeddingWorker, by_meaning: search.SearchByMeaning, same: Run
) -> None:
    note = save("One", "car")
    with pytest.raises(Unavailable):
        same(note)
    embed_all(worker)
    late = save("Late", "car")
    with pytest.raises(Unavailable):
        same(late)
    assert same(note) == []
    with pytest.raises(Unavailable):
        same(search.ReadText("another/1", np.ones((1, 64), np.float32)))


@pytest.mark.engine("sqlite")
def test_with_the_embedded_model_an_edited_copy_is_the_same_and_the_same_subject_is_not(
    database: Database, save: Run, read: Run, person: Actor, e5: E5
) -> None:
    """How this was measured stands in docs/search-quality.md."""
    real = search.SearchByMeaning(e5)
    save("Sourdough", SOURDOUGH)
    save(
        "Baguettes",
        "Mix flour, water, salt and yeast, let the dough rise for an hour, bake it hot.",
    )
    worker = search.EmbeddingWorker(database, real)
    embed_all(worker)
    worker.stop()
    copy = SOURDOUGH.replace("four times", "three times").replace("evening", "evneing") + " Enjoy!"
    found = read(search.near_duplicates, person, real.read_text("Sourdough", copy, e5.name), real)
    assert [one.note.title for one in found] == ["Sourdough"]
    talk = real.read_text(
        "Bread", "How long does a sourdough have to rest before it is baked?", e5.name
    )
    assert read(search.near_duplicates, person, talk, real) == []
