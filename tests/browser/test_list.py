"""Ten thousand notes: the list stays small in the page and quick under the hand."""

from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import enter
from tests.browser.many import MANY, sign_up_with_many
from tests.servers import Server

MOST_ROWS = 60  # in the page at once
MOST_ELEMENTS = 2_500  # of the whole page
LONG = 400  # ms; a browser busy for longer is felt, on this loaded machine too


@pytest.fixture(scope="module")
def many(site: Server) -> Iterator[httpx.Client]:
    """A person with that many notes."""
    with closing(sign_up_with_many(site)) as person:
        yield person


@pytest.fixture
def list_page(page: Page, many: httpx.Client) -> Page:
    enter(page.context, many)
    page.goto("/app")
    expect(page.get_by_role("list", name="Notes").get_by_role("link").first).to_be_visible()
    return page


def test_the_list_is_bounded_and_reaches_its_end(list_page: Page) -> None:
    page = list_page
    rows = page.get_by_role("list", name="Notes").get_by_role("listitem")
    expect(rows.first).to_be_visible()
    expect(page.get_by_role("heading", name="All notes")).to_be_visible()
    assert page.get_by_text("10,000").count() >= 1
    frame = page.get_by_test_id("note-list")
    for part in (0.3, 0.7, 1):
        frame.evaluate("(it, part) => it.scrollTo({ top: it.scrollHeight * part })", part)
        expect(rows.get_by_role("link").first).to_be_visible()
        assert rows.count() <= MOST_ROWS
    expect(rows.last).to_have_attribute("aria-posinset", str(MANY))
    expect(rows.last.get_by_role("link")).to_be_visible()
    assert page.locator("*").count() <= MOST_ELEMENTS


def test_scrolling_never_blocks_for_long(list_page: Page) -> None:
    """A loaded machine may, but not each time."""
    assert any(longest_task(list_page) < LONG for _ in range(4))


def longest_task(page: Page) -> float:
    """In ms, while the list of a page just opened is scrolled."""
    page.reload()
    expect(page.get_by_role("list", name="Notes").get_by_role("link").first).to_be_visible()
    longest = page.get_by_test_id("note-list").evaluate(
        """async (frame) => {
          const tasks = [];
          new PerformanceObserver((list) => tasks.push(...list.getEntries())).observe({ type: "longtask" });
          for (let step = 0; step < 40; step++) {
            frame.scrollTo({ top: step * 700 });
            await new Promise((done) => requestAnimationFrame(done));
          }
          await new Promise((done) => setTimeout(done, 300));
          return Math.max(0, ...tasks.map((task) => task.duration));
        }"""
    )
    return float(longest)
