"""Writes the web app's API types from our OpenAPI document; with `--check`, fails where they have drifted."""

import json
import sys
import tempfile
from pathlib import Path

from spote.app import create_app
from spote.settings import Settings
from tools import build_web

FRONTEND = Path(__file__).parent.parent / "frontend"
TYPES = FRONTEND / "src" / "api" / "schema.d.ts"


def main() -> int:
    """1 where the committed types are not those of the document."""
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "schema.d.ts"
        _write(written, Path(folder) / "openapi.json")
        if "--check" not in sys.argv:
            TYPES.write_bytes(written.read_bytes())
            return 0
        if TYPES.exists() and TYPES.read_bytes() == written.read_bytes():
            print("The web app's API types are those of the OpenAPI document.")
            return 0
        print(f"{TYPES.relative_to(FRONTEND.parent)} has drifted: run make client, commit the file")
        return 1


def _write(types: Path, document: Path) -> None:
    app = create_app(Settings(data=Path("nowhere")))
    document.write_text(json.dumps(app.app.openapi(), sort_keys=True))  # type: ignore[attr-defined]
    build_web.install(FRONTEND)
    build_web.run(FRONTEND, "exec", "--", "openapi-typescript", str(document), "-o", str(types))


if __name__ == "__main__":
    sys.exit(main())
