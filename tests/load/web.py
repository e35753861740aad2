"""How quick the web app is in Chromium, with 10,000 notes: `make bench-web`. Numbers for docs/performance.md."""

import re
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.conftest import DESKTOP, FLAGS, PATIENT, chromium, enter
from tests.browser.many import sign_up_with_many
from tests.entrypoints.calls import new_note, ok
from tests.load import editor
from tests.servers import Server, new_token, running

ROUNDS = 5
CHANGES = 20
FRAMES = 200
# Scrolls 700 pixels in each frame; how long each frame took, the longest task, and the most rows at once.
SCROLL = """async ([list, frames]) => {
  const tasks = [], times = [];
  let rows = 0;
  new PerformanceObserver((seen) => tasks.push(...seen.getEntries())).observe({ type: "longtask" });
  let last = performance.now();
  for (let step = 1; step <= frames; step++) {
    list.scrollTo({ top: step * 700 });
    await new Promise((done) => requestAnimationFrame(done));
    times.push(performance.now() - last);
    last = performance.now();
    rows = Math.max(rows, list.querySelectorAll("[role=listitem], li").length);
  }
  await new Promise((done) => setTimeout(done, 300));
  return { times, rows, longest: Math.max(0, ...tasks.map((task) => task.duration)) };
}"""


def main() -> None:
    editor.main()
    print()
    with tempfile.TemporaryDirectory() as folder:
        settings = {"sign_up": "open", "search_by_meaning": False, **PATIENT}
        with running(Path(folder) / "data", **settings) as site, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            with closing(sign_up_with_many(site)) as person:
                print("| what | measured | promise |")
                print("|---|---|---|")
                _print_first_load(browser, site, person)
                page = _new_page(browser, site, person)
                _print_scrolling(page)
                _print_live(page, site, person)
            browser.close()


def _new_page(browser: Browser, site: Server, person: httpx.Client) -> Page:
    """In a browser that has nothing of the app yet."""
    context = browser.new_context(base_url=site.url, viewport=DESKTOP)
    enter(context, person)
    return context.new_page()


def _print_first_load(browser: Browser, site: Server, person: httpx.Client) -> None:
    times = []
    for _ in range(ROUNDS):
        page = _new_page(browser, site, person)
        began = time.perf_counter()
        page.goto("/app", wait_until="commit")
        page.get_by_role("list", name="Notes").get_by_role("link").first.wait_for()
        times.append((time.perf_counter() - began) * 1000)
        page.context.close()
    print(f"| From the address to the list, nothing cached | {statistics.median(times):.0f} ms | |")


def _print_scrolling(page: Page) -> None:
    page.goto("/app")
    page.get_by_role("list", name="Notes").get_by_role("link").first.wait_for()
    frame = page.get_by_test_id("note-list").element_handle()
    seen = page.evaluate(SCROLL, [frame, FRAMES])
    times = sorted(seen["times"])
    p95 = times[int(len(times) * 0.95)]
    print(
        f"| Scrolling through 10,000 notes, a frame | median {statistics.median(times):.0f} ms, p95 {p95:.0f} ms,"
        f" longest task {seen['longest']:.0f} ms, {seen['rows']} rows in the page at most | bounded rows |"
    )


def _print_live(page: Page, site: Server, person: httpx.Client) -> None:
    """From before the agent's request to what is seen in the page."""
    note = new_note(person, "Watched", "Begin.\n")
    page.goto(f"/app/note/{note['_id']}")
    article = page.get_by_role("article")
    article.get_by_text("Begin.").first.wait_for()
    page.wait_for_timeout(1000)
    with site.client(new_token(person, "Agent")) as agent:

        def change(number: int) -> None:
            edit = {"op": "append", "text": f"Line {number}.\n\n"}
            ok(agent.patch(f"/api/notes/{note['_id']}", json=edit))
            expect(article.get_by_text(f"Line {number}.").first).to_be_visible()

        def create(number: int) -> None:
            new_note(agent, f"Made {number}")
            row = page.get_by_role("link", name=re.compile(f"Made {number}"))
            expect(row.first).to_be_visible()

        _print_times("An agent's change, until it is seen in the open note", change)
        _print_times("An agent's new note, until it is seen in the open list", create)


def _print_times(what: str, act: Callable[[int], None]) -> None:
    times = []
    for number in range(CHANGES):
        began = time.perf_counter()
        act(number)
        times.append((time.perf_counter() - began) * 1000)
        time.sleep(0.3)
    print(
        f"| {what} | median {statistics.median(times):.0f} ms, most {max(times):.0f} ms | ≤ 1 s |"
    )


if __name__ == "__main__":
    main()
