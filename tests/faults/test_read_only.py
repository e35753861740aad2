"""A data folder that cannot be used stops the start with a sentence that names it, and nothing in it is touched."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from spote.settings import Settings
from spote.storage import open_database
from tests.faults.soundness import connect
from tests.servers import free_port, running


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "my notes"


def refusal(data: Path) -> str:
    """What the server says when it does not start."""
    ended = subprocess.run(
        [sys.executable, "-m", "spote", "serve"],
        env={**os.environ, "SPOTE_DATA": str(data), "SPOTE_PORT": str(free_port())},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode not in (0, None)
    assert "Traceback" not in ended.stderr
    assert str(data) in ended.stderr
    assert "Spote keeps its data" not in ended.stderr
    return ended.stderr


def make_database(data: Path) -> Path:
    open_database(Settings(data=data)).close()
    return data / "spote.db"


def contents(data: Path) -> dict[str, bytes]:
    """But for the lock beside the database, which is taken before anything is read."""
    files = [file for file in data.iterdir() if file.is_file() and file.name != "spote.db-lock"]
    return {file.name: file.read_bytes() for file in files}


def test_a_file_in_the_place_of_the_folder(data):
    data.write_text("not a folder")
    assert "SPOTE_DATA" in refusal(data)
    assert data.read_text() == "not a folder"


def test_a_file_in_the_place_of_a_folder_above(data):
    data.write_text("not a folder")
    assert "SPOTE_DATA" in refusal(data / "inside")


def test_a_link_that_leads_nowhere(data):
    data.symlink_to(data.with_name("nowhere") / "at all")
    refusal(data)


def test_a_folder_that_may_not_be_written(data):
    """Root may write everywhere; what is marked immutable stays closed to root too, where the file system can do it."""
    file = make_database(data)
    data.chmod(0o500)
    file.chmod(0o400)
    immutable = ["chattr", "+i", str(data), str(file)]
    can_refuse = os.geteuid() != 0 or (
        subprocess.run(immutable, capture_output=True, check=False).returncode == 0
    )
    before = contents(data)
    try:
        if can_refuse:
            assert "SPOTE_DATA" in refusal(data)
            assert contents(data) == before
        else:  # then nothing is closed to root, and the server must work
            with running(data) as server, server.client() as anybody:
                assert anybody.get("/readyz").status_code == 200
    finally:
        if os.geteuid() == 0:
            subprocess.run(["chattr", "-i", str(data), str(file)], capture_output=True, check=False)
        data.chmod(0o700)


def test_a_folder_in_the_place_of_the_database(data):
    (data / "spote.db").mkdir(parents=True)
    refusal(data)
    assert (data / "spote.db").is_dir()


@pytest.mark.parametrize("size", [100, 4096, 100_000])
def test_a_file_that_is_no_database(data, size):
    data.mkdir()
    (data / "spote.db").write_bytes(os.urandom(size))
    before = contents(data)
    assert "database" in refusal(data)
    assert contents(data) == before


def test_a_database_with_rubbish_in_it(data):
    file = make_database(data)
    whole = bytearray(file.read_bytes())
    whole[100:4096] = os.urandom(3996)
    file.write_bytes(whole)
    before = contents(data)
    refusal(data)
    assert contents(data) == before


def test_a_database_that_was_cut_off(data):
    file = make_database(data)
    file.write_bytes(file.read_bytes()[: 4096 * 3])
    before = contents(data)
    refusal(data)
    assert contents(data)["spote.db"] == before["spote.db"]


def test_a_database_of_a_newer_spote(data):
    file = make_database(data)
    with closing(connect(data)) as raw:
        raw.execute("PRAGMA user_version = 999")
    before = file.read_bytes()
    said = refusal(data)
    assert "999" in said
    assert "newer" in said
    assert file.read_bytes() == before
