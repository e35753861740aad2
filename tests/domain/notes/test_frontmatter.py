"""Markdown files come in with what they say about themselves, and go out so that they can return."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from spote.domain.notes.frontmatter import FrontMatter, read_front_matter, write_front_matter
from spote.domain.tokens import tag_name

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
NEW_YEAR = datetime(2024, 1, 1, tzinfo=UTC)
TIMES = st.builds(
    lambda milliseconds, zone: (NEW_YEAR + timedelta(milliseconds=milliseconds)).astimezone(zone),
    st.integers(-63_000_000_000_000, 250_000_000_000_000),  # the years 27 to 9946
    st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]),
)


def is_tag(text: str) -> bool:
    try:
        return tag_name(text) == text
    except ValueError:
        return False


TAGS = st.lists(
    TEXT.filter(is_tag) | st.sampled_from(["null", "1", "-", "a:", "[x]", "😀"]), unique=True
)


@given(
    title=TEXT.filter(str.strip),
    tags=TAGS,
    bucket=TEXT.filter(str.strip),
    created_at=TIMES,
    updated_at=TIMES,
    body=TEXT | st.sampled_from(["---\ntitle: x\n---\n", "\n", "\r\n---\r\n", "---"]),
)
@example("a\n---\nb", ["null", "~"], "2024-01-01", NEW_YEAR, NEW_YEAR, "---")
@example("a\x85b\u2028", [], "\ufeff\x7f", NEW_YEAR, NEW_YEAR, "")
@example("# x #y: 'z' \"q\"", [], "- a", NEW_YEAR, NEW_YEAR, "")
def test_what_was_written_reads_the_same(title, tags, bucket, created_at, updated_at, body):
    written = write_front_matter(title, tags, bucket, created_at, updated_at, body)
    assert written.endswith(body)
    assert read_front_matter(written) == FrontMatter(
        body=body,
        title=title,
        tags=tags,
        bucket=bucket,
        created_at=created_at,
        updated_at=updated_at,
    )


def test_a_file_is_good_to_read():
    time = datetime(2024, 5, 1, 10, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    assert write_front_matter("Größe 😀", ["a", "b/c"], "Inbox", time, time, "# Text\n") == (
        "---\n"
        "title: Größe 😀\n"
        "tags: [a, b/c]\n"
        "bucket: Inbox\n"
        "created_at: 2024-05-01T08:00:00.123Z\n"
        "updated_at: 2024-05-01T08:00:00.123Z\n"
        "---\n"
        "# Text\n"
    )


def test_as_many_tags_as_a_note_may_have_return():
    tags = [f"{number:03}{'𐀀' * 97}" for number in range(200)]
    written = write_front_matter("a", tags, "b", NEW_YEAR, NEW_YEAR, "c")
    assert read_front_matter(written).tags == tags


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Plain", "Plain"),
        ("'Quoted: #1'", "Quoted: #1"),
        ("2024", "2024"),
        ("0x1F", "0x1F"),
        ("1.50", "1.50"),
        ("yes", "yes"),
        ("12:30", "12:30"),
        ("2024-05-01", "2024-05-01"),
        ("'null'", "null"),
        ("null", None),
        ("~", None),
        ("", None),
        ("' '", None),
        ("!!python/object/apply:os.system [x]", None),
    ],
)
def test_titles_are_read_as_written(written, title):
    assert read_front_matter(f"---\ntitle: {written}\n---\n").title == title


@pytest.mark.parametrize(
    ("lines", "tags"),
    [
        ("tags: [a, B, '#c', a]", ["a", "b", "c"]),
        ("tags:\n  - a\n  - b/c", ["a", "b/c"]),
        ("tags:\n- a\n- b", ["a", "b"]),
        ("tags: a, b c", ["a", "b", "c"]),
        ("tag: a", ["a"]),
        ("Tags: a", ["a"]),
        ("tags: [1, null, 2024-01-01, true]", ["1", "2024-01-01", "true"]),
        ("tags: [machine  learning]", ["machine-learning"]),
        ("tags: []", []),
        ("tags:", None),
    ],
)
def test_tags_are_read_in_all_habits(lines, tags):
    assert read_front_matter(f"---\n{lines}\n---\nbody") == FrontMatter(body="body", tags=tags)


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("2024-05-01", "2024-05-01T00:00:00"),
        ("2024-05-01 10:20", "2024-05-01T10:20:00"),
        ("2024-05-01T10:20:30", "2024-05-01T10:20:30"),
        ("2024-05-01T10:20:30Z", "2024-05-01T10:20:30"),
        ("'2024-05-01 10:20:30 +0200'", "2024-05-01T08:20:30"),
        ("2024-05-01T10:20:30.123456-05:00", "2024-05-01T15:20:30.123456"),
    ],
)
@pytest.mark.parametrize("key", ["created", "created_at", "date"])
def test_times_are_read_in_utc(key, written, time):
    read = read_front_matter(f"---\n{key}: {written}\n---\nbody")
    assert read == FrontMatter(body="body", created_at=datetime.fromisoformat(f"{time}Z"))


@pytest.mark.parametrize("key", ["updated", "updated_at", "modified", "lastmod"])
def test_times_of_change_have_many_names(key):
    read = read_front_matter(f"---\n{key}: 2024-05-01\n---\n")
    assert read.updated_at == datetime(2024, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("---\ntitle: T\n---\nbody\n", "body\n"),
        ("---\r\ntitle: T\r\n---\r\n\r\nbody\r\n", "\r\nbody\r\n"),
        ("--- \ntitle: T\n---\t\n\n---\n", "\n---\n"),
        ("---\ntitle: T\n---", ""),
        ("---\nid: 1\nversion: 3\nbucket:\ntitle: T\n---\nbody", "body"),
    ],
)
def test_the_body_is_what_follows(text, body):
    assert read_front_matter(text) == FrontMatter(body=body, title="T")


@pytest.mark.parametrize(
    "block",
    [
        "title: T\nauthor: A",
        "title: T  # a comment",
        "# a comment\ntitle: T",
        "title: T\ntags: #a",
        "title: T\ntitle: U",
        "title: T\ndate: soon",
        "title: T\ndate: 99999-01-01",
        "title: T\ndate: 0001-01-01T00:00:00+05:00",
        "title: T\ndate: [2024-01-01]",
        "title: T\ntags: {a: b}",
        "title: T\ntags: [[a]]",
        "title: T\nbucket: {a: b}",
        "title: T\n? [a]\n: b",
    ],
)
def test_what_is_not_understood_stays_in_the_body(block):
    text = f"---\n{block}\n---\nbody"
    assert read_front_matter(text) == FrontMatter(
        body=text, title="T", tags=[] if "tags: {" in block or "tags: [" in block else None
    )


def test_what_is_understood_is_used_all_the_same():
    text = "---\ntags: [a, 'b#c', d]\ncreated: 2024-05-01\ndate: 2023-01-01\nx: y\n---\nbody"
    assert read_front_matter(text) == FrontMatter(
        body=text, tags=["a", "d"], created_at=datetime(2024, 5, 1, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "body",
        "---",
        "---\n",
        "---\n---\nbody",
        "---\ntitle: T\nno end",
        "---\ntitle: T\n ---\n",
        "---\ntitle: T\n----\n",
        "----\ntitle: T\n---\n",
        "\n---\ntitle: T\n---\n",
        "---\ntitle: [T\n---\n",
        "---\ntitle: T\n...\ntitle: U\n---\n",
        "---\n- title\n---\n",
        "---\nJust a rule above.\n---\n",
        "---\ntitle: \x00\n---\n",
        "---\ntitle: \ud800\n---\n",
        "---\ntitle: *unknown\n---\n",
        "---\ntitle: T\nx: " + "[" * 60 + "]" * 60 + "\n---\n",
        "---\ntitle: T\nx: " + "y" * 300_000 + "\n---\n",
    ],
)
def test_what_is_no_front_matter_is_all_body(text):
    assert read_front_matter(text) == FrontMatter(body=text)


@given(
    TEXT
    | st.lists(st.sampled_from([*"-:[]{}#&*!|>'\"? \nx,", "---\n", "\ntitle: ", "\ntags: "])).map(
        "".join
    )
)
def test_no_text_is_lost_and_none_is_an_error(text):
    for whole in (text, f"---\n{text}", f"---\n{text}\n---\nbody"):
        assert whole.endswith(read_front_matter(whole).body)


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{f'*{before},' * 9}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


# What expands, nests or would be looked at again and again.
@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "block",
    [
        f"{BOMB}tags: *i",
        "[" * 250_000,
        "{" * 250_000,
        "- " * 120_000,
        "? " * 120_000,
        "a: " + "[[]," * 60_000,
        "tags: [" + "a," * 120_000 + "]",
        "a: b\n" * 50_000,
        "--\n" * 300_000,
    ],
    ids=["aliases", "lists", "mappings", "items", "keys", "siblings", "tags", "entries", "dashes"],
)
def test_hostile_blocks_take_no_longer_than_others(block):
    text = f"---\n{block}\n---\n"
    assert read_front_matter(text).body in (text, "")
