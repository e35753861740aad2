"""The walk of Spote's guide: gear → New token → label → Generate → shown once → delete icon."""

import re
import subprocess

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.screens import settled
from tests.servers import Server, new_token

SECRET = re.compile(r"spote_[0-9a-f]{32}")


def curl(server: Server, token: str) -> int:
    """The status that a real curl gets for the notes."""
    command = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", f"{server.url}/api/notes"]
    done = subprocess.run(
        [*command, "-H", f"Authorization: Bearer {token}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


def make(page: Page, label: str) -> str:
    """Through the form, with nothing but a label; the secret as the page shows it."""
    page.get_by_role("button", name="New token").first.click()
    page.get_by_label("Label").fill(label)
    page.get_by_role("button", name="Generate").click()
    return page.get_by_label(f"Token for {label}").inner_text().strip()


def test_the_walk(site: Server, signed_in: Page) -> None:
    page = signed_in
    page.goto("/app")
    page.get_by_role("link", name="Settings").click()
    secret = make(page, "My Script")
    assert SECRET.fullmatch(secret)
    expect(page.get_by_text("the only time the token is shown")).to_be_visible()
    assert curl(site, secret) == 200

    page.get_by_role("button", name="Done").click()
    row = page.get_by_role("row", name=re.compile("My Script"))
    expect(row).to_contain_text(f"spote_…{secret[-4:]}")
    expect(row).to_contain_text("in 90 days")
    assert secret not in page.content()
    page.reload()
    expect(row).to_be_visible()
    assert secret not in page.content()
    expect(row).to_contain_text("curl/")  # the last client that used it

    page.get_by_role("button", name="Delete My Script").click()
    asked = page.get_by_role("dialog")
    expect(asked).to_contain_text("Delete “My Script”?")
    asked.get_by_role("button", name="Cancel").click()
    assert curl(site, secret) == 200
    page.get_by_role("button", name="Delete My Script").click()
    page.get_by_role("button", name="Delete token").click()
    expect(page.get_by_text("No tokens yet")).to_be_visible()
    assert curl(site, secret) == 401
    expect(page.get_by_text("1 revoked or expired token")).to_be_visible()


def test_the_secret_stays_nowhere_in_the_page(signed_in: Page) -> None:
    signed_in.goto("/app/settings/tokens")
    secret = make(signed_in, "Forgotten")
    signed_in.get_by_role("dialog").get_by_role("button", name="Close").click()
    settled(signed_in)
    expect(signed_in.get_by_role("dialog")).to_have_count(0)
    kept = signed_in.evaluate(
        "() => JSON.stringify([{...localStorage}, {...sessionStorage}, history.state, document.cookie])"
    )
    assert secret not in kept
    assert secret not in signed_in.content()
    signed_in.go_back()
    signed_in.go_forward()
    assert secret not in signed_in.content()


def test_no_key_takes_the_secret_away(signed_in: Page) -> None:
    """It cannot be shown again."""
    signed_in.goto("/app/settings/tokens")
    make(signed_in, "My Script")
    secret = signed_in.get_by_label("Token for My Script")
    signed_in.keyboard.press("Escape")
    signed_in.mouse.click(5, 5)
    settled(signed_in)
    expect(secret).to_be_visible()
    signed_in.get_by_role("button", name="Done").click()
    expect(secret).to_be_hidden()


def test_the_token_and_each_configuration_can_be_copied(site: Server, signed_in: Page) -> None:
    page = signed_in
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/app/settings/tokens")
    secret = make(page, "Claude Code")
    page.get_by_role("button", name="Copy", exact=True).first.click()
    expect(page.get_by_role("button", name="Copied")).to_have_count(1)
    assert page.evaluate("navigator.clipboard.readText()") == secret
    copied = ""
    for tool, part in {
        "Claude Desktop": "mcpServers",
        "Claude Code": "claude mcp add --transport http spote",
        "Cursor": "mcpServers",
        "Codex": "[mcp_servers.spote]",
        "curl": "curl http",
    }.items():
        page.get_by_label("Ready-made configuration for").select_option(tool)
        page.get_by_role("button", name="Copy", exact=True).last.click()
        expect(page.get_by_role("button", name="Copied").last).to_be_visible()
        expect(page.get_by_role("button", name="Copy", exact=True)).to_have_count(0)
        copied = page.evaluate("navigator.clipboard.readText()")
        assert part in copied
        assert site.url in copied
        assert secret in copied
    ran = subprocess.run(copied, shell=True, capture_output=True, text=True, check=True)  # noqa: S602
    assert ran.stdout.startswith("[")


def test_more_options_narrow_it(site: Server, signed_in: Page, ada: httpx.Client) -> None:
    for bucket in ("Work", "Home"):
        ada.post("/api/notes", json={"title": bucket, "text": "", "bucket": bucket})
    page = signed_in
    page.goto("/app/settings/tokens")
    page.get_by_role("button", name="New token").first.click()
    page.get_by_label("Label").fill("Reader")
    page.get_by_role("button", name="More options").click()
    page.get_by_role("button", name="Read only").click()
    expect(page.get_by_role("checkbox", name="Edit")).not_to_be_checked()
    page.get_by_role("combobox", name="Only in these buckets").fill("Work")
    page.keyboard.press("Enter")
    page.get_by_label("Expires").select_option("in 7 days")
    page.get_by_role("button", name="Generate").click()
    secret = page.get_by_label("Token for Reader").inner_text().strip()
    page.get_by_role("button", name="Done").click()
    row = page.get_by_role("row", name=re.compile("Reader"))
    expect(row).to_contain_text("Read only")
    expect(row).to_contain_text("in Work")
    expect(row).to_contain_text("in 7 days")
    with site.client(secret) as agent:
        assert [note["title"] for note in agent.get("/api/notes").json()] == ["Work"]
        assert agent.post("/api/notes", json={"title": "x", "text": ""}).status_code == 403


def test_a_token_is_changed_and_given_a_new_secret(
    site: Server, signed_in: Page, ada: httpx.Client
) -> None:
    old = new_token(ada, "Old name")
    page = signed_in
    page.goto("/app/settings/tokens")
    page.get_by_role("button", name="More for Old name").click()
    page.get_by_role("menuitem", name="Change").click()
    page.get_by_role("textbox", name="Label").fill("New name")
    page.get_by_role("button", name="Read only").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name=re.compile("New name"))).to_contain_text("Read only")
    page.get_by_role("button", name="More for New name").click()
    page.get_by_role("menuitem", name="Make a new secret").click()
    page.get_by_role("button", name="Make a new secret").click()
    secret = page.get_by_label("Token for New name").inner_text().strip()
    assert curl(site, old) == 401
    assert curl(site, secret) == 200


@pytest.mark.parametrize("days", [3])
def test_what_expires_soon_is_pointed_out(signed_in: Page, ada: httpx.Client, days: int) -> None:
    new_token(ada, "Nearly over", expires_in_days=days)
    signed_in.goto("/app/settings/tokens")
    expect(signed_in.get_by_role("alert")).to_contain_text("Nearly over expires on")


def test_the_switch_makes_all_agents_read_only(
    site: Server, signed_in: Page, ada: httpx.Client
) -> None:
    with site.client(new_token(ada)) as agent:
        draft = {"title": "By an agent", "text": ""}
        assert agent.post("/api/notes", json=draft).status_code == 201
        signed_in.goto("/app")
        switch = signed_in.get_by_role("switch", name="All agents read-only")
        switch.click()
        expect(switch).to_be_checked()
        assert agent.post("/api/notes", json=draft).status_code == 403
        switch.click()
        expect(switch).not_to_be_checked()
        assert agent.post("/api/notes", json=draft).status_code == 201


def test_what_a_token_did_is_shown_and_leads_to_the_change(
    site: Server, signed_in: Page, ada: httpx.Client
) -> None:
    with site.client(new_token(ada, "Nightly")) as agent:
        note = agent.post("/api/notes", json={"title": "Report", "text": "one"}).json()
        agent.put(f"/api/notes/{note['_id']}", json={"text": "two"})
    page = signed_in
    page.goto("/app/settings/tokens")
    page.get_by_role("button", name="More for Nightly").click()
    page.get_by_role("menuitem", name="Show what it did").click()
    changes = page.get_by_role("dialog").get_by_role("listitem")
    expect(changes).to_have_count(2)
    expect(changes.first).to_contain_text("changed Report")
    changes.first.get_by_role("link").click()
    expect(page.get_by_role("region", name="What changed")).to_contain_text("added: two")
