"""Over plain HTTP from another machine, as at home: browsers keep what they call powerful from such pages."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ELSEWHERE, PATIENT
from tests.servers import PASSWORD, Server, free_port, running


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Server]:
    port = free_port()
    url = f"http://{ELSEWHERE}:{port}"
    settings = {"port": port, "public_url": url, "sign_up": "open", "search_by_meaning": False}
    with running(tmp_path / "data", **settings, **PATIENT) as server:
        yield server


def test_the_walk_works_and_everything_can_be_copied(
    elsewhere: Server, another: Callable[..., Page]
) -> None:
    page = another(base_url=f"http://{ELSEWHERE}:{elsewhere.port}")
    page.goto("/app/sign-up")
    assert page.evaluate("window.isSecureContext") is False
    page.get_by_role("textbox", name="Name").fill("Ada Kim")
    page.get_by_role("textbox", name="E-mail").fill("ada@example.org")
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name=re.compile("Sign up|Create")).click()
    expect(page.get_by_role("heading", name="All notes")).to_be_visible()

    page.goto("/app/settings/tokens")
    page.get_by_role("button", name="New token").first.click()
    page.get_by_role("textbox", name="Label").fill("My Script")
    page.get_by_role("button", name="Generate").click()
    shown = page.get_by_label("Token for My Script")
    token = shown.inner_text()
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_focused()
    page.get_by_role("button", name="Done").click()

    page.goto("/app")
    page.get_by_role("button", name="New note").first.click()
    title = page.get_by_role("textbox", name="Title")
    expect(title).to_be_focused()
    page.keyboard.press("Control+v")
    expect(title).to_have_value(token)
    expect(page.get_by_role("status")).to_have_text("Saved")

    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Copy link").click()
    expect(page.get_by_text("The link is copied.")).to_be_visible()
    title.fill("")
    page.keyboard.press("Control+v")
    expect(title).to_have_value(re.compile(f"^http://{ELSEWHERE}:{elsewhere.port}/app/note/"))
