"""Everything can be taken away as Markdown files, and taken in again the same."""

import io
import json
import zipfile
from pathlib import PurePosixPath
from typing import Any

import pytest

from spote.domain import notes
from spote.errors import NotAllowed
from spote.identity import FULL_ACCESS, Actor, CredentialKind, Grant, Verb, Via
from spote.paging import Page
from tests.domain.conftest import Run, agent_of

TITLES = [
    "Plain",
    "plain",
    "PLAIN",
    "  spaces  ",
    "null",
    "2024",
    "yes",
    "a: b # c",
    "'quoted' \"twice\"",
    "../../etc/passwd",
    "C:\\Windows\\con",
    "con",
    "NUL.txt",
    "...",
    ".hidden",
    "ends with dot.",
    "x" * 500,
    "😀" * 500,
    "Ünïcödé – 日本語 \u202e reversed",
    "u\u0308",
    "\u00fc",
    "<b>|?*</b>",
    "[x]",
    "- item",
    "---",
    "&anchor *alias !tag",
    "\ufeffmark",
    "\ufffe\uffff",
    "tab-less, 100%",
    "README.md",
]
TEXTS = [
    "",
    "plain\n",
    "no line at the end",
    "\r\nwindows\r\n\r\n",
    "---\ntitle: Not this\n---\ntext",
    "---\n",
    "\ufeffmark",
    "# Heading\n#hashtag\n",
    "\n\n\n",
    "  \t leading",
    "trailing   ",
    "\u2028\u2029\x85\x0b\x0c\x1b",
    "😀 \U0010ffff",
    "...\n---\n",
]
BUCKETS = ["Inbox", "Work/Plans", "a//b", "/", "..", ".hidden/x", "a/b.md", "con/nul", "X: y", "ß"]
TAG_SETS: list[tuple[str, ...]] = [(), ("a",), ("c++", "b/c", "null", "-x", "2024"), ("日本",)]


@pytest.fixture
def export(read: Run) -> Run:
    """The paths of an actor's export with their contents."""
    return lambda actor: read(
        lambda db: {file.path: file.content.decode() for file in notes.export_notes(db, actor)}
    )


@pytest.fixture
def nasty(write: Run, agent: Actor) -> list[notes.Note]:
    def make(db: Any) -> list[Any]:
        made = []
        for n, title in enumerate(TITLES):
            for m in range(3):
                draft = notes.NoteDraft(
                    title=title,
                    text=TEXTS[(n * 3 + m) % len(TEXTS)],
                    bucket=BUCKETS[(n + m) % len(BUCKETS)],
                    tags=TAG_SETS[(n + m) % len(TAG_SETS)],
                )
                made.append(notes.create_note(db, agent, draft))
        return made

    return list(write(make))


def what_counts(found: list[notes.Note]) -> list[Any]:
    return sorted(
        (one.title, one.text, one.bucket, one.tags, one.created_at, one.updated_at) for one in found
    )


def all_notes(read: Run, actor: Actor) -> list[notes.Note]:
    return list(read(notes.list_notes, actor, notes.NoteFilter(), Page(1000)).items)


def import_everything(db: Any, actor: Actor, files: dict[str, str]) -> set[str]:
    run = frozenset(notes.source_key(path) for path in files)
    taken = []
    for path, content in files.items():
        *folders, name = PurePosixPath(path).parts
        place = notes.FilePlace(path, tuple(folders), name.removesuffix(".md"), 0)
        taken.append(notes.read_markdown_file(content.encode(), place))
    outcomes = notes.import_notes(db, actor, taken, run=run)
    return {outcome.result.value for outcome in outcomes}


def visible(files: dict[str, str]) -> dict[str, str]:
    return {path: content for path, content in files.items() if not path.startswith(".spote/")}


def test_an_import_takes_back_the_same(
    export: Run, read: Run, write: Run, nasty: list[notes.Note], agent: Actor, make_account: Run
) -> None:
    write(notes.create_note, agent, notes.NoteDraft(title="Plain", text="", bucket="Inbox"))
    write(notes.create_note, agent, notes.NoteDraft(title="Plain", text="", bucket="Inbox"))
    write(notes.update_note, agent, nasty[0].id, notes.NoteChange(text="later"))
    bob = make_account("bob@example.org")
    theirs = Actor(bob.id, FULL_ACCESS, CredentialKind.LOCAL, "local", Via.IMPORT)
    files = visible(export(agent))
    assert write(import_everything, theirs, files) == {"imported"}
    assert what_counts(all_notes(read, theirs)) == what_counts(all_notes(read, agent))
    assert write(import_everything, theirs, files) == {"unchanged"}


def test_paths_are_names_on_every_system(
    export: Run, nasty: list[notes.Note], agent: Actor
) -> None:
    paths = list(visible(export(agent)))
    assert len(paths) == len(nasty)
    assert len({path.casefold() for path in paths}) == len(paths)
    folders = {str(parent) for path in paths for parent in PurePosixPath(path).parents}
    assert folders.isdisjoint(paths)
    for path in paths:
        for part in path.split("/"):
            assert part
            assert len(part.encode()) <= 255
            assert not part.startswith(".")
            assert part == part.strip(" .")
            assert not set(part) & set('<>:"\\|?*\n\x00')
            assert part.split(".")[0].lower() not in ("con", "nul", "aux")


def test_history_and_trash_lie_where_no_import_looks(
    export: Run, write: Run, agent: Actor, account: Any
) -> None:
    note = write(notes.create_note, agent, notes.NoteDraft(title="A", text="one"))
    write(notes.update_note, agent, note.id, notes.NoteChange(text="two"))
    gone = write(notes.create_note, agent, notes.NoteDraft(title="B", text="bye"))
    write(notes.delete_note, agent, gone.id)
    files = export(agent)
    assert list(visible(files)) == ["Inbox/A.md"]
    assert f"id: {note.id}\n" in files["Inbox/A.md"]
    assert files["Inbox/A.md"].endswith("---\ntwo")
    assert files[f".spote/history/{note.id}/1.md"] == "one"
    assert files[f".spote/trash/{gone.id}.md"].endswith("---\nbye")
    about = json.loads(files[f".spote/history/{note.id}.json"])
    assert [(one["version"], one["change"]) for one in about["versions"]] == [
        (2, "updated"),
        (1, "created"),
    ]
    author = about["versions"][0]["updated_by"]
    assert author["user"]["email"] == account.email
    assert (author["via"], author["token_label"]) == ("api", "Script")


def test_a_long_history_is_whole(export: Run, write: Run, agent: Actor) -> None:
    note = write(notes.create_note, agent, notes.NoteDraft(title="A", text="1"))
    for n in range(2, 26):
        write(notes.update_note, agent, note.id, notes.NoteChange(text=f"{n}"))
    files = export(agent)
    texts = {path: text for path, text in files.items() if f"/{note.id}/" in path}
    assert texts == {f".spote/history/{note.id}/{n}.md": f"{n}" for n in range(1, 25)}
    assert len(json.loads(files[f".spote/history/{note.id}.json"])["versions"]) == 25


def test_relations_are_told(export: Run, write: Run, agent: Actor) -> None:
    a, b = (write(notes.create_note, agent, notes.NoteDraft(title=t, text="")) for t in "AB")
    write(notes.create_relation, agent, a.id, notes.RelationDraft(target_id=b.id, kind="cites"))
    about = json.loads(export(agent)[f".spote/history/{a.id}.json"])
    assert [(one["kind"], one["note"]["_id"]) for one in about["relations"]] == [("cites", b.id)]


def test_a_token_gets_what_it_reaches_and_no_more(
    export: Run, write: Run, agent: Actor, account: Any
) -> None:
    inside = write(notes.create_note, agent, notes.NoteDraft(title="In", text="", bucket="Work"))
    moved = write(notes.create_note, agent, notes.NoteDraft(title="M", text="secret", bucket="Own"))
    write(notes.update_note, agent, moved.id, notes.NoteChange(bucket="Work", text="clean"))
    out = write(notes.create_note, agent, notes.NoteDraft(title="Out", text="secret", bucket="Own"))
    trashed = write(notes.create_note, agent, notes.NoteDraft(title="T", text="", bucket="Own"))
    write(notes.delete_note, agent, trashed.id)
    narrow = agent_of(account, Grant(verbs=frozenset({Verb.READ}), buckets=("Work",)))
    files = export(narrow)
    assert sorted(visible(files)) == ["Work/In.md", "Work/M.md"]
    everything = json.dumps(files)
    assert "secret" not in everything
    assert out.id not in everything
    assert trashed.id not in everything
    assert f".spote/history/{inside.id}.json" in files


def test_the_powerless_get_nothing(read: Run, powerless: Actor) -> None:
    with pytest.raises(NotAllowed):
        read(notes.export_notes, powerless)
    with pytest.raises(NotAllowed):
        read(notes.write_export, powerless, io.BytesIO())


def test_others_get_nothing(export: Run, nasty: list[notes.Note], make_account: Run) -> None:
    assert export(agent_of(make_account("bob@example.org"))) == {}


def test_as_an_archive(read: Run, nasty: list[notes.Note], agent: Actor, export: Run) -> None:
    target = io.BytesIO()
    read(notes.write_export, agent, target)
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name).decode() for name in archive.namelist()} == export(agent)
