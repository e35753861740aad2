"""Writing, finding and keeping notes."""

import re
from collections.abc import Callable
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from tests.entrypoints.calls import new_note, ok

SHORTLY = 5_000  # ms


def only_note(client: httpx.Client) -> dict[str, Any]:
    [note] = ok(client.get("/api/notes"))
    return dict(note)


def test_a_note_is_written_and_saved_by_itself(signed_in: Page, ada: httpx.Client) -> None:
    page = signed_in
    page.goto("/app")
    page.get_by_role("button", name="New note").first.click()
    title = page.get_by_role("textbox", name="Title")
    expect(title).to_be_focused()
    page.keyboard.type("Shopping")
    expect(page.get_by_role("status")).to_have_text("Saved")
    expect(page.get_by_role("link", name=re.compile("Shopping"))).to_be_visible()
    assert only_note(ada)["title"] == "Shopping"


def test_a_note_moves_to_a_bucket_that_is_made_on_the_way(
    signed_in: Page, ada: httpx.Client
) -> None:
    note = new_note(ada, "Plans")
    page = signed_in
    page.goto(f"/app/note/{note['_id']}")
    page.get_by_role("button", name="Bucket: Inbox").click()
    expect(page.get_by_placeholder("Find or create a bucket")).to_be_focused()
    page.keyboard.type("Work/2027")
    page.get_by_role("option", name="Create “Work/2027”").click()
    expect(page.get_by_role("button", name="Bucket: Work/2027")).to_be_visible()
    page.get_by_role("navigation", name="Notes").get_by_role("link", name="Work/2027").click()
    expect(page.get_by_role("heading", name="Work/2027")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Plans"))).to_be_visible()
    assert only_note(ada)["bucket"] == "Work/2027"


def test_tags_are_added_removed_and_lead_to_their_notes(signed_in: Page, ada: httpx.Client) -> None:
    note = new_note(ada, "Plans", "About #work.")
    new_note(ada, "Other")
    page = signed_in
    page.goto(f"/app/note/{note['_id']}")
    tags = page.get_by_role("region", name="Tags")
    expect(tags.get_by_role("link", name="#work")).to_be_visible()
    tags.get_by_role("button", name="Tag").click()
    page.get_by_role("combobox", name="New tag").fill("#Idea")
    page.keyboard.press("Enter")
    expect(tags.get_by_role("link", name="#idea")).to_be_visible()
    assert ok(ada.get(f"/api/notes/{note['_id']}"))["tags"] == ["work", "idea"]
    tags.get_by_role("button", name="Remove tag idea").click()
    expect(tags.get_by_role("link", name="#idea")).to_have_count(0)
    tags.get_by_role("link", name="#work").click()
    expect(page.get_by_role("heading", name="#work")).to_be_visible()
    expect(page.get_by_role("list", name="Notes").get_by_role("link")).to_have_count(1)


def test_a_bucket_is_renamed_and_removed(signed_in: Page, ada: httpx.Client) -> None:
    new_note(ada, "Plans", bucket="Old")
    page = signed_in
    page.goto("/app?bucket=Old")
    page.get_by_role("button", name="Bucket Old").click()
    page.get_by_role("menuitem", name="Rename bucket").click()
    page.get_by_role("textbox", name="Name").fill("New")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("heading", name="New")).to_be_visible()
    page.get_by_role("button", name="Bucket New").click()
    page.get_by_role("menuitem", name="Remove bucket").click()
    page.get_by_role("button", name="Move them and remove").click()
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Plans"))).to_be_visible()
    assert only_note(ada)["bucket"] == "Inbox"


def test_search_marks_the_passage_and_says_why(signed_in: Page, ada: httpx.Client) -> None:
    note = new_note(ada, "Bread", "🍞 " * 200 + "The sourdough needs sixteen hours in the cold.")
    new_note(ada, "Other", "Nothing of the kind.")
    page = signed_in
    page.goto("/app")
    box = page.get_by_role("searchbox", name="Search notes")
    box.press_sequentially("sourdough", delay=20)
    expect(page.locator("mark")).to_have_text("sourdough")
    expect(page.get_by_text("match by words", exact=False)).to_be_visible()
    expect(page.get_by_role("status").first).to_have_text("1 note, by words alone")
    expect(box).to_be_focused()
    page.get_by_role("link", name=re.compile("Bread")).click()
    expect(page).to_have_url(re.compile(f"/app/note/{note['_id']}"))
    page.go_back()
    expect(page.locator("mark")).to_have_text("sourdough")
    box.fill("zzz")
    expect(page.get_by_text("Nothing found")).to_be_visible()
    expect(page.get_by_text("No note has these words.", exact=True)).to_be_visible()


def test_search_can_be_narrowed(signed_in: Page, ada: httpx.Client) -> None:
    new_note(ada, "One", "fox #a", bucket="Work")
    new_note(ada, "Two", "fox #b", bucket="Home")
    page = signed_in
    page.goto("/app/search?q=fox")
    results = page.get_by_role("main").get_by_role("listitem")
    expect(results).to_have_count(2)
    page.get_by_role("combobox", name="Bucket").click()
    page.get_by_role("option", name="Work").click()
    expect(results).to_have_count(1)
    expect(results).to_contain_text("One")


def test_history_shows_what_changed_and_brings_it_back(signed_in: Page, ada: httpx.Client) -> None:
    note = new_note(ada, "Plan", "first\nsecond\n")
    path = f"/api/notes/{note['_id']}"
    ok(ada.put(path, json={"text": "first\nthird\n"}))
    page = signed_in
    page.goto(f"/app/note/{note['_id']}")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="History").click()
    changed = page.get_by_role("region", name="What changed")
    expect(changed).to_contain_text("removed: second")
    expect(changed).to_contain_text("added: third")
    page.get_by_role("list", name="Versions").get_by_role("button").last.click()
    page.get_by_role("button", name="Restore this version").click()
    expect(page.get_by_text("Version 1 is back, as version 3.")).to_be_visible()
    assert ok(ada.get(path))["text"] == "first\nsecond\n"


def test_what_went_into_the_trash_by_mistake_is_taken_back(
    signed_in: Page, ada: httpx.Client
) -> None:
    page = signed_in
    note = new_note(ada, "Plan")
    page.goto(f"/app/note/{note['_id']}")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Move to trash").click()
    expect(page).not_to_have_url(re.compile(note["_id"]))
    expect(page.get_by_role("main")).to_be_focused()
    assert ok(ada.get("/api/notes")) == []
    page.get_by_role("button", name="Undo").click()
    expect(page).to_have_url(re.compile(note["_id"]))
    expect(page.get_by_role("textbox", name="Title")).to_have_value("Plan")
    expect(page.get_by_role("main")).to_be_focused()
    assert ok(ada.get("/api/trash")) == []


def test_trash_and_back(signed_in: Page, ada: httpx.Client) -> None:
    note = new_note(ada, "Mistake")
    new_note(ada, "Rubbish")
    page = signed_in
    for title in ("Mistake", "Rubbish"):
        page.goto("/app")
        page.get_by_role("link", name=re.compile(title)).click()
        page.get_by_role("button", name="More").click()
        page.get_by_role("menuitem", name="Move to trash").click()
        expect(page.get_by_text(f"“{title}” is in the trash.")).to_be_visible()
    page.get_by_role("link", name="Trash").click()
    row = page.get_by_role("main").get_by_role("listitem")
    row.filter(has_text="Mistake").get_by_role("button", name="Restore").click()
    expect(row).to_have_count(1)
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("The trash is empty")).to_be_visible()
    assert [one["_id"] for one in ok(ada.get("/api/notes"))] == [note["_id"]]
    assert ok(ada.get("/api/trash")) == []


def test_notes_that_link_here_are_shown(signed_in: Page, ada: httpx.Client) -> None:
    target = new_note(ada, "Target")
    new_note(ada, "Source", "See [[Target]].")
    signed_in.goto(f"/app/note/{target['_id']}")
    linked = signed_in.get_by_role("region", name="Linked notes")
    expect(linked.get_by_role("link", name=re.compile("Source"))).to_be_visible()
    linked.get_by_role("button", name="Linked notes").click()
    expect(linked.get_by_role("link")).to_have_count(0)
    signed_in.reload()
    expect(linked.get_by_role("button", name="Linked notes")).to_be_visible()
    expect(linked.get_by_role("link")).to_have_count(0)


def test_the_palette_finds_notes_and_commands(signed_in: Page, ada: httpx.Client) -> None:
    note = new_note(ada, "Zebra crossing")
    page = signed_in
    page.goto("/app")
    expect(page.get_by_role("link", name=re.compile("Zebra"))).to_be_visible()
    page.keyboard.press("Control+k")
    box = page.get_by_placeholder("Search notes, or type a command")
    expect(box).to_be_focused()
    page.keyboard.type("zebra")
    expect(page.locator(".mantine-Spotlight-action").first).to_contain_text("Zebra crossing")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(note["_id"]))
    page.keyboard.press("Control+k")
    expect(box).to_be_focused()
    page.keyboard.type("access tok")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/app/settings/tokens"))


def test_a_note_that_is_not_there_says_so(
    signed_in: Page, site: Any, another: Callable[..., Page]
) -> None:
    signed_in.goto("/app/note/00000000-0000-7000-8000-000000000000")
    expect(signed_in.get_by_text("This note is not here")).to_be_visible()
    signed_in.goto("/app/nothing/of/the/kind")
    expect(signed_in.get_by_text("There is nothing here")).to_be_visible()


def test_history_shows_what_changed_besides_the_text(signed_in: Page, ada: httpx.Client) -> None:
    note = new_note(ada, "Plan", "One line.\n")
    ok(ada.put(f"/api/notes/{note['_id']}", json={"title": "Better plan", "bucket": "Work"}))
    page = signed_in
    page.goto(f"/app/note/{note['_id']}/history")
    changes = page.get_by_role("list", name="What changed besides the text").get_by_role("listitem")
    expect(changes).to_have_text(["Title: Plan Better plan", "Bucket: Inbox Work"])


def test_the_history_of_a_note_that_is_not_there_says_so(signed_in: Page) -> None:
    signed_in.goto("/app/note/00000000-0000-7000-8000-000000000000/history")
    expect(signed_in.get_by_text("This note is not here")).to_be_visible()


def test_a_tag_of_two_words_becomes_one(signed_in: Page, ada: httpx.Client) -> None:
    note = new_note(ada, "Plan")
    page = signed_in
    page.goto(f"/app/note/{note['_id']}")
    tags = page.get_by_role("region", name="Tags")
    tags.get_by_role("button", name="Tag").click()
    page.get_by_role("combobox", name="New tag").fill("Two words")
    page.keyboard.press("Enter")
    expect(tags.get_by_role("link", name="#two-words")).to_be_visible()
