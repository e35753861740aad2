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


def _rename_bucket(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Bucket")).filter(visible=True).first.click()
    page.get_by_role("menuitem", name="Rename").click()
    expect(page.get_by_role("dialog")).to_be_visible()


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


def _source(page: Page) -> None:
    _note(page)
    page.locator("label").filter(has_text="Source").click()
    expect(page.get_by_role("textbox", name="Markdown source")).to_be_visible()


def _rich(page: Page) -> None:
    """With the caret in the first line, of a note that no picture shows: it is written into."""
    page.get_by_role("link", name=re.compile("Gift ideas")).first.click()
    expect(page.get_by_role("textbox", name="Title")).to_be_visible()
    page.locator("label").filter(has_text="Rich").click()
    page.get_by_role("textbox", name="Note", exact=True).focus()
    page.wait_for_timeout(100)
    page.keyboard.press("Control+Home")
    page.keyboard.press("End")


def _slash(page: Page) -> None:
    _rich(page)
    page.keyboard.type(" /")
    expect(page.get_by_role("listbox", name="Put in")).to_be_visible()


def _link(page: Page) -> None:
    _rich(page)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Address, or words of a note").fill("Design")
    expect(page.get_by_role("option", name=re.compile("Design tokens"))).to_be_visible()


def _more(page: Page) -> None:
    _note(page)
    page.get_by_role("button", name="More", exact=True).click()
    expect(page.get_by_role("menuitem", name="History")).to_be_visible()


def _of_agent(action: str) -> Callable[[Page], None]:
    def choose(page: Page) -> None:
        page.get_by_role("button", name="More for nightly-agent").click()
        page.get_by_role("menuitem", name=action).click()
        expect(page.get_by_role("dialog")).to_be_visible()

    return choose


def _delete_account(page: Page) -> None:
    page.get_by_role("button", name="Delete account").click()
    expect(page.get_by_label("Your password")).to_be_visible()


SCREENS = [
    Screen("list", "/app", _see("link", "Launch plan")),
    Screen("empty-list", "/app?tag=nothing", _see("button", "Write one")),
    Screen("note", "/app", _note),
    Screen("source", "/app", _source),
    Screen("slash-menu", "/app", _slash),
    Screen("link", "/app", _link),
    Screen("note-menu", "/app", _more),
    Screen("note-gone", "/app/note/nothing", _see("heading", "not")),
    Screen("bucket", "/app", _bucket),
    Screen("rename-bucket", "/app?bucket=Work", _rename_bucket),
    Screen("history", "/app", _history),
    Screen("palette", "/app", _palette),
    Screen("search", "/app/search?q=agent", _see("link", "Agent runbook")),
    Screen("trash", "/app/trash", _see("button", "Empty")),
    Screen("tokens", "/app/settings/tokens", _see("button", "Delete laptop CLI")),
    Screen("new-token", "/app/settings/tokens", _new_token),
    Screen("shown-once", "/app/settings/tokens", _shown_once),
    Screen("delete-token", "/app/settings/tokens", _delete_token),
    Screen("token-activity", "/app/settings/tokens", _of_agent("Show what it did")),
    Screen("change-token", "/app/settings/tokens", _of_agent("Change")),
    Screen("apps", "/app/settings/apps", _see("heading", "Connected apps")),
    Screen("account", "/app/settings/account", _see("heading", "Sessions")),
    Screen("delete-account", "/app/settings/account", _delete_account),
]
