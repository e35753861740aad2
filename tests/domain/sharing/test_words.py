"""Shared notes are found by words, wherever these stand in them."""

from spote.domain import notes, search
from spote.paging import Page


def test_a_word_far_down_in_a_shared_note_counts(write, read, person, guest, share):
    text = "lorem ipsum dolor sit amet. " * 2_500 + "zyxwvut"
    note = write(notes.create_note, person, notes.NoteDraft(title="Long", text=text))
    write(notes.create_note, person, notes.NoteDraft(title="Private", text=text))
    share(note=note)
    query = search.SearchQuery(q="zyxwvut", mode="keyword")
    [found] = read(search.search_notes, guest, query, Page(10)).items
    assert (found.id, found.score) == (note.id, 0.75)
    assert found.snippet.text.endswith("zyxwvut")
