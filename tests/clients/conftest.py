"""Clients from npm, at the versions of package-lock.json, with a Node that is new enough for them."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
BIN = HERE / "node_modules" / ".bin"
READY = HERE / "node_modules" / ".ready"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def programs() -> Path:
    """Where they lie; installed once."""
    lock = HERE / "package-lock.json"
    if not READY.exists() or READY.read_bytes() != lock.read_bytes():
        npm = shutil.which("npm")
        assert npm, "npm is needed: apt-get install npm"
        subprocess.run(
            [npm, "ci", "--no-audit", "--no-fund"], cwd=HERE, check=True, capture_output=True
        )
        READY.write_bytes(lock.read_bytes())
    return BIN


@pytest.fixture
def environment(programs: Path, tmp_path: Path) -> dict[str, str]:
    """A home of their own, in which nobody is logged in anywhere."""
    home = tmp_path / "home"
    (home / ".codex").mkdir(parents=True)
    return {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "CODEX_HOME": str(home / ".codex"),
        "BROWSER": "true",
        "TERM": "dumb",
        "NO_COLOR": "1",
        "DISABLE_TELEMETRY": "1",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    }


@pytest.fixture
def run(environment: dict[str, str], tmp_path: Path) -> Run:
    def run(*command: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            env={**environment, **more},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    return run
