"""Makes of any text one that a model can take, in time that grows with its length only."""

import re
import unicodedata

from spote.domain.notes.words import stream_safe

_INVISIBLE = re.compile(  # NUL, control characters, halves of surrogate pairs, soft hyphens, marks of direction, BOM
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\ud800-\udfff\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]+"
)
_SPACE = re.compile(r"[\s\u200b\u2581\ufffd]+")  # ▁ is the tokenizer's own sign for a space


def clean(text: str) -> str:
    """Compatibility forms unified (NFKC), nothing invisible, one space wherever there was white space."""
    if not text.isascii():
        text = _INVISIBLE.sub("", text)
        text = unicodedata.normalize("NFKC", stream_safe(text))
    return _SPACE.sub(" ", _INVISIBLE.sub("", text)).strip()
