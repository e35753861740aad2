"""The bytes of files follow a database that moves, where they lie in folders."""

import os
import shutil
from pathlib import Path

from spote.settings import Settings
from spote.storage.blobs import FOLDER


def copy_files(given: Settings, wanted: Settings) -> int:
    """From one data folder into the other one; returns how many. What is there already is left. Safe to do again."""
    if given.s3_bucket or given.data == wanted.data:
        return 0
    source, target = given.data / FOLDER, wanted.data / FOLDER
    copied = 0
    for file in sorted(source.glob("*/*")):
        if file.is_file() and "#" not in file.name:  # else half a file
            copied += _copy(file, target / file.relative_to(source))
    return copied


def _copy(file: Path, target: Path) -> bool:
    """Whole or not at all."""
    if target.exists() and target.stat().st_size == file.stat().st_size:
        return False
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = target.with_name(f"{target.name}#moved")
    shutil.copyfile(file, half)
    with half.open("rb") as opened:
        os.fsync(opened.fileno())
    half.replace(target)
    return True
