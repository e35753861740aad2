"""Signing up, in and out, as people do."""

import re
from collections.abc import Callable

import httpx
from playwright.sync_api import Page, expect

from tests.servers import PASSWORD, Server


def test_signing_up_leads_to_the_notes(page: Page, email: str) -> None:
    page.goto("/")
    expect(page).to_have_url(re.compile("/app/sign-in"))
    page.get_by_role("link", name="Sign up").click()
    page.get_by_label("Name (optional)").fill("Ada Kim")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="All notes")).to_be_visible()
    expect(page.get_by_text("Your first note")).to_be_visible()


def test_the_first_account_is_told_that_it_is_the_administrator(
    site: Server, signed_in: Page, ada: httpx.Client
) -> None:
    signed_in.goto("/app/settings/account")
    is_first = ada.get("/api/me").json()["is_administrator"]
    told = signed_in.get_by_text("You are the administrator of this server.")
    expect(told).to_have_count(1 if is_first else 0)


def test_what_is_wrong_is_said_where_it_is(page: Page, email: str) -> None:
    page.context.set_extra_http_headers({})
    page.goto("/app/sign-up")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill("aaaaaaaa")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_text("must not be one character again and again")).to_be_visible()


def test_a_wrong_password_is_one_sentence(page: Page, ada: httpx.Client, email: str) -> None:
    page.goto("/app/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="All notes")).to_be_visible()


def test_signing_in_goes_where_one_wanted_to_go(page: Page, ada: httpx.Client, email: str) -> None:
    page.goto("/app/settings/tokens")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("/app/settings/tokens$"))


def test_signing_in_leads_to_no_other_site(page: Page, ada: httpx.Client, email: str) -> None:
    page.goto("/app/sign-in?from=https%3A%2F%2Fexample.com%2F")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"127\.0\.0\.1:\d+/app$"))


def test_signing_out_ends_the_session(signed_in: Page, ada: httpx.Client) -> None:
    signed_in.goto("/app")
    signed_in.get_by_role("button", name=re.compile("Ada Kim")).click()
    signed_in.get_by_role("menuitem", name="Sign out").click()
    expect(signed_in).to_have_url(re.compile("/app/sign-in"))
    assert ada.get("/api/me").status_code == 401


def test_a_session_that_ended_elsewhere_leads_to_signing_in(
    signed_in: Page, ada: httpx.Client
) -> None:
    signed_in.goto("/app")
    expect(signed_in.get_by_role("heading", name="All notes")).to_be_visible()
    assert ada.post("/api/auth/sign-out").status_code == 204
    signed_in.get_by_role("button", name="New note").first.click()
    expect(signed_in).to_have_url(re.compile("/app/sign-in"))


def test_another_session_can_be_ended(
    signed_in: Page, another: Callable[..., Page], site: Server, email: str
) -> None:
    with site.client() as elsewhere:
        answer = elsewhere.post("/api/auth/sign-in", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 200
        signed_in.goto("/app/settings/account")
        signed_in.get_by_role("button", name="Sign out python-httpx").last.click()
        expect(signed_in.get_by_role("button", name="Sign out python-httpx")).to_have_count(0)
        assert elsewhere.get("/api/me").status_code == 401
