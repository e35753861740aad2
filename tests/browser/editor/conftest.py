"""The editor by itself in a page, for tests that ask a thousand things of it."""

import functools
import http.server
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.editor.harness import Quiet, build_harness


@pytest.fixture(scope="package")
def harness_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("harness")
    build_harness(folder)
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/harness.html"
        server.shutdown()
        thread.join()


@pytest.fixture
def harness(browser: Browser, harness_url: str) -> Iterator[Page]:
    """A page with `window.harness`; a test fails where the page throws."""
    page = browser.new_page(viewport={"width": 1000, "height": 800})
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    page.goto(harness_url)
    page.wait_for_function("window.harness !== undefined")
    yield page
    page.close()
    assert thrown == []
