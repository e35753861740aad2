"""Builds and serves the page with the editor alone."""

import http.server
from pathlib import Path

from tools import build_web

CONFIG = "src/editor/tests/vite.config.ts"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing about it."""

    extensions_map = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
    }

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


def build_harness(folder: Path) -> None:
    frontend = build_web.ROOT / "frontend"
    build_web.install(frontend)
    build = ("vite", "build", "--config", CONFIG, "--outDir", str(folder), "--logLevel", "error")
    build_web.run(frontend, "exec", "--", *build)
