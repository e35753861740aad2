"""Every list there is: it has an end, an order, and costs the same number of statements however long it is."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import spote
from spote.app import create_app
from spote.domain import accounts, notes, search, sharing, tokens
from spote.identity import FULL_ACCESS, Actor, CredentialKind, Grant, Via
from spote.paging import Page
from spote.settings import Settings
from spote.storage import Connection, Database, open_database

MOST = 1000  # items in one answer
CHANGES = re.compile(r"\b(INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b")
DOMAIN = Path(spote.__file__).parent / "domain"

NO_LIMIT_PARAMETER = {
    "/api/settings/token": "as many as the setting tokens_per_account lets live",
    "/api/settings/apps": "as many as the setting tokens_per_account lets live",
}
UNBOUNDED = {
    "ids_in_bucket": "renaming a bucket concerns all its notes, or it fails",
    "ids_with_tag": "renaming a tag concerns all its notes, or it fails",
    "rights_of_tokens": "restoring a backup concerns all tokens",
    "all_refreshes": "restoring a backup concerns all refresh tokens",
    "secrets_of": "restoring a backup concerns all secrets of a token",
    "sources_of_note": "a set, of one note",
    "references_of": "a set, of one note",
    "shared_notes": "a set: what others share with the actor",
    "shared_vectors": "of the few notes that one account shares: a search by meaning compares all",
    "all_with_guests": "deleting an account concerns all its shares",
    "rights_of_shares": "restoring a backup concerns all shares",
    "reachable_notes": "a set: what a narrower grant or wish lets a search by meaning look at",
    "_found_by": "a set, of one note",
}
UNORDERED = {
    "references_of",
    "sources_of_note",
    "_found_by",
    "reachable_notes",
    "shared_notes",
    "shared_vectors",
    "reachable_passages",
    "passages_of_notes",
    "all_with_guests",
}


def array_routes() -> list[tuple[str, dict[str, Any]]]:
    document = create_app(Settings(data=Path("nowhere"))).app.openapi()  # type: ignore[attr-defined]
    return [
        (path, item["get"])
        for path, item in document["paths"].items()
        if "get" in item and _is_array(item["get"], document)
    ]


def _is_array(operation: dict[str, Any], document: dict[str, Any]) -> bool:
    content = operation["responses"].get("200", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    options = schema.get("anyOf", [schema])
    return any(option.get("type") == "array" for option in options)


def test_there_are_lists_at_all() -> None:
    assert len(array_routes()) >= 8


@pytest.mark.parametrize(("path", "operation"), array_routes(), ids=lambda value: str(value)[:40])
def test_every_list_has_a_limit(path: str, operation: dict[str, Any]) -> None:
    parameters = {one["name"]: one["schema"] for one in operation.get("parameters", [])}
    if path in NO_LIMIT_PARAMETER:
        assert "limit" not in parameters, f"{path} has a limit now"
        return
    assert parameters["limit"]["maximum"] <= MOST
    assert parameters["limit"]["minimum"] >= 1
    assert parameters["limit"]["default"] <= MOST
    assert parameters["offset"]["minimum"] == 0
    assert parameters["offset"]["maximum"] <= 2**53


def selecting_functions() -> Iterator[tuple[str, str]]:
    """Each query function that may give many rows, with all the text of SQL in it and in what it hands that on to."""
    for file in sorted(DOMAIN.glob("*/queries*")):
        for module in [file] if file.suffix == ".py" else sorted(file.glob("*.py")):
            tree = ast.parse(module.read_text("utf-8"))
            functions = {it.name: it for it in tree.body if isinstance(it, ast.FunctionDef)}
            for name, function in functions.items():
                written = _strings(function)
                if (
                    re.search(r"SELECT", written)
                    and not CHANGES.search(written)
                    and _gives_rows(function, functions)
                ):
                    helpers = [it for other, it in functions.items() if other in _called(function)]
                    yield name, " ".join([written, *map(_strings, helpers)])


def _gives_rows(function: ast.FunctionDef, functions: Mapping[str, ast.FunctionDef]) -> bool:
    """Whether it, or a function beside it to which it gives its SQL, asks for all rows."""
    called = _called(function)
    return "all" in called or any(
        "all" in _called(functions[name]) and "SELECT" not in _strings(functions[name])
        for name in called & functions.keys()
    )


def _called(function: ast.FunctionDef) -> set[str]:
    names = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            target = node.func
            names.add(
                target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
            )
    return names


def _strings(function: ast.FunctionDef) -> str:
    body = [node for node in function.body if not _is_docstring(node)]
    found = [
        node.value
        for statement in body
        for node in ast.walk(statement)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return " ".join(found)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def test_the_lists_of_the_queries_are_found() -> None:
    names = {name for name, _ in selecting_functions()}
    assert names >= {"notes_page", "trash_page", "buckets_page", "tags_page", "revisions_page"}
    assert names >= {"tokens_of", "list_sessions", "notes_with_words", "backlinks_to"}


@pytest.mark.parametrize(
    ("name", "sql"), list(selecting_functions()), ids=lambda value: str(value)[:30]
)
def test_every_list_has_an_order_and_an_end(name: str, sql: str) -> None:
    assert bool(re.search(r"\bORDER BY\b", sql)) != (name in UNORDERED), f"{name}: ORDER BY"
    if name in UNBOUNDED:
        assert not re.search(r"\bLIMIT\b", sql), f"{name} has a LIMIT now"
    else:
        assert re.search(r"\bLIMIT\b", sql), f"{name} has no LIMIT"


class Counting:
    """A connection that counts the statements that run on it."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self.statements: list[str] = []

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._db, name)
        if name not in ("all", "one", "execute"):
            return found

        def counted(sql: str, *values: Any) -> Any:
            self.statements.append(sql)
            return found(sql, *values)

        return counted


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[Database]:
    folder = tmp_path_factory.mktemp("lists") / "data"
    database = open_database(Settings(data=folder, database_url=database_url))
    yield database
    database.close()


@pytest.fixture(scope="module")
def people(database: Database) -> tuple[Actor, Actor]:
    """One with few of everything, one with many."""
    few, many = (account_with(database, n) for n in (2, 25))
    return few, many


def account_with(database: Database, number: int) -> Actor:
    def fill(db: Connection) -> Actor:
        draft = accounts.SignUp(email=f"with-{number}@example.org", password="correct horse")
        account = accounts.create_account(db, draft, "hash")
        sessions = [
            accounts.open_session(db, account.id, "hash", "Firefox", "192.0.2.1")
            for _ in range(number)
        ]
        actor = accounts.authenticate_session(db, sessions[0].secret)
        ids, first = list[str](), ""
        for n in range(number):
            links = " ".join(f"[[Title {other}]]" for other in range(number))
            text = f"common #tag{n} {links} /app/note/{ids[-1] if ids else n}"
            note = notes.create_note(
                db, actor, notes.NoteDraft(title=f"Title {n}", text=text, bucket=f"Bucket {n}")
            )
            ids.append(note.id)
            first = first if n else text
            tokens.create_token(db, actor, tokens.TokenDraft(label=f"Token {n}"))
            thrown = notes.create_note(db, actor, notes.NoteDraft(title="Thrown away", text=""))
            notes.delete_note(db, actor, thrown.id)
        for n in range(number):
            guest = sharing.ShareDraft(email=f"guest{n}-{number}@example.org", permission="read")
            unsent = sharing.create_share(db, actor, ids[0], guest)
            sharing.confirm_share(db, actor, ids[0], unsent.id)
        for n, other in enumerate(ids[1:]):
            notes.create_relation(db, actor, ids[0], notes.RelationDraft(target_id=other))
            notes.update_note(db, actor, ids[0], notes.NoteChange(text=f"{first}\n{n}"))
        return actor

    return database.write_now(fill)


def first_note(db: Connection, actor: Actor) -> str:
    oldest = notes.list_notes(db, actor, notes.NoteFilter(), Page(200)).items[-1]
    return oldest.id


PAGE = Page(200)
LISTS: dict[str, Callable[[Any, Actor, str], object]] = {
    "notes": lambda db, actor, _: notes.list_notes(db, actor, notes.NoteFilter(), PAGE),
    "summaries": lambda db, actor, _: notes.list_summaries(db, actor, notes.NoteFilter(), PAGE),
    "both kinds": lambda db, actor, _: notes.list_notes(
        db, actor, notes.NoteFilter(shared="include"), PAGE
    ),
    "shares": lambda db, actor, note: sharing.list_shares(db, actor, note, PAGE),
    "filtered": lambda db, actor, _: notes.list_notes(
        db, actor, notes.NoteFilter(tags=("tag1",), buckets=("Bucket 1",)), PAGE
    ),
    "trash": lambda db, actor, _: notes.list_trash(db, actor, PAGE),
    "history": lambda db, actor, note: notes.list_history(db, actor, note, PAGE),
    "history with differences": lambda db, actor, note: notes.list_history(
        db, actor, note, PAGE, diff=True
    ),
    "relations": notes.list_relations,
    "buckets": lambda db, actor, _: notes.list_buckets(db, actor, PAGE),
    "tags": lambda db, actor, _: notes.list_tags(db, actor, PAGE),
    "search": lambda db, actor, _: search.search_notes(
        db, actor, search.SearchQuery(q="common", mode="keyword"), Page(50)
    ),
    "tokens": lambda db, actor, _: tokens.list_tokens(db, actor),
    "sessions": lambda db, actor, _: accounts.list_sessions(db, actor, PAGE),
    "accounts": lambda db, actor, _: accounts.list_accounts(db, PAGE),
}
PLACES = {
    "everywhere": FULL_ACCESS,
    "buckets": Grant(buckets=("Bucket 0", "Bucket 1"), except_buckets=("Bucket 9",)),
    "tags": Grant(tags=("tag0", "tag1")),
}
FOR_PEOPLE = {"sessions"}


@pytest.mark.parametrize("places", PLACES)
@pytest.mark.parametrize("name", LISTS)
def test_a_long_list_costs_as_many_statements_as_a_short_one(
    database: Database, people: tuple[Actor, Actor], name: str, places: str
) -> None:
    def count(person: Actor) -> int:
        def run(db: Connection) -> int:
            note, counting = first_note(db, person), Counting(db)
            actor = person
            if name not in FOR_PEOPLE:
                token = (CredentialKind.TOKEN, "token", Via.API)
                actor = Actor(person.account_id, PLACES[places], *token)
            LISTS[name](counting, actor, note)
            return len(counting.statements)

        return database.read_now(run)

    few, many = map(count, people)
    assert 0 < few == many <= 8
