"""Debian's Chromium for the tests of this folder, and a person signed in in it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    BrowserType,
    Page,
    Playwright,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.browser.watch import Watch
from tests.servers import Server, running

# A name that browsers do not trust as they trust the loopback: as of a server in a network at home, without TLS.
ELSEWHERE = "spote.test"
# No GPU, no sandbox inside containers, and nothing that talks to the internet by itself.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1",
]
# So many people come from one address, and invite each other.
PATIENT = {"network_attempts": 10_000, "invitations": 1_000}
PATIENCE = 30_000  # ms that a step may take on a busy machine
DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
expect.set_options(timeout=PATIENCE)


def chromium() -> str:
    found = shutil.which("chromium") or "/usr/bin/chromium"
    assert Path(found).is_file(), "the tests need Chromium: apt-get install chromium"
    return found


# These end with this folder: while Playwright runs, pytest-asyncio could start no loop of its own.
@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browser_type(playwright: Playwright) -> BrowserType:
    return playwright.chromium


@pytest.fixture(scope="package")
def browser(browser_type: BrowserType) -> Iterator[Browser]:
    browser = browser_type.launch(executable_path=chromium(), args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests here; each test has people of its own."""
    data = tmp_path_factory.mktemp("site") / "data"
    with running(data, sign_up="open", search_by_meaning=False, **PATIENT) as server:
        yield server
        assert "Traceback" not in server.log()


@pytest.fixture
def browser_context_args(site: Server) -> dict[str, Any]:
    """Without motion: what still slides into its place may be missed by a click that is meant for it."""
    return {
        "base_url": site.url,
        "viewport": DESKTOP,
        "locale": "en-GB",
        "timezone_id": "UTC",
        "reduced_motion": "reduce",
    }


@pytest.fixture
def watch(context: BrowserContext, site: Server) -> Iterator[Watch]:
    """Fails the test where a page throws, breaks its policy or asks another server."""
    watch = Watch(context, site.url)
    yield watch
    watch.check()


@pytest.fixture
def page(context: BrowserContext, watch: Watch) -> Page:
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    return page


@pytest.fixture
def email(request: pytest.FixtureRequest) -> str:
    return f"{abs(hash(request.node.nodeid))}@example.org"


@pytest.fixture
def ada(site: Server, email: str) -> Iterator[httpx.Client]:
    """A person, as the API sees them."""
    client = site.sign_up(email, "Ada Kim")
    yield client
    client.close()


@pytest.fixture
def signed_in(ada: httpx.Client, page: Page) -> Page:
    """A page with Ada's session."""
    enter(page.context, ada)
    return page


@pytest.fixture
def another(
    browser: Browser, browser_context_args: dict[str, Any]
) -> Iterator[Callable[..., Page]]:
    """`another(client)` is a page in a further browser, with that person's session."""
    contexts: list[BrowserContext] = []

    def open_page(client: httpx.Client | None = None, **options: Any) -> Page:
        context = browser.new_context(**{**browser_context_args, **options})
        contexts.append(context)
        if client is not None:
            enter(context, client)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        return page

    yield open_page
    for context in contexts:
        context.close()


def enter(context: BrowserContext, client: httpx.Client) -> None:
    """The client's session, in this browser too."""
    url = str(client.base_url)
    context.add_cookies(
        [
            {"name": name, "value": client.cookies[name], "url": url}
            for name in ("spote_session", "spote_csrf")
        ]
    )
