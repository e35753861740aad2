"""The names of places: buckets and tags, brought to the one form in which they are kept and compared."""

import re
import unicodedata

NAME_LIMIT = 100  # characters
_LINE_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NOT_IN_TAGS = re.compile(r"[\s#,\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def bucket_name(raw: str) -> str:
    """Without white space around it, in Unicode's composed form (NFC): what looks alike is one bucket.

    Raises:
        ValueError: empty, too long, or with control characters; the message says so.
    """
    name = unicodedata.normalize("NFC", raw.strip())
    if not name or len(name) > NAME_LIMIT:
        raise ValueError(f"a bucket's name has 1 to {NAME_LIMIT} characters")
    if _LINE_BREAKS.search(name):
        raise ValueError("a bucket's name has no line breaks or control characters")
    return name


def tag_name(raw: str) -> str:
    """Without white space around it and one leading `#`, in the form in which tags are compared.

    Tags may hold more than hashtags in a text can, such as `c++`.

    Raises:
        ValueError: empty, too long, or with white space, commas or another `#` inside; the message says so.
    """
    name = tag_form(raw.strip().removeprefix("#"))
    if not name or len(name) > NAME_LIMIT:
        raise ValueError(f"a tag has 1 to {NAME_LIMIT} characters besides #")
    if _NOT_IN_TAGS.search(name):
        raise ValueError("a tag has no white space, comma, # or control character inside")
    return name


def tag_form(word: str) -> str:
    """In lower case, composed (NFC)."""
    if word.isascii():
        return word.lower()
    # Once more NFC: lower case may bring together what composes.
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", word).lower())


def printable_line(raw: str) -> str:
    """One line of text with something in it: a label, a title.

    Raises:
        ValueError: blank, or with control characters.
    """
    if not raw.strip():
        raise ValueError("must not be blank")
    if _LINE_BREAKS.search(raw):
        raise ValueError("must be one line, without control characters")
    return raw
