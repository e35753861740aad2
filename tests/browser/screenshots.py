"""`make screenshots`: the pictures in docs/images, and the app's icons, drawn anew.

`python -m tests.browser.screenshots every FOLDER` takes every screen, in both themes and at both widths, to look at.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

import httpx
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.browser import sample
from tests.browser.conftest import DESKTOP, FLAGS, PHONE, chromium, enter
from tests.browser.screens import SCREENS, Screen, settled
from tests.servers import Server, running

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "images"
ICONS = ROOT / "frontend" / "public"
LOGO = ROOT / "frontend" / "src" / "ui" / "logo.svg"
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")

# Of the docs: the screen, the theme, the width, and the file's name.
SHOWN: list[tuple[str, Scheme, ViewportSize, str]] = [
    ("note", "light", DESKTOP, "app-note.png"),
    ("note", "dark", DESKTOP, "app-note-dark.png"),
    ("shown-once", "light", DESKTOP, "app-token.png"),
    ("search", "light", DESKTOP, "app-search.png"),
    ("list", "light", PHONE, "app-phone.png"),
]
# A maskable icon may be cut to a circle: what matters stands within its middle.
ICON_SIZES = {
    "icon-192.png": (192, 0),
    "icon-512.png": (512, 0),
    "icon-maskable-512.png": (512, 90),
}


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        if sys.argv[1:2] == ["every"]:
            take_every(browser, Path(sys.argv[2]))
        else:
            draw_icons(browser)
            take_shown(browser)
        browser.close()


def take_shown(browser: Browser) -> None:
    PICTURES.mkdir(exist_ok=True)
    by_name = {screen.name: screen for screen in SCREENS}
    with filled_server() as (server, person):
        for name, scheme, size, file in SHOWN:
            take(browser, server, person, by_name[name], scheme, size, PICTURES / file)


def take_every(browser: Browser, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with filled_server() as (server, person):
        for screen in SCREENS:
            for scheme in SCHEMES:
                for width, size in (("desktop", DESKTOP), ("phone", PHONE)):
                    file = folder / f"{screen.name}-{scheme}-{width}.png"
                    take(browser, server, person, screen, scheme, size, file)


@contextmanager
def filled_server() -> Iterator[tuple[Server, httpx.Client]]:
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "data", sign_up="open", network_attempts=10_000) as server,
        closing(sample.fill(server)) as person,
    ):
        yield server, person


def take(
    browser: Browser,
    server: Server,
    person: httpx.Client,
    screen: Screen,
    scheme: Scheme,
    size: ViewportSize,
    file: Path,
) -> None:
    context = browser.new_context(
        base_url=server.url, viewport=size, color_scheme=scheme, locale="en-GB", timezone_id="UTC"
    )
    enter(context, person)
    page = context.new_page()
    page.set_default_timeout(10_000)
    screen.open(page)
    settled(page)
    expect(page.locator(".diagram .drawing:empty")).to_have_count(0)
    page.wait_for_timeout(400)  # pictures and fonts
    page.screenshot(path=file)
    context.close()


def draw_icons(browser: Browser) -> None:
    drawing = LOGO.read_text()
    for name, (size, margin) in ICON_SIZES.items():
        page = browser.new_page(viewport={"width": size, "height": size})
        ground = "background:#4f53e8" if margin else ""
        page.set_content(
            f"<style>body{{margin:0;{ground}}}svg{{display:block;margin:{margin}px;"
            f"width:{size - 2 * margin}px}}</style>{drawing}"
        )
        expect_drawn(page)
        page.screenshot(path=ICONS / name, omit_background=True)
        page.close()


def expect_drawn(page: Page) -> None:
    expect(page.locator("svg")).to_be_visible()


if __name__ == "__main__":
    main()
