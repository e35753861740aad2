"""Reads and writes the front matter of Markdown files, for import and export."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import yaml

from spote.domain.tokens import tag_name

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # PyYAML may be built without libyaml
# A note's 200 tags of 100 characters fit, even where each character is written as ten.
_BLOCK_MAX_CHARACTERS = 256 * 1024
_MOST_NESTED = 50  # composing recurses, and libyaml's binding does not watch its stack

_BLOCK = re.compile(r"---[ \t]*\r?\n(?P<yaml>.*?)(?<=\n)---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_COMMENT = re.compile(r"(?:^|\s)#", re.MULTILINE)
_SPACE_BEFORE_ZONE = re.compile(r"\s+(?=[-+Z])")
_NULL, _STRING = "tag:yaml.org,2002:null", "tag:yaml.org,2002:str"

_FIELDS = {
    "title": "title",
    "tags": "tags",
    "tag": "tags",
    "bucket": "bucket",
    "created": "created_at",
    "created_at": "created_at",
    "date": "created_at",
    "updated": "updated_at",
    "updated_at": "updated_at",
    "modified": "updated_at",
    "lastmod": "updated_at",
}
_OUR_OWN = {"id", "version"}  # understood, and of no use in another place


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a Markdown file says about itself, and its text."""

    body: str  # the whole file, front matter too, where anything in that would be lost otherwise
    title: str | None = None
    tags: list[str] | None = None  # as `tag_name` gives them
    bucket: str | None = None
    created_at: datetime | None = None  # in UTC
    updated_at: datetime | None = None  # in UTC


def read_front_matter(text: str) -> FrontMatter:
    """What stands between the `---` lines that begin the text, in any of the usual habits.

    Reads values as written (`title: 2024` is "2024", `yes` is "yes"), times without a zone as UTC.
    """
    block = _BLOCK.match(text)
    entries = _entries(block["yaml"]) if block else None
    if block is None or entries is None:
        return FrontMatter(body=text)
    values: dict[str, Any] = {}
    is_understood = not entries.has_comments
    for key, node in entries.pairs:
        field = _FIELDS.get(key)
        if field and values.get(field) is None:
            values[field], is_whole = _read(field, node)
            is_understood = is_understood and is_whole
        elif key not in _OUR_OWN:
            is_understood = False
    return FrontMatter(body=text[block.end() :] if is_understood else text, **values)


def write_front_matter(
    title: str,
    tags: list[str],
    bucket: str,
    created_at: datetime,
    updated_at: datetime,
    body: str,
) -> str:
    """A file that `read_front_matter` reads the same from; times are written to milliseconds."""
    head = yaml.dump(
        {"title": title, "tags": tags, "bucket": bucket},
        Dumper=_Dumper,
        allow_unicode=True,
        default_flow_style=None,
        sort_keys=False,
        width=float("inf"),
    )
    times = f"created_at: {_written(created_at)}\nupdated_at: {_written(updated_at)}\n"
    return f"---\n{head}{times}---\n{body}"


class _Dumper(yaml.SafeDumper):
    """Not libyaml's, which writes emoji as numbers."""


def _quoted_if_needed(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # Left alone, PyYAML writes line separators such as U+0085 so that they read as spaces.
    return dumper.represent_scalar(_STRING, text, style=None if text.isprintable() else '"')


_Dumper.add_representer(str, _quoted_if_needed)


class _Entries(NamedTuple):
    pairs: list[tuple[str, yaml.Node]]  # keys in lower case
    has_comments: bool


def _entries(block: str) -> _Entries | None:
    """The block's keys and values; None for what is no mapping in valid YAML.

    Nodes, not objects: nothing is constructed, guessed or multiplied by aliases.
    """
    if len(block) > _BLOCK_MAX_CHARACTERS:
        return None
    try:
        outside = _outside_of_values(block)
        mapping = yaml.compose(block, Loader=_LOADER)
    except (yaml.YAMLError, UnicodeError):
        return None
    if not isinstance(mapping, yaml.MappingNode):
        return None
    pairs = [(str(key.value).lower(), value) for key, value in mapping.value]
    return _Entries(pairs, has_comments=_COMMENT.search(outside) is not None)


def _outside_of_values(block: str) -> str:
    """What stands between keys and values: a '#' there begins a comment. Raises YAMLError."""
    between, done = [], 0
    for event in _shallow_events(block):
        start, end = event.start_mark, event.end_mark
        if isinstance(event, yaml.ScalarEvent) and start is not None and end is not None:
            between.append(block[done : start.index])
            done = end.index
    return "".join(between) + block[done:]


def _shallow_events(block: str) -> Iterator[yaml.Event]:
    """Stops at the first nesting too deep: libyaml's time grows with the square of the depth."""
    depth = 0
    for event in yaml.parse(block, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _MOST_NESTED:
            raise yaml.YAMLError("nested too deeply")
        yield event


class _Reading(NamedTuple):
    value: Any
    is_whole: bool  # nothing that was written is missing in the value


_NOTHING = _Reading(None, is_whole=True)
_UNREADABLE = _Reading(None, is_whole=False)


def _read(field: str, node: yaml.Node) -> _Reading:
    if node.tag == _NULL:
        return _NOTHING
    if field == "tags":
        return _tags(node)
    if not isinstance(node, yaml.ScalarNode):
        return _UNREADABLE
    if not node.value.strip():
        return _NOTHING
    return _time(node.value) if field.endswith("_at") else _Reading(node.value, is_whole=True)


def _tags(node: yaml.Node) -> _Reading:
    words = list(_tag_words(node))
    tags = [_tag(word) for word in words if word is not None]
    return _Reading(
        list(dict.fromkeys(tag for tag in tags if tag)), is_whole=None not in words + tags
    )


def _tag_words(node: yaml.Node) -> Iterator[str | None]:
    """The words of `a, b c` or of a list, whose items may have several; None for what is none."""
    if isinstance(node, yaml.ScalarNode):
        yield from node.value.replace(",", " ").split()
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            if not isinstance(item, yaml.ScalarNode):
                yield None
            elif item.tag != _NULL:
                yield "-".join(item.value.split())
    else:
        yield None


def _tag(word: str) -> str | None:
    try:
        return tag_name(word)
    except ValueError:
        return None


def _time(written: str) -> _Reading:
    try:
        time = datetime.fromisoformat(_SPACE_BEFORE_ZONE.sub("", written.strip()))
        zoned = time if time.tzinfo else time.replace(tzinfo=UTC)
        return _Reading(zoned.astimezone(UTC), is_whole=True)
    except (ValueError, OverflowError):
        return _UNREADABLE


def _written(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
