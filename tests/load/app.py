"""The real server with one route more: a FastAPI handler that does nothing, to compare with."""

from fastapi import FastAPI
from starlette.types import ASGIApp

from spote.app import create_app as create_real_app
from spote.app import settle
from spote.entrypoints.middleware import Frame


def create_app() -> ASGIApp:
    framed = create_real_app()
    assert isinstance(framed, Frame)
    app = framed.app
    assert isinstance(app, FastAPI)
    app.add_api_route("/nothing", nothing, methods=["GET", "POST"])
    settle()
    return framed


async def nothing() -> dict[str, str]:
    return {"status": "ok"}


if __name__ == "__main__":
    from spote.entrypoints.server import serve
    from spote.settings import load_settings

    serve(load_settings(), "tests.load.app:create_app")
