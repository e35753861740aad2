"""SQL stands in the queries and dialects alone, is one text for every engine, and takes values only as parameters."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import spote

SOURCE = Path(spote.__file__).parent
STATEMENT = re.compile(
    r"\b(SELECT\s.+\sFROM\b|SELECT\s+1\b|INSERT\s+INTO\b|INSERT\s+OR\b|UPDATE\s+\w+\s+SET\b|DELETE\s+FROM\b"
    r"|CREATE\s+(TABLE|INDEX|TRIGGER|VIRTUAL)\b|DROP\s+TABLE\b|ALTER\s+TABLE\b|ORDER\s+BY\b|GROUP\s+BY\b"
    r"|LEFT\s+JOIN\b|BEGIN\s+IMMEDIATE\b|ROLLBACK\b|SAVEPOINT\b|VACUUM\b|PRAGMA\b)",
    re.DOTALL,
)
CONDITION = re.compile(r"\bIS (NOT )?NULL\b|\bIN \(|\bLIKE :|\bAND \w+\.\w+ =|\bEXISTS \(")
# What another engine would not understand.
SQLITE_ONLY = re.compile(
    r"\b(rowid|INSERT\s+OR|REPLACE\s+INTO|PRAGMA|ifnull|iif|julianday|unixepoch|strftime|datetime\s*\("
    r"|json_\w+|json\s*\(|group_concat|printf|glob|typeof|randomblob|hex\s*\(|last_insert_rowid|changes\s*\(\)"
    r"|total\s*\(|instr|(?-i:MATCH)|bm25|AUTOINCREMENT|COLLATE\s+NOCASE|sqlite\w*|WITHOUT\s+ROWID)\b",
    re.IGNORECASE,
)
ELSEWHERE = {
    "domain/notes/reach.py": "the one condition for what an actor reaches",
}


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def is_for_sql(file: Path) -> bool:
    place = file.relative_to(SOURCE)
    return "dialects" in place.parts or file.stem == "queries" or file.parent.name == "queries"


def texts(file: Path) -> Iterator[tuple[int, str]]:
    """Every string that is no docstring, f-strings without their values."""
    tree = ast.parse(file.read_text("utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    parts = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(_part(part) for part in node.values)
        elif id(node) in docstrings | parts:
            continue
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def _part(part: ast.expr) -> str:
    return str(part.value) if isinstance(part, ast.Constant) else "{}"


def named(file: Path) -> str:
    return str(file.relative_to(SOURCE))


QUERIES = [file for file in modules() if is_for_sql(file) and "dialects" not in file.parts]
OTHERS = [file for file in modules() if not is_for_sql(file) and named(file) not in ELSEWHERE]


def test_there_are_queries_at_all() -> None:
    assert len(QUERIES) >= 7
    assert sum(1 for file in QUERIES for _, text in texts(file) if STATEMENT.search(text)) > 50


@pytest.mark.parametrize("file", OTHERS, ids=named)
def test_no_sql_stands_elsewhere(file: Path) -> None:
    found = [
        f"{named(file)}:{line}: {text}"
        for line, text in texts(file)
        if STATEMENT.search(text) or CONDITION.search(text)
    ]
    assert found == []


@pytest.mark.parametrize("file", [*QUERIES, *(SOURCE / name for name in ELSEWHERE)], ids=named)
def test_queries_speak_to_every_engine(file: Path) -> None:
    found = [
        f"{named(file)}:{line}: {words[0]}"
        for line, text in texts(file)
        if (words := SQLITE_ONLY.search(text))
    ]
    assert found == []


@pytest.mark.parametrize("file", [*QUERIES, *(SOURCE / name for name in ELSEWHERE)], ids=named)
def test_values_come_as_parameters(file: Path) -> None:
    """No quotes in SQL around something that is filled in, and no old ways of filling in."""
    for line, text in texts(file):
        assert not re.search(r"['\"]\s*{}|{}\s*['\"]\s*(AND|OR|\))", text), f"{named(file)}:{line}"
        if STATEMENT.search(text):
            assert not re.search(r"%s|%\(|\?", text), f"{named(file)}:{line}"
