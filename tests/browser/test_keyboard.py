"""Without a mouse: whoever closes a dialog or a menu goes on where they were."""

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.editor.test_writing import (
    caret_at_end,
    opened,
    rich,
    settle,
    source,
    switch,
    wait_for_text,
)


@pytest.mark.parametrize("mode", ["Rich", "Source"])
def test_writing_goes_on_after_the_link_dialog(
    signed_in: Page, ada: httpx.Client, mode: str
) -> None:
    page = signed_in
    note = opened(page, ada, "word")
    switch(page, mode)
    if mode == "Rich":
        caret_at_end(page)
    else:
        source(page).focus()
        page.keyboard.press("Control+End")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name=re.compile("Address"))).to_be_focused()
    page.keyboard.press("Escape")
    expect(rich(page) if mode == "Rich" else source(page)).to_be_focused()
    settle(page)
    page.keyboard.type(" more")
    wait_for_text(ada, note, "word more")


def test_a_closed_dialog_gives_the_focus_back(signed_in: Page, ada: httpx.Client) -> None:
    page = signed_in
    opened(page, ada, "word")
    share = page.get_by_role("button", name="Share")
    share.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Add people")).to_be_focused()
    page.keyboard.press("Escape")
    expect(share).to_be_focused()

    tag = page.get_by_role("region", name="Tags").get_by_role("button", name="Tag")
    for end in ("Escape", "Enter"):
        tag.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("combobox", name="New tag")).to_be_focused()
        page.keyboard.press(end)
        expect(tag).to_be_focused()


def test_after_making_a_token_the_focus_is_where_it_began(signed_in: Page) -> None:
    page = signed_in
    page.goto("/app/settings/tokens")
    new = page.get_by_role("button", name="New token").first
    new.focus()
    page.keyboard.press("Enter")
    page.get_by_label("Label").fill("My Script")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Done").press("Enter")
    expect(new).to_be_focused()


def test_the_bucket_and_the_agents_switch_keep_the_focus(
    signed_in: Page, ada: httpx.Client
) -> None:
    page = signed_in
    opened(page, ada, "word")
    page.get_by_role("button", name="Bucket: Inbox").press("Enter")
    expect(page.get_by_placeholder("Find or create a bucket")).to_be_focused()
    page.keyboard.type("Work")
    expect(page.get_by_role("option", name="Create “Work”")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Bucket: Work")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_placeholder("Find or create a bucket")).to_be_focused()
    page.keyboard.type("  ")
    page.keyboard.press("Enter")  # blanks name no bucket
    expect(page.get_by_role("option", name="Inbox")).to_be_visible()

    switch_ = page.get_by_role("switch", name="All agents read-only")
    switch_.focus()
    for is_on in ("true", "false"):
        page.keyboard.press("Space")
        expect(switch_).to_have_attribute("aria-checked", is_on)
        expect(switch_).to_be_focused()


def test_the_palette_says_when_it_finds_nothing(signed_in: Page) -> None:
    page = signed_in
    page.goto("/app")
    expect(page.get_by_role("heading", name="All notes")).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_placeholder("Search notes, or type a command").fill("zzzzqqqq")
    expect(page.get_by_role("dialog").get_by_text("Nothing found")).to_be_visible()


def test_the_toolbar_is_one_stop(signed_in: Page, ada: httpx.Client) -> None:
    page = signed_in
    opened(page, ada, "word")
    bar = page.get_by_role("toolbar", name="Formatting")
    page.get_by_role("textbox", name="Title").focus()
    page.keyboard.press("Tab")
    expect(bar.get_by_role("button", name="Text style")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(bar.get_by_role("button", name="Bold")).to_be_focused()
    page.keyboard.press("Tab")
    expect(rich(page)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(bar.get_by_role("button", name="Bold")).to_be_focused()
    page.keyboard.press("End")
    expect(bar.get_by_role("button", name="Divider")).to_be_focused()  # nothing is there to undo
    page.keyboard.press("ArrowRight")
    expect(bar.get_by_role("button", name="Text style")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Home")
    expect(bar.get_by_role("button", name="Text style")).to_be_focused()


def test_after_a_choice_from_its_menu_the_toolbar_is_entered_there(
    signed_in: Page, ada: httpx.Client
) -> None:
    page = signed_in
    opened(page, ada, "| a |\n| - |\n| b |\n")
    rich(page).get_by_text("a", exact=True).click()
    settle(page)
    change = page.get_by_role("toolbar", name="Formatting").get_by_role(
        "button", name="Change the table"
    )
    change.press("Enter")
    page.get_by_role("menuitem", name="Row below").press("Enter")
    expect(rich(page).get_by_role("row")).to_have_count(3)
    expect(rich(page)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(change).to_be_focused()
