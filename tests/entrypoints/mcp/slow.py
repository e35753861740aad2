"""The real server with one tool more, which takes three seconds."""

import time

from starlette.types import ASGIApp

from spote.app import create_app as create_real_app
from spote.entrypoints.mcp import running
from spote.entrypoints.mcp.tools import Tool
from spote.entrypoints.mcp.tools.tool import Answer, Arguments
from spote.identity import Actor
from spote.storage import Connection


def wait(db: Connection, actor: Actor, given: Arguments) -> Answer:
    time.sleep(3)
    return Answer()


def create_app() -> ASGIApp:
    running.NAMED["wait"] = Tool("wait", "Wait", "", (), Arguments, Answer, wait)
    return create_real_app()


if __name__ == "__main__":
    from spote.entrypoints.server import serve
    from spote.settings import load_settings

    serve(load_settings(), "tests.entrypoints.mcp.slow:create_app")
