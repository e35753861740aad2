"""What a file is, told from its bytes; its name may only choose among kinds that are equally harmless."""

import codecs
import re
from typing import NamedTuple

import filetype

HEAD_BYTES = 8192  # that tell a kind
_CONTROLS = bytes({*range(0x20)} - {*b"\t\n\r\f\x1b"}) + b"\x7f"
_MARKUP_LOOKED_AT = 2048
_SVG = re.compile(rb"<svg[\s>/]", re.IGNORECASE)
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|script|iframe|style|title|table|div|a|p|b|h1|br|img|meta|link|form|object"
    rb"|embed|base|template|input|details|video|audio|math|frameset)[\s>/]",
    re.IGNORECASE,
)
_XML = re.compile(rb"\s*<\?xml[\s?]", re.IGNORECASE)
_TEXT_BY_NAME = {
    "md": "text/markdown",
    "markdown": "text/markdown",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "json": "application/json",
    "ics": "text/calendar",
    "vcf": "text/vcard",
}
_ZIP_BY_NAME = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "epub": "application/epub+zip",
}
_EXTENSIONS = {
    "text/plain": "txt",
    "text/html": "html",
    "image/svg+xml": "svg",
    "application/xml": "xml",
    "application/octet-stream": "bin",
    **{kind: name for name, kind in _TEXT_BY_NAME.items() if name != "markdown"},
    **{kind: name for name, kind in _ZIP_BY_NAME.items()},
}
_TEXTUAL = {
    "application/pdf",
    "application/rtf",
    "application/postscript",
}  # also where all is text
# What browsers show without running anything of it. Everything else they are to save.
SHOWN = {
    "application/pdf",
    "audio/aac",
    "audio/mp4",
    "audio/mpeg",
    "audio/ogg",
    "audio/x-flac",
    "audio/x-wav",
    "image/apng",
    "image/avif",
    "image/bmp",
    "image/gif",
    "image/heic",
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/x-icon",
    "text/plain",
    "video/mp4",
    "video/quicktime",
    "video/webm",
    "video/x-m4v",
}


class Kind(NamedTuple):
    mime_type: str
    extension: str


class TextCheck:
    """Whether bytes that come in pieces are text: UTF-8, without characters that no text has."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._is_text = True

    def feed(self, piece: bytes) -> None:
        if not self._is_text:
            return
        try:
            self._decoder.decode(piece)
        except UnicodeDecodeError:
            self._is_text = False
        else:
            self._is_text = len(piece.translate(None, _CONTROLS)) == len(piece)

    def is_text(self) -> bool:
        """Of all that came."""
        try:
            self._decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
        return self._is_text


def kind_of(head: bytes, filename: str, *, is_text: bool) -> Kind:
    """By the first `HEAD_BYTES`, and whether all of it is text."""
    ending = filename.rpartition(".")[2].lower()
    guess = filetype.guess(head) if head else None
    if is_text and (guess is None or guess.mime not in _TEXTUAL):
        return _kind(_text(head, ending))
    if (markup := _markup(head)) and (guess is None or guess.mime not in SHOWN):
        return _kind(markup)  # in another encoding than UTF-8
    if guess is None:
        return _kind("application/octet-stream")
    if guess.mime == "application/zip" and ending in _ZIP_BY_NAME:
        return _kind(_ZIP_BY_NAME[ending])
    return Kind(guess.mime, _EXTENSIONS.get(guess.mime, guess.extension))


def _kind(mime_type: str) -> Kind:
    return Kind(mime_type, _EXTENSIONS[mime_type])


def _text(head: bytes, ending: str) -> str:
    if markup := _markup(head):
        return markup if ending not in ("md", "markdown") else "text/markdown"
    return _TEXT_BY_NAME.get(ending, "text/plain")


def _markup(head: bytes) -> str | None:
    """What a browser would take for a page or a drawing, wherever in the beginning it stands."""
    looked_at = head[:_MARKUP_LOOKED_AT].replace(b"\x00", b"")
    page, drawing = _HTML.search(looked_at), _SVG.search(looked_at)
    if drawing and not (page and page.start() < drawing.start()):
        return "image/svg+xml"
    if page:
        return "text/html"
    return "application/xml" if _XML.match(looked_at) else None
