"""Every screen and dialog there is, with the way to it: for the tests of accessibility, and for the pictures."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

STILL = """() => document.getAnimations().every((one) =>
  one.playState !== "running" || one.effect.getTiming().iterations === Infinity)"""


def settled(page: Page) -> None:
    """Dialogs and menus have finished moving, and nothing is being loaded."""
    page.wait_for_load_state("load")
    page.wait_for_function("() => document.querySelector('[aria-busy]') === null")
    page.wait_for_function(STILL)


@dataclass(frozen=True, slots=True)
class Screen:
    name: str
    path: str
    then: Callable[[Page], None]  # what is done there

    def open(self, page: Page) -> None:
        page.goto(self.path)
        settled(page)
        self.then(page)


def _see(role: str, name: str) -> Callable[[Page], None]:
    def see(page: Page) -> None:
        expect(page.locator(f"role={role}[name=/{name}/i] >> visible=true").first).to_be_visible()

    return see


def _note(page: Page) -> None:
    page.get_by_role("link", name=re.compile("Launch plan")).first.click()
    expect(page.get_by_role("textbox", name="Title")).to_be_visible()


def _history(page: Page) -> None:
    page.get_by_role("link", name=re.compile("Retro notes")).first.click()
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="History").click()
    expect(page.get_by_role("region", name="What changed")).to_be_visible()


def _palette(page: Page) -> None:
    expect(page.get_by_role("link", name=re.compile("Launch plan"))).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.get_by_placeholder("Search notes, or type a command")).to_be_focused()
    expect(page.locator(".mantine-Spotlight-action").first).to_be_visible()


def _bucket(page: Page) -> None:
    _note(page)
    page.get_by_role("button", name="Bucket: Work").click()
    expect(page.get_by_role("option").first).to_be_visible()


def _share(page: Page) -> None:
    _note(page)
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_role("list", name="Who may see it")).to_be_visible()


def _new_token(page: Page) -> None:
    page.get_by_role("button", name="New token").first.click()
    page.get_by_role("textbox", name="Label").fill("Claude Desktop")
    page.get_by_role("button", name="More options").click()
    expect(page.get_by_role("checkbox", name="Append")).to_be_visible()


def _shown_once(page: Page) -> None:
    page.get_by_role("button", name="New token").first.click()
    page.get_by_role("textbox", name="Label").fill("Claude Desktop")
    page.get_by_role("button", name="Generate").click()
    expect(page.get_by_label("Token for Claude Desktop")).to_be_visible()


def _delete_token(page: Page) -> None:
    page.get_by_role("button", name="Delete laptop CLI").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


SCREENS = [
    Screen("list", "/app", _see("link", "Launch plan")),
    Screen("empty-list", "/app?tag=nothing", _see("button", "Write one")),
    Screen("note", "/app", _note),
    Screen("bucket", "/app", _bucket),
    Screen("history", "/app", _history),
    Screen("palette", "/app", _palette),
    Screen("search", "/app/search?q=agent", _see("link", "Agent runbook")),
    Screen("trash", "/app/trash", _see("heading", "Trash")),
    Screen("tokens", "/app/settings/tokens", _see("button", "Delete laptop CLI")),
    Screen("new-token", "/app/settings/tokens", _new_token),
    Screen("shown-once", "/app/settings/tokens", _shown_once),
    Screen("delete-token", "/app/settings/tokens", _delete_token),
    Screen("apps", "/app/settings/apps", _see("heading", "Connected apps")),
    Screen("account", "/app/settings/account", _see("heading", "Sessions")),
]
