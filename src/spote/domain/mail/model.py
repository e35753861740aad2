"""The shape of a mail, and which addresses one can be sent to."""

import re
from dataclasses import dataclass, field

LOCAL_LIMIT = 64  # bytes before the @, RFC 5321 §4.5.3.1.1
DOMAIN_LIMIT = 255  # bytes after it, RFC 5321 §4.5.3.1.2
LINE_LIMIT = 200  # characters of what a person wrote, in one line of a mail
ENCODED = (
    "=?"  # begins a word of a header that stands for other characters, line breaks too (RFC 2047)
)
_CONTROLS = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+"
)
# Quoted local parts and address literals are allowed by RFC 5321, and used by those who try out what breaks.
_PLAIN = re.compile(r"[^\s@\"(),:;<>\[\\\]\x00-\x20\x7f-\xa0]+\Z")


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says, for both of its forms, plain and HTML. Nothing in it is markup."""

    to: str
    subject: str  # one line
    paragraphs: tuple[str, ...] = field(repr=False)
    link: str = field(default="", repr=False)  # may hold a secret
    link_text: str = ""  # what the link is for
    footer: str = ""


def is_mailable(address: str) -> bool:
    """Whether it can stand in an envelope and a header as it is."""
    local, _, domain = address.partition("@")
    return (
        bool(_PLAIN.match(local))
        and ".." not in f".{local}."
        and ENCODED not in local
        and len(local.encode("utf-8", "replace")) <= LOCAL_LIMIT
        and mail_domain(domain) is not None
    )


def mail_domain(domain: str) -> str | None:
    """In ASCII (RFC 5891), as mail servers look it up. None for what is none."""
    if not _PLAIN.match(domain) or "_" in domain:
        return None
    try:
        ascii_form = domain.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    labels = ascii_form.split(".")
    fits = all(re.fullmatch(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)", label) for label in labels)
    return ascii_form if fits and len(ascii_form) <= DOMAIN_LIMIT else None


def one_line(raw: str) -> str:
    """What a person wrote, for a subject or a sentence: no line breaks, nothing that turns the writing round."""
    line = " ".join(_CONTROLS.sub(" ", raw).split()).replace(ENCODED, "= ?")
    return line if len(line) <= LINE_LIMIT else line[: LINE_LIMIT - 1] + "…"
