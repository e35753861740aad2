"""An app asks to be let in: the page of consent in a browser, then Settings → Connected apps."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.axe import AXE, SCHEMES, violations
from tests.entrypoints.calls import new_note, ok
from tests.entrypoints.oauth.flow import HOME, App, works
from tests.servers import PASSWORD, Server


@pytest.fixture
def visitor(another: Callable[..., Page], ada: httpx.Client) -> Page:
    """Ada's page, not watched: it goes where the app is, as it should."""
    return another(ada)


@pytest.fixture
def came_back(visitor: Page) -> dict[str, str]:
    """What the app's own address is called with."""
    came_back: dict[str, str] = {}

    def answer(route: Route) -> None:
        came_back.update(parse_qsl(urlsplit(route.request.url).query))
        route.fulfill(body="<title>The app</title>Done.", content_type="text/html")

    visitor.route(re.compile(re.escape(HOME)), answer)
    return came_back


def asked(page: Page, app: App) -> None:
    page.goto(f"/oauth/authorize?{urlencode(app.asking())}")
    expect(page.get_by_role("heading", name="Let Spy glass into your notes?")).to_be_visible()


def test_an_app_is_let_in_by_clicks_and_locked_out_in_settings(
    site: Server, visitor: Page, ada: httpx.Client, came_back: dict[str, str]
) -> None:
    new_note(ada, "Plan", bucket="Work")
    app, page = App(site).register(), visitor
    page.add_init_script(path=AXE)
    asked(page, app)
    for scheme in SCHEMES:
        assert violations(page, scheme, is_app=False) == []
    page.get_by_label("create notes").uncheck()
    page.get_by_label(re.compile("Only in these buckets")).fill("Work")
    page.get_by_role("button", name="Allow").click()
    expect(page).to_have_title("The app")
    made: dict[str, Any] = ok(app.redeem(came_back["code"]))
    assert made["scope"] == "read"
    assert works(site, made["access_token"]) == 200

    page.goto("/app/settings/apps")
    row = page.get_by_role("main").get_by_role("listitem").filter(has_text="Spy glass")
    expect(row).to_contain_text("Work")
    for scheme in SCHEMES:
        assert violations(page, scheme) == []
    row.get_by_role("button", name="Remove Spy glass").click()
    page.get_by_role("button", name="Remove app").click()
    expect(page.get_by_text("No app is connected")).to_be_visible()
    assert works(site, made["access_token"]) == 401


def test_who_is_not_signed_in_signs_in_on_the_way(
    site: Server, ada: httpx.Client, email: str, page: Page
) -> None:
    page.goto(f"/oauth/authorize?{urlencode(App(site).register().asking())}")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Let Spy glass into your notes?")).to_be_visible()
    expect(page.get_by_text(email)).to_be_visible()


def test_an_app_that_is_refused_gets_nothing(
    site: Server, visitor: Page, ada: httpx.Client, came_back: dict[str, str]
) -> None:
    asked(visitor, App(site).register())
    visitor.get_by_role("button", name="Refuse").click()
    expect(visitor).to_have_title("The app")
    assert came_back["error"] == "access_denied"
    assert "code" not in came_back
    assert ok(ada.get("/api/settings/apps")) == []
