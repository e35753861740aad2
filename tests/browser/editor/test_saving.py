"""Saving: conflicts, a lost connection, a closed tab, two tabs."""

import re
from collections.abc import Callable
from typing import Any

import httpx
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.axe import SCHEMES, load_axe, violations
from tests.browser.conftest import enter
from tests.browser.editor.test_writing import (
    caret_at_end,
    kept,
    opened,
    rich,
    settle,
    source,
    switch,
    wait_for_text,
)
from tests.browser.watch import Watch
from tests.entrypoints.calls import ok
from tests.servers import PASSWORD, Server
from tests.waiting import until

OFFLINE = "Failed to load resource"


def conflicting(page: Page, ada: httpx.Client, watch: Watch) -> dict[str, Any]:
    """A note whose first word this page and somebody else changed."""
    watch.allow(OFFLINE)
    note = opened(page, ada, "word stays\n\nend\n")
    switch(page, "Source")
    page.context.set_offline(True)
    source(page).focus()
    page.keyboard.press("Control+Home")
    page.keyboard.press("Control+Shift+ArrowRight")
    page.keyboard.type("mine")
    expect(page.get_by_role("status").first).to_have_text(re.compile("Offline"))
    ok(ada.put(f"/api/notes/{note['_id']}", json={"text": "theirs stays\n\nend\n"}))
    page.context.set_offline(False)
    expect(page.get_by_role("dialog")).to_contain_text("This note changed while you were writing")
    return note


def texts_of_history(client: httpx.Client, note: dict[str, Any]) -> str:
    history = ok(client.get(f"/api/notes/{note['_id']}/history"))
    paths = [f"/api/notes/{note['_id']}/history/{one['version']}" for one in history]
    return "".join(str(ok(client.get(path))) for path in paths)


def test_a_conflict_shows_three_texts_and_the_merged_one_can_be_edited(
    signed_in: Page, ada: httpx.Client, watch: Watch
) -> None:
    page = signed_in
    note = conflicting(page, ada, watch)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("textbox", name="Theirs")).to_contain_text("theirs stays")
    expect(dialog.get_by_role("textbox", name="Yours")).to_contain_text("mine stays")
    merged = dialog.get_by_role("textbox", name="Merged text")
    expect(merged).to_contain_text("mine stays")
    expect(merged).to_contain_text("theirs stays")
    merged.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("ours")
    dialog.get_by_role("button", name="Save the merged text").click()
    wait_for_text(ada, note, "ours")
    expect(source(page)).to_have_text("ours")
    history = texts_of_history(ada, note)
    assert "mine stays" in history
    assert "theirs stays" in history


def test_the_conflict_screen_is_for_everybody(
    signed_in: Page, ada: httpx.Client, watch: Watch
) -> None:
    conflicting(signed_in, ada, watch)
    load_axe(signed_in)
    for scheme in SCHEMES:
        assert not violations(signed_in, scheme)


def test_keeping_theirs_leaves_mine_in_the_history(
    signed_in: Page, ada: httpx.Client, watch: Watch
) -> None:
    page = signed_in
    note = conflicting(page, ada, watch)
    page.get_by_role("button", name="Keep theirs").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("status").first).to_have_text("Saved")
    wait_for_text(ada, note, "theirs stays\n\nend\n")
    assert "mine stays" in texts_of_history(ada, note)


def test_keeping_mine_leaves_theirs_in_the_history(
    signed_in: Page, ada: httpx.Client, watch: Watch
) -> None:
    page = signed_in
    note = conflicting(page, ada, watch)
    page.get_by_role("button", name="Keep mine").click()
    wait_for_text(ada, note, "mine stays\n\nend\n")
    assert "theirs stays" in texts_of_history(ada, note)


def test_words_written_offline_survive_a_closed_tab(
    signed_in: Page, ada: httpx.Client, watch: Watch
) -> None:
    watch.allow(OFFLINE)
    page = signed_in
    note = opened(page, ada, "first\n\nlast\n")
    page.context.set_offline(True)
    caret_at_end(page)
    page.keyboard.type(" offline words")
    expect(page.get_by_role("status").first).to_have_text(re.compile("Offline"))
    wait_until_left(page, "offline words")
    page.close()
    ok(ada.put(f"/api/notes/{note['_id']}", json={"text": "FIRST\n\nlast\n"}))
    context = signed_in.context
    context.set_offline(False)
    again = context.new_page()
    again.goto(f"/app/note/{note['_id']}")
    expect(rich(again).get_by_text("last offline words")).to_be_visible()
    wait_for_text(ada, note, "FIRST\n\nlast offline words\n")


def test_words_written_offline_are_sent_although_the_note_stays_closed(
    signed_in: Page, ada: httpx.Client, watch: Watch
) -> None:
    watch.allow(OFFLINE)
    context = signed_in.context
    merged, conflicting = left_offline(context, ada, "first\n\nlast\n", "word\n")
    ok(ada.put(f"/api/notes/{merged['_id']}", json={"text": "FIRST\n\nlast\n"}))
    ok(ada.put(f"/api/notes/{conflicting['_id']}", json={"text": "theirs\n"}))
    context.set_offline(False)
    page = context.new_page()
    page.goto("/app")
    wait_for_text(ada, merged, "FIRST\n\nlast offline\n")
    expect(page.get_by_text("Saved now: what you had written in")).to_be_visible()
    expect(page.get_by_text("changed elsewhere where you had written too")).to_be_visible()
    assert kept(ada, conflicting) == "theirs\n"
    page.get_by_role("link", name=re.compile("Note")).filter(has_text="theirs").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("textbox", name="Yours")).to_contain_text("word offline")
    dialog.get_by_role("button", name="Keep mine").click()
    wait_for_text(ada, conflicting, "word offline\n")


def left_offline(context: BrowserContext, ada: httpx.Client, *texts: str) -> list[dict[str, Any]]:
    """Notes to which words were added in tabs that were closed before they could be sent.

    All are open before the connection is lost: a page that opens later would send what others left.
    """
    tabs = [context.new_page() for _ in texts]
    notes = [opened(page, ada, text) for page, text in zip(tabs, texts, strict=True)]
    context.set_offline(True)
    for page, text in zip(tabs, texts, strict=True):
        page.bring_to_front()
        caret_at_end(page)
        page.keyboard.type(" offline")
        expect(page.get_by_role("status").first).to_have_text(re.compile("Offline"))
        wait_until_left(page, f"{text.rstrip()} offline")
    for page in tabs:
        page.close()
    return notes


LEFT = """async (words) => {
  const answer = (request) => new Promise((done) => { request.onsuccess = () => done(request.result) });
  const database = await answer(indexedDB.open("spote"));
  const drafts = await answer(database.transaction("drafts").objectStore("drafts").getAll());
  database.close();
  return drafts.some((draft) => draft.text.includes(words));
}"""


def wait_until_left(page: Page, words: str) -> None:
    """The browser has written them down."""
    until(lambda: page.evaluate(LEFT, words))


def test_two_tabs_of_a_note_do_not_fight(
    signed_in: Page, ada: httpx.Client, another: Callable[..., Page]
) -> None:
    page = signed_in
    note = opened(page, ada, "top\n\nbottom\n")
    other = page.context.new_page()
    enter(other.context, ada)
    other.goto(f"/app/note/{note['_id']}")
    expect(rich(other)).to_be_visible()
    rich(page).focus()
    settle(page)
    page.keyboard.press("Control+Home")
    caret_at_end(other)
    for word in ("a", "b", "c", "d", "e"):
        page.keyboard.type(f"{word}1 ")
        other.keyboard.type(f" {word}2")
        page.wait_for_timeout(500)
    wait_for_text(ada, note, "a1 b1 c1 d1 e1 top\n\nbottom a2 b2 c2 d2 e2\n")
    version = ok(ada.get(f"/api/notes/{note['_id']}"))["version"]
    page.wait_for_timeout(3000)
    assert ok(ada.get(f"/api/notes/{note['_id']}"))["version"] == version
    assert kept(ada, note) == "a1 b1 c1 d1 e1 top\n\nbottom a2 b2 c2 d2 e2\n"
    expect(rich(page).get_by_text("bottom a2 b2 c2 d2 e2")).to_be_visible()


def test_a_session_that_ends_while_writing_costs_no_word(
    signed_in: Page, ada: httpx.Client, site: Server, email: str
) -> None:
    page = signed_in
    note = opened(page, ada, "base")
    with site.client() as elsewhere:
        ok(elsewhere.post("/api/auth/sign-in", json={"email": email, "password": PASSWORD}))
        ok(ada.post("/api/auth/sign-out"), 204)
        caret_at_end(page)
        page.keyboard.type(" and more")
        expect(page.get_by_text("Your session has ended.")).to_be_visible()
        page.get_by_role("link", name="Sign in to save it").click()
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(rich(page)).to_have_text("base and more")
        wait_for_text(elsewhere, note, "base and more")


def test_why_a_note_cannot_be_saved_is_said(signed_in: Page, ada: httpx.Client) -> None:
    page = signed_in
    opened(page, ada, "base")
    title = page.get_by_role("textbox", name="Title")
    title.fill("")
    expect(page.get_by_role("alert").get_by_text("A note needs a title.")).to_be_visible()
    title.fill("Note")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_role("status").first).to_have_text("Saved")


def test_words_for_a_note_that_is_gone_become_a_new_one(signed_in: Page, ada: httpx.Client) -> None:
    page = signed_in
    note = opened(page, ada, "base")
    caret_at_end(page)
    page.keyboard.type(" and")
    ok(ada.delete(f"/api/notes/{note['_id']}"), 204)
    page.keyboard.type(" more")
    expect(page.get_by_text("What you wrote could not be saved")).to_be_visible()
    left = page.get_by_role("textbox", name="Note")
    expect(left).to_have_value("base and more")
    page.reload()
    expect(page.get_by_text("What you wrote could not be saved")).to_be_visible()
    expect(left).to_have_value("base and more")
    page.get_by_role("button", name="Keep it as a new note").click()
    expect(page.get_by_text("What you wrote could not be saved")).to_have_count(0)
    expect(rich(page)).to_have_text("base and more")
    [kept_note] = ok(ada.get("/api/notes"))
    assert kept_note["_id"] != note["_id"]
    page.goto(f"/app/note/{note['_id']}")
    expect(page.get_by_text("This note is not here")).to_be_visible()
    expect(left).to_have_count(0)
