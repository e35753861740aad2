"""Notes are found by meaning: embedded in the background, once, and only within reach."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, cast

import numpy as np
import pytest

from spote.domain import accounts, notes, search
from spote.domain.search.meaning import NOTHING_MORE, stored_form
from spote.domain.search.queries import passages as queries
from spote.errors import NotFound, Unavailable
from spote.identity import Actor, Grant, new_id
from spote.paging import Page
from spote.settings import Settings
from spote.storage import Database, open_database
from tests.domain.conftest import PASSWORD_HASH, Run, agent_of
from tests.domain.search.conftest import embed_all
from tests.domain.search.embedders import WordSenses
from tests.rules.test_lists import Counting
from tests.waiting import until


@pytest.fixture
def ask(read: Run, person: Actor, by_meaning: search.SearchByMeaning) -> Run:
    """Titles and modes of what is found, as the door would search."""

    def ask(q: str, actor: Actor = person, **wishes: Any) -> Any:
        prepared = read(search.prepare_search, actor)
        question = by_meaning.ask(q, prepared.model) if prepared.model else None
        query = search.SearchQuery(q=q, **wishes)
        return read(search.search_notes, actor, query, Page(10), question)

    return ask


def titles(found: search.SearchResults) -> list[str]:
    return [note.title for note in found.items]


def test_another_word_for_it_finds_a_note(
    save: Run, worker: search.EmbeddingWorker, ask: Run
) -> None:
    save("Errand", "Fetch the automobile.")
    save("Baking", "A loaf for Sunday.")
    embed_all(worker)
    found = ask("bil", mode="semantic")
    assert titles(found)[0] == "Errand"
    assert found.items[0].matched_by == ("meaning",)
    assert found.items[0].score > found.items[1].score


def test_hybrid_finds_by_words_what_has_no_meaning(
    save: Run, worker: search.EmbeddingWorker, ask: Run
) -> None:
    save("Fault", "ERR_4711 at night")
    save("Errand", "Fetch the automobile.")
    embed_all(worker)
    found = ask("ERR_4711")
    assert found.mode == "hybrid"
    assert titles(found)[0] == "Fault"
    assert found.items[0].matched_by == ("words", "meaning")


def test_words_are_marked_in_the_passage_that_means_what_was_asked(
    save: Run, worker: search.EmbeddingWorker, ask: Run
) -> None:
    """The beginning of a word says less than the meaning, and stands in another passage too."""
    text = (
        "Cars. "
        + "Bread. " * 150
        + "\n\n"
        + "An automobile. " * 60
        + "So many cars: an automobile."
    )
    save("Fleet", text)
    embed_all(worker)
    [found] = ask("car").items
    assert found.matched_by == ("words", "meaning")
    assert found.snippet.text.endswith("So many cars: an automobile.")
    assert [text[start:end] for start, end in found.snippet.matches] == ["cars"]
    [found] = ask("bil").items
    assert found.snippet.text.startswith("An automobile. ")
    assert found.snippet.matches == ()


def test_scores_fall_and_stay_between_0_and_1(
    save: Run, worker: search.EmbeddingWorker, ask: Run
) -> None:
    for number, text in enumerate(
        ["car bread", "ship", "automobile", "levy car", "nothing", "loaf car"]
    ):
        save(f"Note {number}", text)
    embed_all(worker)
    for mode in ("hybrid", "semantic", "keyword"):
        scores = [note.score for note in ask("car bread", mode=mode).items]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)


def test_before_anything_is_embedded_hybrid_searches_by_words_and_says_so(
    save: Run, ask: Run
) -> None:
    save("Errand", "Fetch the automobile.")
    assert ask("automobile").mode == "keyword"
    assert titles(ask("automobile")) == ["Errand"]
    with pytest.raises(Unavailable, match="mode=keyword"):
        ask("automobile", mode="semantic")


def test_a_changed_note_is_found_by_its_new_meaning_only(
    save: Run, write: Run, worker: search.EmbeddingWorker, ask: Run, person: Actor
) -> None:
    note = save("Note", "car")
    save("Other", "bread")
    embed_all(worker)
    write(notes.update_note, person, note, notes.NoteChange(text="ship"))
    embed_all(worker)
    assert titles(ask("båt", mode="semantic"))[0] == "Note"
    assert ask("automobile", mode="semantic").items[0].score < 0.5


def test_unchanged_passages_are_not_embedded_again(
    save: Run, write: Run, worker: search.EmbeddingWorker, embedder: WordSenses, person: Actor
) -> None:
    long = "\n\n".join(f"Paragraph {n} " + "about this and that " * 30 for n in range(20))
    note = save("Long", long)
    embed_all(worker)
    before = len(embedder.embedded)
    assert before > 5
    write(notes.edit_note, person, note, notes.NoteEdit(op="append", text="And a car."))
    embed_all(worker)
    assert 1 <= len(embedder.embedded) - before <= 3


def test_a_long_note_is_embedded_over_several_batches_and_whole_in_the_end(
    save: Run, read: Run, worker: search.EmbeddingWorker, account: Any
) -> None:
    from spote.domain.search.embedding import passages

    text = "\n\n".join(f"Part {n}: " + f"word{n} " * 150 for n in range(60))
    note = save("Very long", text)
    assert embed_all(worker) > 1
    wanted = {one.digest for one in passages("Very long", "Inbox", (), text)}
    assert set(read(queries.digests_of, account.id, note, "senses/1")) == wanted
    assert read(search.count_all_waiting) == 0


def test_the_newest_note_is_embedded_first(
    save: Run, worker: search.EmbeddingWorker, embedder: WordSenses, sql: Run
) -> None:
    for number in range(40):
        save(f"Old {number}", "bread")
    newest = save("Newest", "car")
    sql("UPDATE unembedded SET since = since + 1000 WHERE note_id = :id", id=newest)
    worker.work_once()
    assert "Newest" in embedder.embedded[0]


def test_notes_that_somebody_waits_for_come_before_newer_ones(
    save: Run,
    write: Run,
    read: Run,
    worker: search.EmbeddingWorker,
    embedder: WordSenses,
    person: Actor,
    stranger: Actor,
) -> None:
    """Whichever process they ask: it is said in the database. What is saved later does not count."""
    wanted = save("Wanted", "car")
    prepared = read(search.prepare_search, person)
    for number in range(40):
        draft = notes.NoteDraft(title=f"Imported {number}", text="bread")
        write(notes.create_note, stranger, draft)
        save(f"Own import {number}", "bread")
    write(search.await_notes, prepared)
    worker.work_once()
    assert len(embedder.embedded) == 1
    assert "Wanted" in embedder.embedded[0]
    assert read(search.prepare_again, prepared).fresh is None
    assert read(search.prepare_again, prepared).waiting > 0
    assert wanted


def test_a_token_hears_of_waiting_notes_in_its_places_alone(
    save: Run, read: Run, account: Any
) -> None:
    for number in range(3):
        save(f"Private {number}", "car", bucket="Private")
    agent = agent_of(account, Grant(buckets=("Work",)))
    prepared = read(search.prepare_search, agent)
    assert (prepared.waiting, prepared.fresh) == (0, None)
    save("Work", "car", bucket="Work", tags=("new",))
    for grant in (Grant(buckets=("Work",)), Grant(tags=("new",))):
        prepared = read(search.prepare_search, agent_of(account, grant))
        assert prepared.waiting == 1
        assert prepared.fresh is not None


def test_whoever_has_no_notes_finds_none_in_any_way(ask: Run, stranger: Actor, save: Run) -> None:
    save("Of somebody else", "car")
    for mode in ("hybrid", "semantic", "keyword"):
        found = ask("car", stranger, mode=mode)
        assert (found.items, found.total, found.mode) == ([], 0, mode)


def test_what_the_model_refuses_waits_and_is_caught_up(
    save: Run, read: Run, worker: search.EmbeddingWorker, embedder: WordSenses, ask: Run, sql: Run
) -> None:
    save("Errand", "Fetch the automobile.")
    embedder.is_down = True
    with pytest.raises(Unavailable):
        worker.work_once()
    assert read(search.count_all_waiting) == 1
    assert not worker.work_once()  # not again at once
    embedder.is_down = False
    sql("UPDATE unembedded SET retry_at = 0")
    embed_all(worker)
    assert titles(ask("car", mode="semantic")) == ["Errand"]


def test_an_account_that_is_deleted_while_its_notes_are_embedded_holds_up_nobody(
    save: Run,
    write: Run,
    read: Run,
    sql: Run,
    worker: search.EmbeddingWorker,
    embedder: WordSenses,
    person: Actor,
    make_account: Run,
) -> None:
    save("Errand", "Fetch the automobile.")
    bob = agent_of(make_account("bob@example.org"))
    draft = notes.NoteDraft(title="Baking", text="A loaf for Sunday.")
    write(notes.create_note, bob, draft)
    embedder.go.clear()
    with ThreadPoolExecutor(1) as threads:
        working = threads.submit(worker.work_once)
        until(lambda: embedder.is_asked)
        write(accounts.delete_account, person, PASSWORD_HASH)
        embedder.go.set()
        assert working.result()
    assert sql("SELECT account_id FROM embedded_accounts") == [(bob.account_id,)]
    assert sql("SELECT count(*) FROM passages") == [(1,)]
    assert read(search.count_all_waiting) == 0


def test_only_one_of_several_processes_embeds(
    save: Run, settings: Settings, worker: search.EmbeddingWorker
) -> None:
    for number in range(60):
        save(f"Note {number}", "car")
    other_database = open_database(settings)
    other_embedder = WordSenses()
    other = search.EmbeddingWorker(other_database, search.SearchByMeaning(other_embedder))
    try:
        assert worker.work_once()
        assert not other.work_once()
        assert not other_embedder.embedded
        worker.stop()  # gives its lease back
        assert other.work_once()
    finally:
        other.stop()
        other_database.close()


def test_a_worker_that_died_is_replaced_when_its_lease_ends(
    save: Run, settings: Settings, worker: search.EmbeddingWorker, sql: Run
) -> None:
    for number in range(60):
        save(f"Note {number}", "car")
    worker.work_once()
    sql("UPDATE leases SET until = 1")
    other_database = open_database(settings)
    other = search.EmbeddingWorker(other_database, search.SearchByMeaning(WordSenses()))
    try:
        assert other.work_once()
    finally:
        other.stop()
        other_database.close()


def test_two_processes_agree_at_once(
    save: Run,
    settings: Settings,
    worker: search.EmbeddingWorker,
    ask: Run,
    person: Actor,
    embedder: WordSenses,
) -> None:
    other_database = open_database(settings)
    other = search.SearchByMeaning(embedder)
    try:
        for number in range(12):
            save(f"Note {number}", "car")
            embed_all(worker)
            query = search.SearchQuery(q="bil", mode="semantic")
            question = other.ask("bil", embedder.name)
            look = partial(
                search.search_notes, actor=person, query=query, page=Page(50), question=question
            )
            there = other_database.read_now(look)
            assert there.total == ask("bil", mode="semantic").total == number + 1
    finally:
        other_database.close()


def test_trashed_and_removed_notes_are_not_found(
    save: Run, write: Run, worker: search.EmbeddingWorker, ask: Run, person: Actor
) -> None:
    trashed, removed, kept = (save(title, "car") for title in ("Trashed", "Removed", "Kept"))
    embed_all(worker)
    assert len(ask("bil", mode="semantic").items) == 3
    write(notes.delete_note, person, trashed)
    write(notes.delete_note_for_good, person, removed)
    assert titles(ask("bil", mode="semantic")) == ["Kept"]
    write(notes.restore_note, person, trashed)
    embed_all(worker)
    assert set(titles(ask("bil", mode="semantic"))) == {"Kept", "Trashed"}
    assert kept


@pytest.mark.parametrize("removal", ["into the trash", "for good", "by a change"])
def test_what_is_gone_does_not_push_out_what_is_there(
    save: Run, write: Run, worker: search.EmbeddingWorker, ask: Run, person: Actor, removal: str
) -> None:
    """The index in memory knows them all, and a search looks at the nearest hundred."""
    better = [save(f"Better {number}", "car") for number in range(200)]
    save("Weaker", "car bread ship")
    embed_all(worker)
    assert ask("car", mode="semantic").total == 100
    for note_id in better:
        match removal:
            case "into the trash":
                write(notes.delete_note, person, note_id)
            case "for good":
                write(notes.delete_note_for_good, person, note_id)
            case _:
                change = notes.NoteChange(text="nothing")
                write(notes.update_note, person, note_id, change)
    embed_all(worker)
    found = ask("car", mode="semantic")
    assert found.items[0].title == "Weaker"
    assert found.total == (100 if removal == "by a change" else 1)


@pytest.mark.parametrize("removed", ["by a change", "with its paragraph"])
def test_a_changed_note_is_found_by_what_it_says_now(
    save: Run, write: Run, worker: search.EmbeddingWorker, ask: Run, person: Actor, removed: str
) -> None:
    """What it said before was nearer, and is remembered by this process."""
    for number in range(200):
        save(f"Other {number}", "bread")
    long = "bread boat " * 150 + "\n\n" + "car " * 150
    note = save("Changed", long if removed == "with its paragraph" else "car")
    embed_all(worker)
    assert titles(ask("car", mode="semantic"))[0] == "Changed"
    less = "bread boat " * 150 if removed == "with its paragraph" else "car bread"
    write(notes.update_note, person, note, notes.NoteChange(text=less))
    embed_all(worker)
    for _ in range(2):
        found = ask("car" if removed == "by a change" else "car boat", mode="semantic")
        assert titles(found)[0] == "Changed"
        assert found.total == 100


@pytest.mark.parametrize("removal", ["into the trash", "for good"])
def test_long_notes_that_are_gone_push_nothing_out(
    save: Run,
    write: Run,
    read: Run,
    account: Any,
    person: Actor,
    by_meaning: search.SearchByMeaning,
    removal: str,
) -> None:
    """Their passages are more than are compared closely, and nearer than all others."""
    long = [save(f"Long {number}") for number in range(40)]
    for note_id in long:
        write(put_vectors, account.id, note_id, np.tile(POINTING[:1], (150, 1)))
    for number in range(200):
        write(put_vectors, account.id, save(f"Short {number}"), POINTING[1:2])
    look = partial(
        read, by_meaning.meaning.nearest, person, "m", POINTING[0], NOTHING_MORE, count=100
    )
    found = {one.note_id for one in look()}
    assert len(found) == 100
    assert found >= set(long)
    remove = notes.delete_note if removal == "into the trash" else notes.delete_note_for_good
    for note_id in long:
        write(remove, person, note_id)
    assert len(look()) == 100


@pytest.mark.parametrize("change", ["deleted", "embedded anew"])
def test_one_long_note_that_is_gone_is_struck_at_once(
    save: Run,
    write: Run,
    read: Run,
    account: Any,
    person: Actor,
    by_meaning: search.SearchByMeaning,
    change: str,
) -> None:
    """However many passages it had, the next search looks as often as for a short one."""
    for number in range(30):
        write(put_vectors, account.id, save(f"Short {number}"), POINTING[1:2])
    long = save("Long")
    write(put_vectors, account.id, long, np.tile(POINTING[:1], (250, 1)))

    def look() -> tuple[int, int]:
        def run(db: Any) -> tuple[int, int]:
            counting = Counting(db)
            found = by_meaning.meaning.nearest(
                counting, person, "m", POINTING[0], NOTHING_MORE, count=100
            )
            return len(found), len(counting.statements)

        return cast(tuple[int, int], read(run))

    look()
    found, as_ever = look()
    assert found == 31
    if change == "deleted":
        write(notes.delete_note_for_good, person, long)
    else:
        before = read(queries.digests_of, account.id, long, "m").values()
        write(queries.delete_passages, account.id, list(before))
        write(put_vectors, account.id, long, np.tile(POINTING[:1], (250, 1)))
    found, first = look()
    assert found == (30 if change == "deleted" else 31)
    assert first <= as_ever + 8
    assert look()[1] <= as_ever + 3


@pytest.mark.parametrize("kind", ["restored", "damaged"])
def test_memory_goes_on_where_the_account_is_not_known_as_embedded(
    save: Run,
    worker: search.EmbeddingWorker,
    ask: Run,
    write: Run,
    read: Run,
    sql: Run,
    person: Actor,
    by_meaning: search.SearchByMeaning,
    kind: str,
) -> None:
    """A backup from before its first passage is restored while servers run; or somebody deleted its row."""
    vector = WordSenses().embed_query("car")
    look = partial(
        read, by_meaning.meaning.nearest, person, "senses/1", vector, NOTHING_MORE, count=10
    )
    for number in range(5):
        save(f"Car {number}", "car")
    embed_all(worker)
    assert len(look()) == 5
    sql("DELETE FROM embedded_accounts WHERE account_id = :id RETURNING 1", id=person.account_id)
    if kind == "restored":
        sql("DELETE FROM passages WHERE account_id = :id RETURNING 1", id=person.account_id)
        write(search.begin_epoch)
        write(search.queue_account, person.account_id, "senses/1")
        embed_all(worker)
    assert len(look()) == 5


POINTING = np.eye(64, dtype=np.float32)  # vectors that have nothing to do with each other


def put_vectors(db: Any, account_id: str, note_id: str, vectors: Any) -> None:
    """As if the note had a passage for each, with the model `m`."""
    last = queries.next_sequences(db, account_id, len(vectors))
    new = [
        queries.NewPassage(0, 0, new_id().encode(), stored_form(vector), last - place)
        for place, vector in enumerate(vectors)
    ]
    queries.insert_passages(db, account_id, note_id, "m", new)


def test_places_apply_before_anything_is_cut_off(
    save: Run, worker: search.EmbeddingWorker, ask: Run, account: Any
) -> None:
    """A thousand better notes out of reach do not push the reachable one out."""
    for number in range(500):
        save(f"Private {number}", "car", bucket="Private")
    save("Weaker", "car bread ship", bucket="Work")
    embed_all(worker)
    agent = agent_of(account, Grant(buckets=("Work",)))
    found = ask("car", agent, mode="semantic")
    assert (titles(found), found.total) == (["Weaker"], 1)
    assert titles(ask("car", mode="semantic", buckets=("Work",))) == ["Weaker"]


def test_many_passages_of_one_note_do_not_push_others_out(
    save: Run, worker: search.EmbeddingWorker, ask: Run
) -> None:
    save("Long", "\n\n".join(f"car {n} " + "filling words here " * 50 for n in range(200)))
    save("Short", "automobile bread")
    embed_all(worker)
    assert titles(ask("car", mode="semantic")) == ["Long", "Short"]


def test_similar_notes_come_from_stored_vectors(
    save: Run,
    read: Run,
    worker: search.EmbeddingWorker,
    person: Actor,
    by_meaning: search.SearchByMeaning,
    embedder: WordSenses,
    stranger: Actor,
) -> None:
    car, _, _ = save("Car", "car"), save("Vehicle", "automobile"), save("Loaf", "bread")
    embed_all(worker)
    embedder.is_down = True  # nothing is embedded again
    found = read(search.similar_notes, person, car, Page(10), by_meaning)
    assert titles(found) == ["Vehicle", "Loaf"]
    with pytest.raises(NotFound):
        read(search.similar_notes, stranger, car, Page(10), by_meaning)


@pytest.mark.parametrize("way", ["by vectors", "by the title"])
def test_pages_of_similar_notes_show_each_once(
    save: Run,
    read: Run,
    worker: search.EmbeddingWorker,
    person: Actor,
    by_meaning: search.SearchByMeaning,
    way: str,
) -> None:
    source, *others = [save("Alike", "car") for _ in range(26)]
    if way == "by vectors":
        embed_all(worker)
    pages = [
        read(search.similar_notes, person, source, Page(10, offset), by_meaning)
        for offset in (0, 10, 20, 30)
    ]
    shown = [note.id for page in pages for note in page.items]
    assert sorted(shown) == sorted(others)
    assert {page.total for page in pages} == {25}
    assert {page.mode for page in pages} == {"semantic" if way == "by vectors" else "keyword"}


def test_without_vectors_similar_notes_come_by_the_words_of_the_title(
    save: Run, read: Run, person: Actor
) -> None:
    source, _ = save("Harbour plan", "x"), save("The harbour", "y")
    found = read(search.similar_notes, person, source, Page(10))
    assert (titles(found), found.mode) == (["The harbour"], "keyword")
    nameless = save("\u200b", "z")
    assert read(search.similar_notes, person, nameless, Page(10)).items == []


def test_a_new_model_takes_over_when_everything_is_embedded_with_it(
    save: Run,
    read: Run,
    database: Database,
    settings: Settings,
    worker: search.EmbeddingWorker,
    person: Actor,
) -> None:
    for number in range(30):
        save(f"Note {number}", "car")
    embed_all(worker)
    worker.stop()
    newer = search.SearchByMeaning(WordSenses("senses/2"))
    replacement = search.EmbeddingWorker(database, newer)
    assert replacement.work_once()  # queues what the old model had embedded
    assert replacement.work_once()
    assert (
        read(search.prepare_search, person).model == "senses/1"
    )  # search stays up on the old vectors
    embed_all(replacement)
    assert read(search.prepare_search, person).model == "senses/2"
    replacement.stop()


def test_after_a_backup_was_restored_nothing_is_remembered_wrongly(
    save: Run, write: Run, sql: Run, worker: search.EmbeddingWorker, ask: Run
) -> None:
    """Sequence numbers go back with a backup, and come again for other passages."""
    for number in range(5):
        save(f"Note {number}", "car")
    embed_all(worker)
    assert len(ask("bil", mode="semantic").items) == 5
    sql("DELETE FROM passages WHERE sequence > 3")
    sql("UPDATE embedded_accounts SET sequence = 3")
    write(search.begin_epoch)
    save("Later", "car")
    embed_all(worker)
    assert len(ask("bil", mode="semantic").items) == 4


def test_notes_of_others_are_never_near(
    save: Run, write: Run, worker: search.EmbeddingWorker, ask: Run, stranger: Actor
) -> None:
    save("Mine", "bread")
    draft = notes.NoteDraft(title="Theirs", text="car")
    write(notes.create_note, stranger, draft)
    embed_all(worker)
    assert titles(ask("car", mode="semantic")) == ["Mine"]
    assert titles(ask("car", stranger, mode="semantic")) == ["Theirs"]
