"""WCAG 2.2, levels A and AA, by axe-core: every screen and dialog, in both themes, at both widths."""

import re
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import sample
from tests.browser.axe import AXE, SCHEMES, violations
from tests.browser.conftest import DESKTOP, PATIENCE, PHONE, enter
from tests.browser.screens import SCREENS, Screen, settled
from tests.servers import Server


@pytest.fixture(scope="module")
def person(site: Server) -> Iterator[httpx.Client]:
    with closing(sample.fill(site, "axe@example.org")) as person:
        yield person


@pytest.fixture(scope="module", params=["desktop", "phone"])
def screen_page(
    request: pytest.FixtureRequest, browser: Browser, site: Server, person: httpx.Client
) -> Iterator[Page]:
    """One page that goes from screen to screen, as a person's does."""
    size = DESKTOP if request.param == "desktop" else PHONE
    with closing(
        browser.new_context(base_url=site.url, viewport=size, reduced_motion="reduce")
    ) as context:
        context.add_init_script(path=AXE)
        enter(context, person)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        yield page


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_no_violations(screen_page: Page, screen: Screen) -> None:
    screen.open(screen_page)
    for scheme in SCHEMES:
        assert not violations(screen_page, scheme)


@pytest.mark.parametrize("path", ["/app/sign-in", "/app/sign-up", "/app/invitation#x"])
def test_no_violations_outside(browser: Browser, site: Server, path: str) -> None:
    with closing(browser.new_context(base_url=site.url)) as context:
        context.add_init_script(path=AXE)
        page = context.new_page()
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        for scheme in SCHEMES:
            assert not violations(page, scheme)


def test_the_line_of_a_field_is_seen(signed_in: Page) -> None:
    signed_in.goto("/app/settings/account")
    check_line(signed_in, signed_in.get_by_label("Name", exact=True))


def test_the_line_of_an_empty_box_is_seen(signed_in: Page) -> None:
    page = signed_in
    page.goto("/app/settings/tokens")
    page.get_by_role("button", name="New token").first.click()
    page.get_by_role("button", name="More options").click()
    page.get_by_role("button", name="Read only").click()
    box = page.get_by_role("checkbox", name="Edit")
    expect(box).not_to_be_checked()
    check_line(page, box)


def check_line(page: Page, field: Locator) -> None:
    """Three to one against the ground on both sides of it (WCAG 1.4.11), which axe does not look at."""
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", scheme)
        settled(page)
        line, inside, page_ground = field.evaluate(
            """(it) => [getComputedStyle(it).borderTopColor, getComputedStyle(it).backgroundColor,
                getComputedStyle(document.body).backgroundColor]"""
        )
        for ground in (inside, page_ground):
            assert contrast(line, ground) >= 3, (scheme, line, ground)


def contrast(one: str, other: str) -> float:
    """Of two colours as CSS computes them: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    shares = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_keyboard_reaches_everything(signed_in: Page) -> None:
    """The first stop leads past the bars; each following one can be seen."""
    page = signed_in
    page.goto("/app/settings/tokens")
    expect(page.get_by_text("No tokens yet")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    seen = set()
    for _ in range(6):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.textContent"))
    assert {"Access tokens", "Connected apps", "Account", "New token"} <= seen


def test_pages_have_names_of_their_own(signed_in: Page) -> None:
    for path, title in {
        "/app": "All notes · Spote",
        "/app/trash": "Trash · Spote",
        "/app/settings/tokens": "Access tokens · Spote",
        "/app/settings/account": "Account · Spote",
        "/app/search?q=fox": "fox – search · Spote",
    }.items():
        signed_in.goto(path)
        expect(signed_in).to_have_title(re.compile(re.escape(title)))
