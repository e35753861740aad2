"""The vectors in memory: near enough to all of them compared, and within their bound."""

from typing import Any

import numpy as np

from spote.domain import notes, search
from spote.domain.search.index import nearest
from spote.domain.search.meaning import NOTHING_MORE, Meaning, stored_form
from spote.domain.search.part import Part, Vector, signs
from spote.domain.search.queries import passages as queries
from spote.identity import Actor
from tests.domain.conftest import Run, agent_of
from tests.domain.search.conftest import embed_all
from tests.domain.search.embedders import WordSenses


def learned(vectors: Vector, *, times: int) -> Part:
    """Bit by bit, one passage to a note."""
    part = Part()
    for some in np.array_split(np.arange(len(vectors)), times):
        part.learn(int(some[-1]), some, some, vectors[some])
    return part


def test_the_signs_of_a_vector_are_packed_into_bits() -> None:
    vectors = np.array([[1, -1] * 32, [-1, -1] * 32, [1, 1] * 32], np.float32)
    bits = signs(vectors)
    assert bits.shape == (1, 3)
    assert np.bitwise_count(bits).ravel().tolist() == [32, 0, 64]


def test_the_nearest_are_those_that_a_full_comparison_finds(
    write: Run,
    read: Run,
    account: Any,
    person: Actor,
    save: Run,
    by_meaning: search.SearchByMeaning,
) -> None:
    """Against exact cosines, on random vectors: harder than real ones, which lie in clusters."""
    chance = np.random.default_rng(3)
    vectors = chance.normal(size=(1500, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = [save(f"Note {n}") for n in range(len(vectors))]

    def insert(db: Any) -> None:
        queries.next_sequences(db, account.id, len(ids))
        for n, note_id in enumerate(ids):
            digest = bytes([n % 256, n // 256])
            one = queries.NewPassage(0, 0, digest, stored_form(vectors[n]), n + 1)
            queries.insert_passages(db, account.id, note_id, "m", [one])

    write(insert)
    hits = 0
    for n in range(40):
        question = vectors[n] + chance.normal(0, 0.05, 384).astype(np.float32)
        question /= np.linalg.norm(question)
        exact = [ids[place] for place in np.argsort(-(vectors @ question))[:10]]
        found = read(by_meaning.meaning.nearest, person, "m", question, NOTHING_MORE, count=10)
        assert found[0].note_id == exact[0]
        hits += len({one.note_id for one in found} & set(exact))
    assert hits / 400 >= 0.9


def test_many_passages_are_narrowed_by_their_signs() -> None:
    """Vectors as models make them, all around one direction, learned bit by bit."""
    chance = np.random.default_rng(5)
    centre = chance.normal(size=384)
    centre /= np.linalg.norm(centre)
    topics = chance.normal(0, 0.02, (400, 384))
    vectors = (
        centre + topics[chance.integers(0, 400, 20_000)] + chance.normal(0, 0.01, (20_000, 384))
    )
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    numbers = np.arange(len(vectors))
    part = learned(vectors, times=41)
    hits = 0
    for number in range(0, 2_000, 50):
        exact = set(np.argsort(-(vectors @ vectors[number]))[:10].tolist())
        found = nearest(part.view(), vectors[number], among=None, count=30)
        hits += len(exact & {one.number for one in found})
        among = numbers[::2]
        narrow = nearest(part.view(), vectors[number], among=among, count=10)
        assert {one.note_number for one in narrow} <= set(among.tolist())
    assert hits / 400 >= 0.99


def test_the_distance_from_the_centre_counts_beside_the_signs() -> None:
    """What lies near the centre has signs as different as what lies far away, and is nearer to every question."""
    chance = np.random.default_rng(7)
    centre = chance.normal(size=384)
    centre /= np.linalg.norm(centre)
    scatter = chance.uniform(0.005, 0.04, (20_000, 1))
    vectors = centre + scatter * chance.normal(size=(20_000, 384))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    part = learned(vectors, times=9)
    hits = 0
    for _ in range(40):
        raw = centre + 0.02 * chance.normal(size=384)
        question = (raw / np.linalg.norm(raw)).astype(np.float32)
        exact = set(np.argsort(-(vectors @ question))[:10].tolist())
        found = nearest(part.view(), question, among=None, count=30)
        hits += len(exact & {one.number for one in found})
    assert hits / 400 >= 0.99


def test_what_is_gone_takes_no_place() -> None:
    """Where more are gone than are compared, and all of them are nearer than what is there."""
    chance = np.random.default_rng(6)
    topics = chance.normal(size=(2, 384))
    vectors = topics[np.repeat([0, 1], [6_000, 3_000])] + chance.normal(0, 0.3, (9_000, 384))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    numbers = np.arange(9_000)
    part = Part()
    part.learn(9_000, numbers, numbers, vectors)
    assert not part.is_mostly_gone
    part.bury(numbers[:6_000])
    assert part.is_mostly_gone
    for among in (None, numbers):
        found = nearest(part.view(), vectors[0], among=among, count=100)
        exact = 6_000 + np.argsort(-(vectors[6_000:] @ vectors[0]))[:10]
        assert len(found) == 100
        assert len({one.number for one in found} & set(exact.tolist())) >= 9


def test_a_search_that_is_under_way_goes_on_with_what_it_knew() -> None:
    """What another thread strikes meanwhile must not change under its feet."""
    numbers = np.arange(100)
    part = Part()
    part.learn(100, numbers, numbers, np.eye(100, 384, dtype=np.float32))
    view = part.view()
    part.bury(numbers[:50])
    assert view.notes.tolist() == numbers.tolist()
    assert part.view().notes.tolist() == [-1] * 50 + numbers[50:].tolist()


def test_long_notes_leave_room_for_as_many_as_are_wanted() -> None:
    """Each of a few has more passages near the question than are compared at first."""
    chance = np.random.default_rng(8)
    topics = chance.normal(size=(2, 384))
    vectors = topics[np.repeat([0, 1], [12_000, 300])] + chance.normal(0, 0.3, (12_300, 384))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    notes_of = np.concatenate([np.arange(12_000) // 1_000, np.arange(100, 400)])
    part = Part()
    part.learn(12_300, np.arange(12_300), notes_of, vectors)
    for among in (None, notes_of):
        found = [one.note_number for one in nearest(part.view(), vectors[0], among=among, count=60)]
        assert len(set(found)) == 60
        assert set(found[:12]) == set(range(12))


def test_what_is_remembered_stays_within_its_bound_and_answers_stay_right(
    save: Run,
    write: Run,
    read: Run,
    worker: search.EmbeddingWorker,
    person: Actor,
    make_account: Run,
) -> None:
    """Accounts that have not searched for the longest time are forgotten, and learned anew when they do."""
    people = [person, *(agent_of(make_account(f"{n}@example.org")) for n in range(3))]
    for n, one in enumerate(people):
        for m in range(20):
            draft = notes.NoteDraft(title=f"Of {n}, number {m}", text="car" if m else "ship")
            write(notes.create_note, one, draft)
    embed_all(worker)
    vector = WordSenses().embed_query("boat")
    one_account = Meaning(limit_bytes=1 << 20)
    assert read(one_account.nearest, person, "senses/1", vector, NOTHING_MORE, count=1)
    bounded = Meaning(limit_bytes=2 * one_account.size_bytes)
    for n, one in [*enumerate(people), *enumerate(people)]:
        found = read(bounded.nearest, one, "senses/1", vector, NOTHING_MORE, count=50)
        whole = read(notes.get_notes, one, [near.note_id for near in found])
        assert whole[found[0].note_id].title == f"Of {n}, number 0"
        assert len(whole) == 20
        assert bounded.size_bytes <= 2 * one_account.size_bytes
