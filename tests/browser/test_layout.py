"""Nothing that matters is cut, covered or out of reach, on a desktop or a phone."""

import re
from collections.abc import Callable

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE
from tests.browser.editor.test_writing import opened, rich, settle
from tests.browser.watch import Watch
from tests.entrypoints.calls import new_note
from tests.mails import share
from tests.servers import Server
from tests.waiting import until

DIAGRAM = "```mermaid\nflowchart LR\n  A[One] -->|words| B{Two?}\n  B -->|yes| C[(Three)]\n```\n"
ON_TOP = """(it) => {
  const { left, top, width, height } = it.getBoundingClientRect();
  return it.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}"""
OFFLINE = ("Failed to load resource", "Failed to fetch", "Unable to preload", "cannot be reached")
FITS = "(it) => it.scrollWidth <= it.clientWidth"


def is_on_top(it: Locator) -> bool:
    return bool(it.evaluate(ON_TOP))


def test_the_toolbar_stays_in_sight_in_a_long_note(signed_in: Page, ada: httpx.Client) -> None:
    page = signed_in
    opened(page, ada, "\n\n".join(f"Line {number}." for number in range(80)))
    bold = page.get_by_role("toolbar").get_by_role("button", name="Bold")
    rich(page).get_by_text("Line 79.").click()
    until(lambda: is_on_top(bold))
    settle(page)
    page.keyboard.press("Control+Home")
    for _ in range(30):
        page.keyboard.press("ArrowDown")
    for _ in range(20):
        page.keyboard.press("ArrowUp")
    line = rich(page).get_by_text("Line 10.", exact=True)
    until(lambda: is_on_top(line))  # scrolling takes a moment


def test_on_paper_stands_what_is_read(signed_in: Page, ada: httpx.Client) -> None:
    page = signed_in
    page.emulate_media(color_scheme="dark")
    lines = "\n\n".join(f"Line {number}." for number in range(80))
    opened(page, ada, f"{lines} #plan", title="On paper")
    page.emulate_media(media="print", color_scheme="dark")
    title = page.get_by_role("textbox", name="Title")
    for shown in (title, rich(page), page.get_by_role("link", name="#plan").last):
        expect(shown).to_be_visible()
    for pressed in ("toolbar", "navigation", "banner", "button"):
        expect(page.get_by_role(pressed)).to_have_count(0)
    expect(page.get_by_role("region", name="Note list")).to_have_count(0)
    assert page.locator("body").evaluate("(it) => getComputedStyle(it).backgroundColor") == (
        "rgb(255, 255, 255)"
    )
    last = rich(page).get_by_text("Line 79.").bounding_box()
    assert last
    assert page.locator("html").evaluate("(it) => it.scrollHeight") > last["y"] > 1_000


def test_who_wants_no_motion_sees_diagrams_whole(
    signed_in: Page, ada: httpx.Client, another: Callable[..., Page]
) -> None:
    note = opened(signed_in, ada, DIAGRAM)
    moving = another(ada, reduced_motion="no-preference")
    moving.goto(f"/app/note/{note['_id']}")
    still, drawn = (drawing(page).get_attribute("src") for page in (signed_in, moving))
    assert still == drawn


def drawing(page: Page) -> Locator:
    return page.get_by_role("img", name=re.compile("Diagram"))


def test_a_long_name_does_not_hide_what_may_be_done(
    site: Server, signed_in: Page, ada: httpx.Client, email: str
) -> None:
    mira = site.sign_up(f"mira-{email}", "Mira Sophie Lovelace of the Far North")
    note = new_note(mira, "Trip", "Going #north #summer #boat")
    share(site, mira, note["_id"], ada)
    mira.close()
    signed_in.goto("/app")
    level = signed_in.get_by_role("link", name=re.compile("Trip")).get_by_text(
        "can view", exact=True
    )
    expect(level).to_be_visible()
    assert level.evaluate(ON_TOP)


def test_the_list_that_is_shown_is_marked(signed_in: Page, ada: httpx.Client) -> None:
    new_note(ada, "Plan", bucket="Work")
    signed_in.goto("/app?bucket=Work&sort=updated_at")
    signed_in.get_by_role("link", name=re.compile("Plan")).click()
    ways = signed_in.get_by_role("navigation", name="Notes")
    expect(ways.get_by_role("link", name="Work")).to_have_attribute("aria-current", "true")
    expect(ways.get_by_role("link", name="All notes")).not_to_have_attribute("aria-current", "true")


def test_passages_are_read_without_their_marks(signed_in: Page, ada: httpx.Client) -> None:
    new_note(ada, "Plan", "## This week\n\n- [x] The **sourdough** rests\n- [ ] See [[Oven]]\n")
    signed_in.goto("/app/search?q=sourdough")
    found = signed_in.get_by_role("main").get_by_role("link", name=re.compile("Plan"))
    expect(found).to_contain_text("The sourdough rests See Oven")
    expect(found.locator("mark")).to_have_text("sourdough")


def test_a_phone_reaches_what_is_in_the_menu(
    ada: httpx.Client, another: Callable[..., Page]
) -> None:
    new_note(ada, "Plan", "#work", bucket="Work/Projects/2027/A very long name of a bucket")
    page = another(ada, viewport=PHONE)
    page.goto("/app")
    page.get_by_role("button", name="Menu", exact=True).click()
    menu = page.get_by_role("dialog")
    expect(menu.get_by_role("link", name=re.compile("A very long name"))).to_be_visible()
    assert menu.get_by_role("navigation").evaluate(FITS)
    menu.get_by_role("button", name=re.compile("Ada Kim")).click()
    page.get_by_role("menuitem", name="Dark theme").click()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")


def test_offline_the_list_stays_and_says_so(
    signed_in: Page, ada: httpx.Client, watch: Watch
) -> None:
    watch.allow(*OFFLINE)
    page = signed_in
    new_note(ada, "Plan", "words")
    page.goto("/app")
    row = page.get_by_role("link", name=re.compile("Plan"))
    expect(row).to_be_visible()
    page.context.set_offline(True)
    row.click()
    expect(page.get_by_text("The server cannot be reached.")).to_be_visible()
    expect(row).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(rich(page)).to_contain_text("words")


def test_the_palette_knows_the_settings_and_says_when_it_knows_nothing(
    signed_in: Page, ada: httpx.Client
) -> None:
    page = signed_in
    page.goto("/app")
    expect(page.get_by_role("heading", name="All notes")).to_be_visible()
    page.keyboard.press("Control+k")
    box = page.get_by_placeholder("Search notes, or type a command")
    box.fill("zzz")
    expect(page.get_by_text("Nothing found")).to_be_visible()
    box.fill("settings")
    expect(page.locator(".mantine-Spotlight-action")).to_have_count(3)


def test_offline_a_page_that_was_not_seen_yet_does_not_end_the_app(
    signed_in: Page, ada: httpx.Client, watch: Watch
) -> None:
    watch.allow(*OFFLINE)
    page = signed_in
    opened(page, ada, "words")
    page.context.set_offline(True)
    page.get_by_role("link", name=re.compile("All notes")).click()
    expect(page.get_by_text("The server cannot be reached.")).to_be_visible()
    page.go_back()
    expect(rich(page)).to_contain_text("words")
    page.get_by_role("link", name=re.compile("All notes")).click()
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Open a note")).to_be_visible()


def test_nothing_open_looks_the_same_offline(
    signed_in: Page, ada: httpx.Client, watch: Watch
) -> None:
    watch.allow(*OFFLINE)
    page = signed_in
    page.goto("/app")
    expect(page.get_by_text("Open a note")).to_be_visible()
    opened(page, ada, "words")
    page.context.set_offline(True)
    page.get_by_role("link", name=re.compile("All notes")).click()
    expect(page.get_by_text("Open a note")).to_be_visible()
    for picture in page.locator("img").all():
        assert picture.evaluate("(it) => it.decode().then(() => true, () => false)")


def test_the_way_back_from_the_trash_fits_a_phone(
    ada: httpx.Client, another: Callable[..., Page]
) -> None:
    note = new_note(ada, "A note that has a longer title")
    page = another(ada, viewport=PHONE)
    page.goto(f"/app/note/{note['_id']}")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Move to trash").click()
    assert page.get_by_role("button", name="Undo").locator("span").last.evaluate(FITS)


def test_titles_without_blanks_stay_on_the_page_of_results(
    ada: httpx.Client, another: Callable[..., Page]
) -> None:
    new_note(ada, "long" * 50, "sourdough")
    page = another(ada, viewport=PHONE)
    page.goto("/app/search?q=sourdough")
    title = page.get_by_role("main").get_by_text("long" * 50)
    expect(title).to_be_visible()
    assert title.evaluate(FITS)


def test_rows_without_tags_show_more_of_the_text(signed_in: Page, ada: httpx.Client) -> None:
    new_note(ada, "With", "#tag " + "words " * 100)
    new_note(ada, "Without", "words " * 100)
    signed_in.goto("/app")
    tagged, plain = (
        signed_in.get_by_role("link", name=re.compile(f"^{title}")).get_by_text("words words")
        for title in ("With ", "Without")
    )
    expect(tagged).to_be_visible()
    one, other = tagged.bounding_box(), plain.bounding_box()
    assert one
    assert other
    assert other["height"] > one["height"]
