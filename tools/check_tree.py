"""Refuses names of package registries and paths of one person's machine in the committed files."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

# In parts, so that this file passes its own check.
REGISTRIES = [
    ("pypi", "org"),
    ("".join(("python", "hosted")), "org"),
    ("npmjs", "org"),
    ("npmjs", "com"),
    ("yarnpkg", "com"),
    ("deb.debian", "org"),
]
FOLDERS = ["work", "tmp", "root", r"home/\w+", r"Users/\w+"]

FORBIDDEN = re.compile(
    "|".join(
        [
            *(re.escape(".".join(parts)) for parts in REGISTRIES),
            rf"(?<![\w.~$)}}>-])/(?:{'|'.join(FOLDERS)})/",  # an absolute path, not the tail of one
        ]
    )
)


def main() -> int:
    """Print each offence as `file:line: text`; 1 if there is any."""
    offences = [offence for path in files_to_commit() for offence in offences_in(path)]
    print("\n".join(offences) or "No registry names or machine paths.")
    return 1 if offences else 0


def files_to_commit() -> list[Path]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [path for name in names.split("\0") if name and (path := Path(name)).is_file()]


def offences_in(path: Path) -> Iterator[str]:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return  # a picture or another binary file
    for number, line in enumerate(text.splitlines(), start=1):
        if found := FORBIDDEN.search(line):
            yield f"{path}:{number}: {found.group()} must not be committed"


if __name__ == "__main__":
    sys.exit(main())
