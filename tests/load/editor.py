"""How quick the editor is in Chromium: a part of `make bench-web`."""

import functools
import http.server
import statistics
import tempfile
import threading
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import FLAGS, chromium
from tests.browser.editor.harness import Quiet, build_harness

KEYS = 100
SIZES = {"10 KB": 10_000, "100 KB": 100_000, "1 MB, source": 1_000_000}
SECTION = """\
## Section {0}

Some *text* with **bold** words and a [link](https://example.org/{0}), about #tag and more. It goes on
for a while, as notes do, so that a section has a paragraph of a few lines to lay out and to measure.

- one
- two
  - three
- [ ] four

| a | b |
|---|---|
| {0} | x |

"""


def text_of(size: int) -> str:
    sections: list[str] = []
    while sum(map(len, sections)) < size:
        sections.append(SECTION.format(len(sections)))
    return "".join(sections)[:size]


def measured(page: Page, name: str, size: int) -> str:
    mode = "source" if "source" in name else "rich"
    run = "([text, mode, keys]) => harness.speed(text, mode, keys)"
    times: dict[str, Any] = page.evaluate(run, [text_of(size), mode, KEYS])
    keys = sorted(times["keys"])
    p95 = keys[int(len(keys) * 0.95)]
    return (
        f"| {name} | {times['open']:.0f} ms | {statistics.median(keys):.0f} ms | {p95:.0f} ms "
        f"| {times['save']:.0f} ms |"
    )


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    build_harness(folder)
    handler = functools.partial(Quiet, directory=str(folder))
    print("| note | open | key, median | key, p95 | text for a save |")
    print("|---|---|---|---|---|")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            for name, size in SIZES.items():
                page = browser.new_page(viewport={"width": 1000, "height": 800})
                page.goto(f"http://127.0.0.1:{server.server_port}/harness.html")
                page.wait_for_function("window.harness !== undefined")
                print(measured(page, name, size))
                page.close()
            browser.close()
        server.shutdown()


if __name__ == "__main__":
    main()
