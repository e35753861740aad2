"""Inviting, coming in by the mail, and losing access at once."""

import re
from collections.abc import Callable
from contextlib import closing
from typing import Any

import httpx
from playwright.sync_api import Page, Route, expect

from tests.browser.axe import SCHEMES, load_axe, violations
from tests.browser.editor.test_writing import caret_at_end, rich, wait_for_text
from tests.entrypoints.calls import new_note, ok
from tests.mails import outbox, share, token_in
from tests.servers import PASSWORD, Server


def invited(page: Page, note: dict[str, Any], email: str, level: str) -> None:
    """Through the dialog."""
    page.goto(f"/app/note/{note['_id']}")
    page.get_by_role("button", name="Share").click()
    page.get_by_role("textbox", name="Add people").fill(email)
    page.get_by_label("They").select_option(level)
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_role("list", name="Who may see it")).to_contain_text("not accepted yet")


def link(site: Server, email: str) -> str:
    return f"/app/invitation#{token_in(outbox(site.data, email)[0].text)}"


def test_an_invitation_leads_through_sign_up_to_the_note(
    site: Server, signed_in: Page, ada: httpx.Client, another: Callable[..., Page], email: str
) -> None:
    note = new_note(ada, "Launch plan", "For both of us.")
    guest_email = f"guest-{email}"
    invited(signed_in, note, guest_email, "Can view")
    guest = another()
    guest.goto(link(site, guest_email))
    expect(guest).to_have_url(re.compile("/app/invitation$"))  # the token is out of the address
    guest.get_by_role("button", name="Create an account").click()
    expect(guest.get_by_text("Then the note opens that is shared with you.")).to_be_visible()
    guest.get_by_label("Name (optional)").fill("Mira")
    guest.get_by_label("E-mail").fill(guest_email)
    guest.get_by_label("Password", exact=True).fill(PASSWORD)
    guest.get_by_role("button", name="Create account").click()
    if guest.get_by_role("button", name="Open the note").is_visible():
        guest.get_by_role("button", name="Open the note").click()
    expect(guest).to_have_url(re.compile(note["_id"]))
    expect(guest.get_by_text("You can view this note.")).to_be_visible()
    expect(guest.get_by_role("textbox", name="Title")).not_to_be_editable()
    expect(guest.get_by_role("button", name="Share")).to_have_count(0)
    for page in (guest, signed_in):  # read-only, and the dialog with a guest
        load_axe(page)
        for scheme in SCHEMES:
            assert not violations(page, scheme)

    people = signed_in.get_by_role("list", name="Who may see it")
    expect(people).to_contain_text("Mira")
    people.get_by_label("What Mira may do").select_option("Can edit")
    expect(guest.get_by_text("You can view this note.")).to_have_count(0)
    expect(guest.get_by_role("textbox", name="Title")).to_be_editable()

    people.get_by_role("button", name="Remove Mira").click()
    expect(people.get_by_role("listitem")).to_have_count(1)
    guest.reload()
    expect(guest.get_by_text("This note is not here")).to_be_visible()


def test_who_has_an_account_accepts_with_it(
    site: Server, ada: httpx.Client, email: str, another: Callable[..., Page]
) -> None:
    note = new_note(ada, "Recipe", "Flour.")
    guest_email = f"guest-{email}"
    jon = site.sign_up(guest_email, "Jon")
    share = {"email": guest_email, "permission": "write"}
    ok(ada.post(f"/api/notes/{note['_id']}/shares", json=share), 201)
    guest = another(jon)
    jon.close()
    guest.goto(link(site, guest_email))
    guest.get_by_role("button", name="Open the note").click()
    expect(guest).to_have_url(re.compile(note["_id"]))
    guest.goto("/app")
    row = guest.get_by_role("list", name="Notes").get_by_role("link", name=re.compile("Recipe"))
    expect(row).to_contain_text("Ada Kim, can edit")
    guest.get_by_role("navigation", name="Notes").get_by_role(
        "link", name=re.compile("Shared")
    ).click()
    expect(guest.get_by_role("heading", name="Shared with me")).to_be_visible()
    expect(row).to_be_visible()


def test_a_used_invitation_says_so(
    site: Server, ada: httpx.Client, email: str, another: Callable[..., Page]
) -> None:
    page = another(ada)
    page.goto("/app/invitation#not-a-real-token")
    page.get_by_role("button", name="Open the note").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("heading", name="The note cannot be opened")).to_be_visible()
    expect(page.get_by_text("is shared with you")).to_have_count(0)


def test_inviting_somebody_twice_is_refused_with_a_sentence(
    signed_in: Page, ada: httpx.Client, email: str
) -> None:
    note = new_note(ada, "Plan")
    invited(signed_in, note, f"guest-{email}", "Can view")
    signed_in.get_by_role("textbox", name="Add people").fill(f"guest-{email}")
    signed_in.get_by_role("button", name="Invite").click()
    expect(signed_in.get_by_role("dialog").get_by_role("alert")).to_be_visible()


def before_saving(page: Page, note: dict[str, Any], do: Callable[[], object]) -> None:
    """Of an open note: when its words are under way, and before the server has them."""

    def handle(route: Route) -> None:
        do()
        route.continue_()

    page.route(f"**/api/notes/{note['_id']}", handle, times=1)


def test_what_a_guest_had_not_saved_when_the_share_went_can_be_kept(
    site: Server, signed_in: Page, ada: httpx.Client, another: Callable[..., Page], email: str
) -> None:
    note = new_note(ada, "Launch plan", "For both of us.")
    guest_email = f"guest-{email}"
    body = {"email": guest_email, "permission": "write"}
    share = ok(ada.post(f"/api/notes/{note['_id']}/shares", json=body), 201)
    with closing(site.sign_up(guest_email, "Mira")) as mira:
        token = token_in(outbox(site.data, guest_email)[0].text)
        ok(mira.post("/api/shares/accept", json={"token": token}))
        page = another(mira)
        page.goto(f"/app/note/{note['_id']}")
        path = f"/api/notes/{note['_id']}/shares/{share['_id']}"
        caret_at_end(page)
        before_saving(page, note, lambda: ok(ada.delete(path), 204))
        page.keyboard.type(" Not saved yet.")
        expect(page.get_by_text("This note is not here")).to_be_visible()
        kept = page.get_by_role("textbox", name="Launch plan")
        expect(kept).to_have_value("For both of us. Not saved yet.")
        load_axe(page)
        for scheme in SCHEMES:
            assert not violations(page, scheme)
        page.get_by_role("button", name="Keep it as a new note").click()
        expect(page.get_by_role("textbox", name="Title")).to_have_value("Launch plan")
        [own] = [one for one in ok(mira.get("/api/notes")) if one["title"] == "Launch plan"]
        assert own["text"] == "For both of us. Not saved yet."
        page.goto(f"/app/note/{note['_id']}")
        expect(page.get_by_text("This note is not here")).to_be_visible()
        expect(kept).to_have_count(0)
    assert ok(ada.get(f"/api/notes/{note['_id']}"))["text"] == "For both of us."


def test_words_of_a_guest_wait_for_the_right_to_edit(
    site: Server, signed_in: Page, ada: httpx.Client, another: Callable[..., Page], email: str
) -> None:
    note = new_note(ada, "Plan", "base")
    with closing(site.sign_up(f"guest-{email}", "Mira")) as mira:
        made = share(site, ada, note["_id"], mira, "write")
        path = f"/api/notes/{note['_id']}/shares/{made['_id']}"
        page = another(mira)
        page.goto(f"/app/note/{note['_id']}")
        expect(rich(page)).to_have_text("base")
        caret_at_end(page)
        before_saving(page, note, lambda: ok(ada.patch(path, json={"permission": "read"})))
        page.keyboard.type(" words")
        expect(page.get_by_role("status").first).to_have_text("Not saved")
        expect(page.get_by_text("You can view this note.")).to_be_visible()
        ok(ada.patch(path, json={"permission": "write"}))
        wait_for_text(ada, note, "base words")
