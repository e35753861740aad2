"""What changes elsewhere shows within a second or so, without a reload."""

import re
from collections.abc import Callable

import httpx
from playwright.sync_api import Page, expect

from tests.entrypoints.calls import new_note, ok
from tests.servers import Server, new_token


def test_an_agents_note_appears_in_the_open_list(
    site: Server, signed_in: Page, ada: httpx.Client
) -> None:
    page = signed_in
    page.goto("/app")
    expect(page.get_by_text("Your first note")).to_be_visible()
    with site.client(new_token(ada, "Claude Desktop")) as agent:
        note = new_note(agent, "From afar", "Written by an agent.")
        row = page.get_by_role("link", name=re.compile("From afar"))
        expect(row).to_be_visible()
        expect(row).to_contain_text("Claude Desktop")
        ok(agent.delete(f"/api/notes/{note['_id']}"), 204)
        expect(row).to_have_count(0)


def test_an_agents_change_appears_in_the_open_note(
    site: Server, signed_in: Page, ada: httpx.Client
) -> None:
    note = new_note(ada, "Plan", "First line.\n")
    page = signed_in
    page.goto(f"/app/note/{note['_id']}")
    expect(page.get_by_text("First line.").last).to_be_visible()
    with site.client(new_token(ada, "Claude Desktop")) as agent:
        edit = {"op": "append", "text": "Second line.\n"}
        ok(agent.patch(f"/api/notes/{note['_id']}", json=edit))
    expect(page.get_by_role("article").get_by_text("Second line.").first).to_be_visible()
    expect(page.get_by_text("You, through Claude Desktop (API), just now")).to_be_visible()


def test_two_tabs_agree(signed_in: Page, ada: httpx.Client, another: Callable[..., Page]) -> None:
    note = new_note(ada, "Plan")
    other = another(ada)
    for page in (signed_in, other):
        page.goto(f"/app/note/{note['_id']}")
    signed_in.get_by_role("textbox", name="Title").fill("Better plan")
    expect(other.get_by_role("textbox", name="Title")).to_have_value("Better plan")
    expect(other.get_by_role("link", name=re.compile("Better plan"))).to_be_visible()


def test_a_token_made_elsewhere_appears(signed_in: Page, ada: httpx.Client) -> None:
    signed_in.goto("/app/settings/tokens")
    expect(signed_in.get_by_text("No tokens yet")).to_be_visible()
    new_token(ada, "Made elsewhere")
    expect(signed_in.get_by_role("row", name=re.compile("Made elsewhere"))).to_be_visible()
