"""Writes docs/settings.md from the settings themselves; with --check it only says whether the page is up to date."""

import sys
from enum import StrEnum
from pathlib import Path

from annotated_types import Ge, Gt, Le
from pydantic.fields import FieldInfo

from spote.settings import PREFIX, Settings

PAGE = Path(__file__).parent.parent / "docs" / "settings.md"
HEAD = """\
# Settings

Every setting is a variable in the environment. None has to be set; an empty one counts as none. A value that cannot be
used stops the start with a sentence that names the variable, and a variable that begins like ours and is none is
pointed out, as it is most often a misspelling.

```
SPOTE_DATA=/var/lib/spote SPOTE_PORT=8001 spote serve
```

| variable | default | values | |
|---|---|---|---|
"""
FOOT = """
Sizes are in bytes: 1048576 is 1 MiB. Yes and no may be written `true` and `false`, `yes` and `no`, `on` and `off`, `1`
and `0`. What a server process reads at its start holds until its end; restart the server after a change.

Behind a proxy, set `SPOTE_PUBLIC_URL` to the URL that people use: cookies are marked for TLS by it, changes from other
sites are told apart by it, and links in answers are made of it. Set `SPOTE_TRUSTED_PROXIES` to the proxy's address, so
that limits count the people behind it and not the proxy.

This page is made by `python tools/settings_page.py`; a test compares it with the settings.
"""


def page() -> str:
    rows = [_row(name, field) for name, field in Settings.model_fields.items()]
    return HEAD + "\n".join(rows) + "\n" + FOOT


def _row(name: str, field: FieldInfo) -> str:
    sentence = str(field.description).replace("|", "\\|")
    return (
        f"| `{PREFIX}{name.upper()}` | {_default(field.default)} | {_values(field)} | {sentence} |"
    )


def _default(value: object) -> str:
    if isinstance(value, bool):
        value = str(value).lower()
    return f"`{value}`" if str(value) else ""


def _values(field: FieldInfo) -> str:
    kind = field.annotation
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return ", ".join(f"`{value}`" for value in kind)
    if kind is bool:
        return "`true`, `false`"
    limits = [_limit(one) for one in field.metadata]
    return " ".join(limit for limit in limits if limit)


def _limit(limit: object) -> str:
    match limit:
        case Ge(ge=value):
            return f"from {value}"
        case Gt(gt=value):
            return f"above {value}"
        case Le(le=value):
            return f"to {value}"
        case _:
            return ""


def main() -> int:
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if PAGE.read_text(encoding="utf-8") == page():
        return 0
    print("docs/settings.md is not what the settings are; run python tools/settings_page.py")
    return 1


if __name__ == "__main__":
    sys.exit(main())
