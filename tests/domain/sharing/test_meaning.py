"""Shared notes are found by meaning: few of an owner's notes or many, whatever else the owner has."""

from dataclasses import replace

import pytest

from spote.domain import notes, search, sharing
from spote.domain.search import meaning
from spote.errors import NotFound
from spote.identity import Grant
from spote.paging import Page
from tests.domain.search.embedders import WordSenses

PAGE = Page(10)


@pytest.fixture(params=["few", "many"])
def by_meaning(monkeypatch, request):
    """`many`: more than are read straight from the database."""
    monkeypatch.setattr(meaning, "FEW", 200 if request.param == "few" else 0)
    return search.SearchByMeaning(WordSenses())


@pytest.fixture
def embed(database, by_meaning):
    worker = search.EmbeddingWorker(database, by_meaning)

    def embed():
        while worker.work_once():
            pass

    yield embed
    worker.stop()


@pytest.fixture
def save(write):
    def save(actor, title, text, **more):
        return write(notes.create_note, actor, notes.NoteDraft(title=title, text=text, **more))

    return save


@pytest.fixture
def ask(read, by_meaning):
    def ask(actor, q, **wishes):
        prepared = read(search.prepare_search, actor)
        question = by_meaning.ask(q, prepared.model) if prepared.model else None
        query = search.SearchQuery(q=q, mode="semantic", **wishes)
        found = read(search.search_notes, actor, query, PAGE, question)
        return [(one.title, one.access) for one in found.items]

    return ask


def test_a_guest_finds_what_is_shared_and_no_more(
    person, guest, share, save, embed, ask, write, read
):
    car = save(person, "Errand", "Fetch the automobile.")
    save(person, "Secret errand", "Another car.")
    save(guest, "Baking", "A loaf for Sunday.")
    share_id = share("write", note=car)
    embed()
    assert ask(guest, "bil") == [("Errand", "write"), ("Baking", "owner")]
    assert ask(person, "bil")[0][0] in ("Errand", "Secret errand")
    narrow = replace(guest, grant=Grant(buckets=("Elsewhere",)))
    assert ask(narrow, "bil") == []
    write(notes.update_note, guest, car.id, notes.NoteChange(text="A ship now."))
    assert read(search.prepare_search, guest).waiting == 1
    assert read(search.prepare_search, guest).fresh is not None
    embed()
    assert read(search.prepare_search, guest).waiting == 0
    assert ask(guest, "boat")[0] == ("Errand", "write")
    write(sharing.delete_share, person, car.id, share_id)
    assert ask(guest, "boat") == [("Baking", "owner")]


def test_wishes_go_by_the_owners_buckets_and_tags(person, guest, share, save, embed, ask):
    for bucket, tag in (("Work", "a"), ("Home", "b")):
        note = save(person, f"At {bucket}", "car", bucket=bucket, tags=(tag,))
        share(note=note)
    embed()
    assert ask(guest, "car", buckets=("Work",)) == [("At Work", "read")]
    assert ask(guest, "car", tags=("b",)) == [("At Home", "read")]


def test_who_has_nothing_of_their_own_searches_with_the_owners_model(
    person, guest, share, save, embed, ask, sql
):
    share(note=save(person, "Errand", "car"))
    embed()
    sql("DELETE FROM embedded_accounts WHERE account_id = :id RETURNING 1", id=guest.account_id)
    assert ask(guest, "automobile") == [("Errand", "read")]


def test_similar_notes_go_both_ways(person, guest, share, save, embed, read, by_meaning):
    theirs = save(person, "Errand", "car")
    secret = save(person, "Secret", "car")
    mine = save(guest, "Mine", "automobile")
    share(note=theirs)
    embed()

    def similar(note):
        found = read(search.similar_notes, guest, note.id, PAGE, by_meaning)
        return [one.title for one in found.items]

    assert similar(theirs) == ["Mine"]
    assert similar(mine) == ["Errand"]
    with pytest.raises(NotFound):
        similar(secret)


@pytest.fixture
def import_notes(make_account, sign_in, save):
    """Newer notes of somebody else, more than a batch holds."""

    def import_notes():
        stranger = sign_in(make_account("eve@example.org"))
        for number in range(40):
            save(stranger, f"Import {number}", "bread")

    return import_notes


@pytest.fixture
def next_embedded(database):
    """What a worker embeds in its next batch."""
    embedder = WordSenses()
    worker = search.EmbeddingWorker(database, search.SearchByMeaning(embedder))

    def next_embedded():
        before = len(embedder.embedded)
        worker.work_once()
        return embedder.embedded[before:]

    yield next_embedded
    worker.stop()


def test_what_a_guest_waits_for_comes_before_newer_notes_of_others(
    person, guest, share, save, write, read, import_notes, next_embedded
):
    """Their own, and what was shared with them; not what the owner saved in between."""
    share(note=save(person, "Shared", "car"))
    for number in range(40):
        save(person, f"Private {number}", "bread")
    save(guest, "Of the guest", "ship")
    prepared = read(search.prepare_search, guest)
    import_notes()
    write(search.await_notes, prepared)
    assert len(next_embedded()) == 2
    assert read(search.prepare_again, prepared).fresh is None
    assert read(search.prepare_search, guest).waiting == 0


def test_a_guest_who_waits_holds_up_nobody_else(
    person, guest, share, save, write, read, import_notes, next_embedded
):
    share(note=save(person, "Shared", "car"))
    of_guest = read(search.prepare_search, guest)
    save(person, "Of the owner", "car")
    of_owner = read(search.prepare_search, person)
    import_notes()
    write(search.await_notes, of_owner)
    write(search.await_notes, of_guest)
    assert not any("Import" in text for text in next_embedded())
    for prepared in (of_owner, of_guest):
        assert read(search.prepare_again, prepared).fresh is None
