"""Markdown files become notes, once, and nobody's edits are overwritten."""

from datetime import UTC, datetime
from typing import Any

import pytest

from spote.domain import notes
from spote.domain.notes import FilePlace, Result
from spote.errors import InvalidInput, NotAllowed
from spote.identity import FULL_ACCESS, Actor, CredentialKind, Via
from spote.paging import Page
from spote.storage import to_ms
from tests.domain.conftest import Run

MODIFIED = datetime(2020, 2, 3, 4, 5, 6, 789000, UTC)


@pytest.fixture
def operator(account: Any) -> Actor:
    return Actor(account.id, FULL_ACCESS, CredentialKind.LOCAL, "local", Via.IMPORT)


@pytest.fixture
def take(write: Run, operator: Actor) -> Run:
    """`take("folder/name.md", b"…")` imports one file, as a run of its own."""

    def take(path: str, content: bytes, run: frozenset[bytes] = frozenset(), **more: Any) -> Any:
        return write(notes.import_note, operator, a_file(path, content, **more), run=run)

    return take


@pytest.fixture
def kept(read: Run, operator: Actor) -> Run:
    return lambda: read(notes.list_notes, operator, notes.NoteFilter(), Page(200)).items


def a_file(
    path: str, content: bytes, *, bucket: str | None = None, at: datetime = MODIFIED
) -> notes.ImportedFile:
    *folders, name = path.split("/")
    place = FilePlace(f"/notes/{path}", tuple(folders), name.removesuffix(".md"), to_ms(at))
    return notes.read_markdown_file(content, place, bucket=bucket)


def test_a_file_becomes_a_note(take: Run, kept: Run) -> None:
    text = b"Milk\r\n\r\n- bread #home \xe2\x80\xa8\n\n"
    assert take("Shopping.md", text).result is Result.IMPORTED
    (note,) = kept()
    assert note.text.encode() == text
    assert (note.title, note.bucket, note.tags) == ("Shopping", "Inbox", ("home",))
    assert (note.created_at, note.updated_at) == (MODIFIED, MODIFIED)
    assert note.updated_by.via is Via.IMPORT


def test_front_matter_says_what_the_note_is(take: Run, kept: Run) -> None:
    take(
        "a/b.md",
        b"---\ntitle: 'A: b'\ntags: [X, y z]\nbucket: Work/Plans\n"
        b"created: 2001-02-03\nupdated: 2002-02-03T04:05:06.007Z\n---\n# Other\n#tag\n",
    )
    (note,) = kept()
    assert (note.title, note.bucket, note.tags) == ("A: b", "Work/Plans", ("x", "y-z"))
    assert note.text == "# Other\n#tag\n"
    assert note.created_at == datetime(2001, 2, 3, tzinfo=UTC)
    assert note.updated_at == datetime(2002, 2, 3, 4, 5, 6, 7000, UTC)


def test_front_matter_that_is_not_understood_stays_in_the_text(take: Run, kept: Run) -> None:
    text = b"---\n# not a heading\ntitle: A\naliases: [b]\n---\ntext\n"
    take("a.md", text)
    take("b.md", b"---\n# not a heading\naliases: [b]\n---\ntext\n")
    assert [(note.title, note.text[:3]) for note in kept()] == [("b", "---"), ("A", "---")]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# Plan\ntext", "Plan"),
        ("text\r\n\r\n#  Plan 9 ##\r\nmore", "Plan 9"),
        ("```\n# code\n```\n# Real\n", "Real"),
        ("## Second level\n", "stem"),
        ("#hashtag\n", "stem"),
        ("# \n#\n# #\ntext", "stem"),
        ("# C#\n", "C#"),
        ("---\ntitle: ' '\n---\n# Head\n", "Head"),
        ("", "stem"),
        ("# " + "x" * 600, "x" * 499 + "…"),
        ('---\ntitle: "two\\nlines"\n---\n', "two lines"),
        ('---\ntitle: "\\ud800 half"\n---\n', None),
        (
            "# glob [![version](https://a.b/c.svg?x)](https://d.e) [docs](https://f.g) <b>now</b>\n",
            "glob docs now",
        ),
        ("# ![logo](logo.png)\n", "stem"),
    ],
)
def test_the_title_is_found(text: str, title: str | None) -> None:
    found = a_file("stem.md", text.encode()).values.title
    assert found == title or title is None
    found.encode()
    notes.NoteDraft(title=found, text="")


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    values = a_file("a.md", b"\xef\xbb\xbf---\ntitle: B\n---\ntext").values
    assert (values.title, values.text) == ("B", "text")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"caf\xe9", "not UTF-8"),
        (b"\xff\xfea\x00", "UTF-16"),
        (b"a\x00b", "U\\+0000"),
        (b"\xed\xa0\x80", "not UTF-8"),
    ],
)
def test_what_is_no_text_is_refused_with_a_reason(content: bytes, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        a_file("a.md", content)


def test_folders_become_buckets(take: Run, kept: Run) -> None:
    take("Work/Plans/a.md", b"a")
    take("b.md", b"b")
    take("Work/c.md", b"c", bucket="Old")
    take("d.md", b"d", bucket="Old")
    take("x/e.md", b"---\nbucket: Own\n---\n", bucket="Old")
    found = {note.title: note.bucket for note in kept()}
    assert found == {"a": "Work/Plans", "b": "Inbox", "c": "Old/Work", "d": "Old", "e": "Old/Own"}


@pytest.mark.parametrize(
    "folder",
    ["x" * 101, "y" * 300 + "/" + "z" * 300, "a\nb", " spaces ", "\udcff", "e\u0301" * 99, "\x7f"],
)
def test_a_folder_that_cannot_be_a_bucket_becomes_one(folder: str) -> None:
    bucket = a_file(f"{folder}/a.md", b"").values.bucket
    assert notes.NoteDraft(title="a", text="", bucket=bucket).bucket == bucket
    assert a_file(f"{folder}/b.md", b"").values.bucket == bucket
    if len(folder) > 100:
        assert a_file(f"{folder}!/b.md", b"").values.bucket != bucket


@pytest.mark.parametrize("at", [datetime(1970, 1, 1, tzinfo=UTC), datetime(1901, 1, 1, tzinfo=UTC)])
def test_old_files_keep_their_time(take: Run, kept: Run, at: datetime) -> None:
    take("a.md", b"a", at=at)
    assert kept()[0].created_at == at


def test_times_beyond_what_can_be_shown_are_brought_within(take: Run, kept: Run) -> None:
    take("a.md", b"---\ncreated: 9999-12-31T23:59:59.9999999Z\nupdated: 0001-01-01\n---\n")
    assert kept()[0].created_at.year == 9999


def test_again_changes_nothing(take: Run, kept: Run) -> None:
    take("a.md", b"a")
    before = kept()
    assert take("a.md", b"a", at=datetime(2024, 1, 1, tzinfo=UTC)).result is Result.UNCHANGED
    assert kept() == before


def test_a_changed_file_changes_its_note_and_the_past_stays(
    take: Run, kept: Run, read: Run, operator: Actor
) -> None:
    take("a.md", b"old")
    later = datetime(2021, 1, 1, tzinfo=UTC)
    assert take("a.md", b"# New\n", at=later).result is Result.UPDATED
    (note,) = kept()
    assert (note.title, note.text, note.version, note.updated_at) == ("New", "# New\n", 2, later)
    assert read(notes.get_version, operator, note.id, 1).text == "old"
    assert take("a.md", b"# New\n").result is Result.UNCHANGED


def test_what_somebody_edited_is_not_overwritten(
    take: Run, kept: Run, write: Run, agent: Actor
) -> None:
    take("a.md", b"old")
    (note,) = kept()
    write(notes.update_note, agent, note.id, notes.NoteChange(text="edited"))
    assert take("a.md", b"old").result is Result.UNCHANGED
    outcome = take("a.md", b"changed too")
    assert outcome.result is Result.SKIPPED
    assert "Both the file and its note" in outcome.reason
    assert kept()[0].text == "edited"
    assert take("a.md", b"edited").result is Result.UNCHANGED  # made alike
    assert take("a.md", b"edited").result is Result.UNCHANGED


def test_an_edit_taken_back_is_none(take: Run, kept: Run, write: Run, agent: Actor) -> None:
    take("a.md", b"old")
    (note,) = kept()
    write(notes.update_note, agent, note.id, notes.NoteChange(text="edited"))
    write(notes.update_note, agent, note.id, notes.NoteChange(text="old"))
    assert take("a.md", b"new").result is Result.UPDATED


def test_a_note_in_the_trash_stays_there(take: Run, kept: Run, write: Run, agent: Actor) -> None:
    take("a.md", b"old")
    (note,) = kept()
    write(notes.delete_note, agent, note.id)
    assert take("a.md", b"old").result is Result.UNCHANGED
    assert "trash" in take("a.md", b"new").reason
    assert kept() == []
    write(notes.restore_note, agent, note.id)
    assert take("a.md", b"new").result is Result.UPDATED


def test_a_moved_file_is_known_by_what_it_says(take: Run, kept: Run) -> None:
    take("a.md", b"# Same\n")
    assert take("b.md", b"# Same\n").result is Result.UNCHANGED
    assert len(kept()) == 1
    assert take("b.md", b"# Same\nmore").result is Result.UPDATED


def test_equal_files_of_one_run_become_two_notes(take: Run, kept: Run) -> None:
    run = frozenset(notes.source_key(f"/notes/{name}.md") for name in "abc")
    assert take("a.md", b"# Same\n", run).result is Result.IMPORTED
    assert take("b.md", b"# Same\n", run).result is Result.IMPORTED
    assert take("b.md", b"# Same\n", run).result is Result.UNCHANGED
    assert len(kept()) == 2


def test_too_much_text_is_skipped_with_a_reason(take: Run, kept: Run, settings: Any) -> None:
    outcome = take("a.md", b"x" * (settings.note_max_bytes + 1))
    assert outcome.result is Result.SKIPPED
    assert "1,048,576 bytes" in outcome.reason
    assert take("b.md", b"x" * settings.note_max_bytes).result is Result.IMPORTED
    assert take("b.md", b"x" * (settings.note_max_bytes + 1)).result is Result.SKIPPED
    assert len(kept()) == 1


def test_each_account_has_notes_of_its_own(
    take: Run, write: Run, make_account: Run, operator: Actor
) -> None:
    take("a.md", b"a")
    other = make_account("bob@example.org")
    theirs = Actor(other.id, FULL_ACCESS, CredentialKind.LOCAL, "local", Via.IMPORT)
    assert write(notes.import_note, theirs, a_file("a.md", b"a")).result is Result.IMPORTED


def test_the_powerless_import_nothing(write: Run, powerless: Actor) -> None:
    with pytest.raises(NotAllowed):
        write(notes.import_note, powerless, a_file("a.md", b"a"))
    with pytest.raises(NotAllowed):
        write(notes.import_notes, powerless, [], run=frozenset())
