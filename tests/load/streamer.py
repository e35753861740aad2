"""A bare ASGI app that takes a body into a new file and gives it out: what streaming costs at the least.

It keeps them all, as we do: writing over what was just freed is quicker.
"""

import os
import sys
from itertools import count
from pathlib import Path
from typing import Any

PIECE = 512 * 1024


def app_for(folder: Path) -> Any:
    numbers = count()
    file = folder / "none"

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        nonlocal file
        size = 0
        if scope["method"] == "POST":
            file = folder / str(next(numbers))
            with file.open("wb") as opened:
                while True:
                    message = await receive()
                    opened.write(message.get("body", b""))
                    if not message.get("more_body"):
                        break
                opened.flush()
                os.fsync(opened.fileno())
        else:
            size = file.stat().st_size
        headers = [(b"content-length", str(size).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        with file.open("rb") as opened:
            while size and (piece := opened.read(PIECE)):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    return app


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(
        app_for(Path(sys.argv[1])),
        port=int(sys.argv[2]),
        loop="uvloop",
        http="httptools",
        log_level="error",
    )
