"""WCAG 2.2, levels A and AA, as axe-core judges a page."""

from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, expect

from tests.browser.screens import settled

Scheme = Literal["light", "dark"]
AXE = (
    Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
)  # an init script of the page
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
CHECK = """async (tags) => {
  const found = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
  return found.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html} ${node.failureSummary}`));
}"""


def load_axe(page: Page) -> None:
    """Into a page that is there already: its policy would refuse a script element."""
    page.evaluate(AXE.read_text())


def violations(page: Page, scheme: Scheme, *, is_app: bool = True) -> list[str]:
    """In words; `is_app` is False for pages without script, whose style alone follows the scheme."""
    page.emulate_media(color_scheme=scheme)
    if is_app:
        expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", scheme)
    settled(page)
    return list(page.evaluate(CHECK, TAGS))
