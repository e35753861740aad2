"""People and an agent on one note: two browsers and an MCP client, and a guest who sees the pictures."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from tests.browser.editor.test_writing import caret_at_end, rich, wait_for_text
from tests.entrypoints.calls import new_note, ok
from tests.entrypoints.mcp.agents import call, connected
from tests.files import PNG, upload
from tests.mails import share
from tests.servers import Server, new_token


def by_agent(site: Server, token: str, tool: str, **arguments: Any) -> dict[str, Any]:
    """A call through MCP, in a thread: this one belongs to the browser."""

    async def ask() -> dict[str, Any]:
        async with connected(site, token) as client:
            return await call(client, tool, **arguments)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, ask()).result(timeout=30)


def test_two_browsers_and_an_agent_write_one_note(
    site: Server, signed_in: Page, ada: httpx.Client, another: Callable[..., Page]
) -> None:
    note = new_note(ada, "Plan", "first\n\nlast")
    pages = (signed_in, another(ada))
    for page in pages:
        page.goto(f"/app/note/{note['_id']}")
        expect(rich(page)).to_contain_text("last")
    caret_at_end(pages[0])
    pages[0].keyboard.type(" one")
    expect(rich(pages[1])).to_contain_text("last one")

    token = new_token(ada, "Claude Desktop")
    by_agent(site, token, "edit_note", id=note["_id"], op="prepend", text="From the agent.\n\n")
    for page in pages:
        expect(rich(page)).to_contain_text("From the agent.")
    pages[0].keyboard.type(" more")  # where the caret was
    expect(rich(pages[1])).to_contain_text("last one more")
    wait_for_text(ada, note, "From the agent.\n\nfirst\n\nlast one more")
    writers = {
        (one["updated_by"]["via"], one["updated_by"]["token_label"])
        for one in ok(ada.get(f"/api/notes/{note['_id']}/history"))
    }
    assert {("mcp", "Claude Desktop"), ("web", None)} <= writers


def test_a_guest_sees_the_picture_of_a_shared_note(
    site: Server, ada: httpx.Client, email: str, another: Callable[..., Page]
) -> None:
    picture = upload(ada, PNG, "dot.png")
    note = new_note(ada, "Trip", f"![The dot]({picture['url']})")
    jon = site.sign_up(f"guest-{email}", "Jon")
    share(site, ada, note["_id"], jon)
    page = another(jon)
    jon.close()
    page.goto(f"/app/note/{note['_id']}")
    image = rich(page).get_by_role("img", name="The dot")
    expect(image).to_be_visible()
    expect(image).to_have_js_property("naturalWidth", 1)
