"""Writing in both modes, with keyboard and toolbar, as people do; seen through the API."""

import contextlib
import re
import struct
import zlib
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.watch import Watch
from tests.entrypoints.calls import new_note, ok
from tests.waiting import until


def chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


PIXEL = b"".join(
    [
        b"\x89PNG\r\n\x1a\n",
        chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
        chunk(b"IDAT", zlib.compress(b"\x00\x40\x60\xe6")),
        chunk(b"IEND", b""),
    ]
)


def opened(page: Page, client: httpx.Client, text: str, title: str = "Note") -> dict[str, Any]:
    note = new_note(client, title, text)
    page.goto(f"/app/note/{note['_id']}")
    expect(rich(page)).to_be_visible()
    return dict(note)


def rich(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Note", exact=True)


def source(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Markdown source")


def settle(page: Page) -> None:
    """By the page's own clock: 20 ms after it got the focus the editor sets its own selection once more."""
    page.evaluate("() => new Promise((done) => setTimeout(done, 60))")


def caret_at_end(page: Page) -> None:
    rich(page).focus()
    settle(page)
    page.keyboard.press("Control+End")


def kept(client: httpx.Client, note: dict[str, Any]) -> str:
    return str(ok(client.get(f"/api/notes/{note['_id']}"))["text"])


def wait_for_text(client: httpx.Client, note: dict[str, Any], text: str) -> None:
    with contextlib.suppress(AssertionError):  # what is there instead says more
        until(lambda: kept(client, note) == text)
    assert kept(client, note) == text


def switch(page: Page, mode: str) -> None:
    page.get_by_text(mode, exact=True).click()
    expect(source(page) if mode == "Source" else rich(page)).to_be_visible()


def test_opening_and_switching_saves_nothing(signed_in: Page, ada: httpx.Client) -> None:
    text = "* a\n* b\n\nTitle\n=====\n\n[x][r]\n\n[r]: /u 'T'\n"
    note = opened(signed_in, ada, text)
    for mode in ("Source", "Rich", "Source", "Rich"):
        switch(signed_in, mode)
    signed_in.wait_for_timeout(1500)
    assert ok(ada.get(f"/api/notes/{note['_id']}"))["version"] == 1


def test_markdown_typed_in_rich_mode_becomes_what_it_means(
    signed_in: Page, ada: httpx.Client
) -> None:
    page = signed_in
    note = opened(page, ada, "")
    rich(page).focus()
    for line in (
        "## Plan", "Some **bold** and *soft* words with #a_tag.", "- one", "two", "", "[ ] not a task"
    ):  # fmt: skip
        page.keyboard.type(line)
        page.keyboard.press("Enter")
    page.keyboard.type("1. first")
    expect(rich(page).get_by_role("heading", name="Plan")).to_be_visible()
    wait_for_text(
        ada,
        note,
        "## Plan\n\nSome **bold** and *soft* words with #a_tag.\n\n- one\n- two\n\n"
        "[ ] not a task\n\n1. first",
    )


def test_the_toolbar_does_what_it_says(signed_in: Page, ada: httpx.Client) -> None:
    page = signed_in
    note = opened(page, ada, "word")
    bar = page.get_by_role("toolbar", name="Formatting")
    for button in bar.get_by_role("button").all():
        assert button.get_attribute("aria-label")
    caret_at_end(page)
    page.keyboard.press("Control+Shift+ArrowLeft")
    bar.get_by_role("button", name="Bold").click()
    expect(bar.get_by_role("button", name="Bold")).to_have_attribute("aria-pressed", "true")
    bar.get_by_role("button", name="Task list").click()
    wait_for_text(ada, note, "- [ ] **word**")
    page.get_by_role("checkbox", name="word").check()
    wait_for_text(ada, note, "- [x] **word**")
    bar.get_by_role("button", name="Task list").click()
    bar.get_by_role("button", name=re.compile("Text style")).click()
    page.get_by_role("menuitem", name="Heading 2").click()
    wait_for_text(ada, note, "## **word**")
    bar.get_by_role("button", name="Undo").click()
    wait_for_text(ada, note, "**word**")


def test_the_toolbar_writes_markdown_in_source_mode(signed_in: Page, ada: httpx.Client) -> None:
    page = signed_in
    note = opened(page, ada, "Plan\nmilk\nbread")
    switch(page, "Source")
    bar = page.get_by_role("toolbar", name="Formatting")
    source(page).focus()
    page.keyboard.press("Control+Home")
    bar.get_by_role("button", name="Text style").click()
    page.get_by_role("menuitem", name="Heading 2").click()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Home")
    page.keyboard.press("Shift+Control+End")
    bar.get_by_role("button", name="Task list").click()
    wait_for_text(ada, note, "## Plan\n- [ ] milk\n- [ ] bread")
    bar.get_by_role("button", name="Numbered list").click()
    wait_for_text(ada, note, "## Plan\n1. milk\n2. bread")
    page.keyboard.press("Control+End")
    bar.get_by_role("button", name="Divider").click()
    page.keyboard.type("end")
    wait_for_text(ada, note, "## Plan\n1. milk\n2. bread\n\n---\nend")
    for _ in range(2):
        bar.get_by_role("button", name="Undo").click()
    wait_for_text(ada, note, "## Plan\n1. milk\n2. bread")


def test_a_picture_is_described(signed_in: Page, ada: httpx.Client) -> None:
    """By keyboard and by double click; the rest of the note stays as it was."""
    page = signed_in
    file = ok(ada.post("/api/upload", files={"file": ("dot.png", PIXEL, "image/png")}), 201)
    address = file["url"]
    note = opened(page, ada, f"*  odd item\n\nSee ![dot.png]({address})\n")
    rich(page).locator(".picture").click()
    page.get_by_role("toolbar").get_by_role("button", name="Describe the picture").click()
    field = page.get_by_role("dialog").get_by_role("textbox", name="What it shows")
    expect(field).to_have_value("dot.png")
    field.fill("A red [dot]")
    page.keyboard.press("Enter")
    wait_for_text(ada, note, f"*  odd item\n\nSee ![A red \\[dot\\]]({address})\n")
    expect(rich(page).get_by_role("img", name="A red [dot]")).to_be_visible()
    rich(page).locator(".picture").dblclick()
    field.fill("")
    page.get_by_role("dialog").get_by_role("button", name="Describe").click()
    wait_for_text(ada, note, f"*  odd item\n\nSee ![]({address})\n")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()


def put_in(page: Page, typed: str, block: str) -> None:
    """By the slash menu, with as much of its name as leaves that block alone."""
    page.keyboard.type(f"/{typed}")
    expect(page.get_by_role("listbox", name="Put in").get_by_role("option")).to_have_text([block])
    page.keyboard.press("Enter")


def test_the_slash_menu_puts_blocks_in(signed_in: Page, ada: httpx.Client) -> None:
    page = signed_in
    note = opened(page, ada, "start")
    caret_at_end(page)
    page.keyboard.press("Enter")
    put_in(page, "tab", "Table")
    page.keyboard.type("A")
    page.keyboard.press("Tab")
    page.keyboard.type("B")
    wait_for_text(ada, note, "start\n\n| A | B | |\n| - | - | - |\n| | | |\n| | | |")
    page.keyboard.press("Control+End")
    put_in(page, "code", "Code block")
    page.keyboard.type("x = 1")
    expect(page.get_by_role("listbox", name="Put in")).to_have_count(0)
    until(lambda: "```\nx = 1\n```" in kept(ada, note))


def test_a_slash_stays_a_slash_after_escape(signed_in: Page, ada: httpx.Client) -> None:
    page = signed_in
    note = opened(page, ada, "")
    rich(page).focus()
    page.keyboard.type("/h")
    expect(page.get_by_role("listbox", name="Put in")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox", name="Put in")).to_have_count(0)
    page.keyboard.type("ome")
    wait_for_text(ada, note, "/home")


def test_a_link_to_a_note_is_found_by_its_words(signed_in: Page, ada: httpx.Client) -> None:
    page = signed_in
    target = new_note(ada, "Sourdough log", "75 % hydration")
    note = opened(page, ada, "See")
    caret_at_end(page)
    page.keyboard.type(" ")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name=re.compile("Address")).fill("sourdough")
    page.get_by_role("option", name=re.compile("Sourdough log")).click()
    wait_for_text(ada, note, f"See [Sourdough log](/app/note/{target['_id']})")


@pytest.mark.parametrize("start", ["Rich", "Source"])
def test_undo_and_redo_cross_the_switch_of_mode(
    signed_in: Page, ada: httpx.Client, start: str
) -> None:
    page = signed_in
    note = opened(page, ada, "* keep\n\nbase\n")
    fields = {"Rich": rich, "Source": source}
    first, second = (start, "Source" if start == "Rich" else "Rich")
    for mode, word in ((first, "one"), (second, "two"), (first, "three")):
        switch(page, mode)
        fields[mode](page).focus()
        settle(page)
        page.keyboard.press("Control+End")
        page.keyboard.press("ArrowUp" if mode == "Source" else "End")
        page.keyboard.press("End")
        page.keyboard.insert_text(f" {word}")
        page.wait_for_timeout(600)
    wait_for_text(ada, note, "* keep\n\nbase one two three\n")
    for text in ("base one two", "base one", "base"):
        page.keyboard.press("Control+z")
        wait_for_text(ada, note, f"* keep\n\n{text}\n")
    for text in ("base one", "base one two", "base one two three"):
        page.keyboard.press("Control+Shift+Z")
        wait_for_text(ada, note, f"* keep\n\n{text}\n")


def test_source_mode_keeps_windows_line_ends(signed_in: Page, ada: httpx.Client) -> None:
    page = signed_in
    note = opened(page, ada, "a\r\nb\r\n")
    switch(page, "Source")
    source(page).focus()
    page.keyboard.press("Control+Home")
    page.keyboard.type("x")
    page.keyboard.press("Enter")
    wait_for_text(ada, note, "x\r\na\r\nb\r\n")


def test_a_long_note_opens_as_source(signed_in: Page, ada: httpx.Client) -> None:
    note = new_note(ada, "Long", "word " * 31_000)
    signed_in.goto(f"/app/note/{note['_id']}")
    expect(source(signed_in)).to_be_visible()
    expect(signed_in.get_by_text("This note is long")).to_be_visible()


def test_files_are_picked_pasted_and_dropped(signed_in: Page, ada: httpx.Client) -> None:
    page = signed_in
    note = opened(page, ada, "Pictures: ")
    caret_at_end(page)
    picker = page.get_by_label("Pictures and files to put in")
    picker.set_input_files({"name": "dot.png", "mimeType": "image/png", "buffer": PIXEL})

    expect(rich(page).get_by_role("img", name="dot.png")).to_be_visible()
    give(page, "paste", "notes.txt", "text/plain", b"hello")
    expect(rich(page).get_by_role("link", name="notes.txt")).to_be_visible()
    give(page, "drop", "two.png", "image/png", PIXEL)
    expect(rich(page).get_by_role("img", name="two.png")).to_be_visible()
    for saved in (
        r"!\[dot.png\]\(/api/files/\S+\.png\)",
        r"\[notes.txt\]\(/api/files/\S+\.txt\)",
        r"!\[two.png\]\(/api/files/",
    ):
        until(lambda saved=saved: re.search(saved, kept(ada, note)))  # type: ignore[misc]


def give(page: Page, how: str, name: str, mime: str, content: bytes) -> None:
    rich(page).evaluate(
        """(field, [how, name, type, bytes]) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], name, { type }));
          const box = field.getBoundingClientRect();
          const where = { clientX: box.left + 20, clientY: box.top + 20 };
          const event = how === "paste"
            ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
            : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true, ...where });
          field.dispatchEvent(event);
        }""",
        [how, name, mime, list(content)],
    )


HOSTILE = """\
<script>window.hacked = 1</script>

<img src=x onerror="window.hacked = 2"> and <svg onload="window.hacked = 3"></svg>

<style>body { display: none }</style>

<div style="position:fixed;inset:0;z-index:99999;background:red" onclick="window.hacked=4">x</div>

[click](javascript:window.hacked=5) [tab](java\tscript:window.hacked=6) <javascript:window.hacked=7>
[data](data:text/html,<script>window.hacked=8</script>) [ref][r] ![p](javascript:window.hacked=9)

![out](https://evil.example/pixel.png) ![svg](data:image/svg+xml,<svg onload=alert(1)>)

[r]: javascript:window.hacked=10

```mermaid
%%{init: {"securityLevel": "loose", "themeCSS": "* { display: none !important }"}}%%
flowchart LR
  A["<img src=x onerror='window.hacked=11'>"] --> B["<script>window.hacked=12</script>"]
  click A "javascript:window.hacked=13"
  style A fill:red,position:fixed
```
"""


def test_hostile_notes_do_nothing(signed_in: Page, ada: httpx.Client, watch: Watch) -> None:
    page = signed_in
    note = opened(page, ada, HOSTILE)
    expect(page.get_by_role("img", name=re.compile("^Diagram"))).to_be_visible()
    for link in rich(page).locator("a, [data-href]").all():
        href = link.get_attribute("href") or ""
        assert not re.search(r"script|data:", href), href
        link.click(modifiers=["Control"], force=True, no_wait_after=True)
    switch(page, "Source")
    source(page).focus()
    switch(page, "Rich")
    page.wait_for_timeout(500)
    assert page.evaluate("window.hacked") is None
    assert len(page.context.pages) == 1
    assert page.evaluate("getComputedStyle(document.body).display") != "none"
    assert rich(page).locator("script, style, svg, iframe, object").count() == 0
    assert kept(ada, note) == HOSTILE


def test_what_others_write_comes_in_beside_unsaved_words(
    signed_in: Page, ada: httpx.Client, another: Callable[..., Page]
) -> None:
    page = signed_in
    note = opened(page, ada, "first line\n\nlast line\n")
    other = another(ada)
    other.goto(f"/app/note/{note['_id']}")
    written = "first line\n\nlast line"
    for mode in ("Rich", "Source"):
        switch(page, mode)
        field = rich(page) if mode == "Rich" else source(page)
        field.focus()
        settle(page)
        page.keyboard.press("Control+End")
        if mode == "Source":
            page.keyboard.press("ArrowUp")
            page.keyboard.press("End")
        page.keyboard.type(" mine")
        written += " mine"
        wait_for_text(ada, note, f"{written}\n")
        expect(rich(other)).to_contain_text(written.splitlines()[-1])
        written = f"{mode} agent\n\n{written}"
        ok(ada.put(f"/api/notes/{note['_id']}", json={"text": f"{written}\n"}))
        page.keyboard.type(" more")
        expect(field.get_by_text(f"{mode} agent")).to_be_visible()
        page.keyboard.type(" still")
        expect(field.get_by_text(re.compile("mine more still"))).to_be_visible()
        written += " more still"
        wait_for_text(ada, note, f"{written}\n")


@pytest.mark.parametrize("mode", ["Rich", "Source"])
def test_what_comes_in_does_not_break_off_a_word_that_an_input_method_puts_together(
    signed_in: Page, ada: httpx.Client, mode: str
) -> None:
    """In the same line, too."""
    page = signed_in
    note = opened(page, ada, "Some words in a line.\n")
    if mode == "Source":
        switch(page, mode)
    field = rich(page) if mode == "Rich" else source(page)
    field.focus()
    settle(page)
    page.keyboard.press("Control+Home")
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "に", "selectionStart": 1, "selectionEnd": 1})
    expect(field).to_contain_text("に")
    ok(ada.put(f"/api/notes/{note['_id']}", json={"text": "Some words in a longer line.\n"}))
    page.wait_for_timeout(1_000)
    two = {"text": "日本", "selectionStart": 2, "selectionEnd": 2}
    keyboard.send("Input.imeSetComposition", two)
    keyboard.send("Input.insertText", {"text": "日本"})
    wait_for_text(ada, note, "日本Some words in a longer line.\n")
    expect(field).to_have_text("日本Some words in a longer line.")


def test_code_from_another_editor_keeps_its_indentation(signed_in: Page, ada: httpx.Client) -> None:
    """VS Code's own HTML is lines in `div`s, whose spaces HTML would swallow."""
    page = signed_in
    note = opened(page, ada, "See:")
    caret_at_end(page)
    page.keyboard.press("Enter")
    rich(page).evaluate(
        """(field) => {
          const data = new DataTransfer();
          data.setData("text/plain", "def f():\\r\\n    return 1\\r\\n");
          data.setData("text/html", "<div><div>def f():</div><div>    return 1</div></div>");
          data.setData("vscode-editor-data", JSON.stringify({ version: 1, mode: "python" }));
          field.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    wait_for_text(ada, note, "See:\n\n```python\ndef f():\n    return 1\n```")


def test_the_arrow_key_leads_out_of_code_at_the_end(signed_in: Page, ada: httpx.Client) -> None:
    page = signed_in
    note = opened(page, ada, "```js\nx\ny\n```\n")
    rich(page).locator("pre").click()
    settle(page)
    page.keyboard.press("Control+End")
    page.keyboard.press("ArrowDown")
    page.keyboard.type("after")
    wait_for_text(ada, note, "```js\nx\ny\n```\n\nafter\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- one\n\n  ```\n  x\n  ```\n- two\n", "- one\n\n  ```\n  x\n  ```\n- HEREtwo\n"),
        ("> ```\n> x\n> ```\n\nafter\n", "> ```\n> x\n> ```\n\nHEREafter\n"),
        ("- one\n\n  ```\n  x\n  ```\n", "- one\n\n  ```\n  x\n  ```\n\nHERE\n"),
        ("> - ```\n>   x\n>   ```\n", "> - ```\n>   x\n>   ```\n\nHERE\n"),
    ],
    ids=["next-item", "after-quote", "last-item", "quoted-last-item"],
)
def test_below_code_is_the_next_line_of_the_note(
    signed_in: Page, ada: httpx.Client, before: str, after: str
) -> None:
    page = signed_in
    note = opened(page, ada, before)
    rich(page).locator("pre").click()
    settle(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Home")
    page.keyboard.type("HERE")
    wait_for_text(ada, note, after)


def test_arrow_keys_go_from_cell_to_cell_and_out_of_the_table(
    signed_in: Page, ada: httpx.Client
) -> None:
    page = signed_in
    note = opened(page, ada, "| a | b |\n| - | - |\n| c | d |\n")
    rich(page).get_by_text("a", exact=True).click()
    settle(page)
    page.keyboard.press("End")
    for key, typed in (("Right", 1), ("Down", 2), ("Up", 3), ("Left", 4), ("Down", 5)):
        if key == "Left":
            page.keyboard.press("Home")
        page.keyboard.press(f"Arrow{key}")
        page.keyboard.press("End")
        page.keyboard.type(str(typed))
    page.keyboard.press("ArrowDown")
    page.keyboard.type("after")
    wait_for_text(ada, note, "| a4 | b13 |\n| - | - |\n| c5 | d2 |\n\nafter\n")


def test_arrow_keys_lead_out_of_a_table_from_any_column(signed_in: Page, ada: httpx.Client) -> None:
    page = signed_in
    note = opened(page, ada, "before\n\n| a | b |\n| - | - |\n| c | d |\n\nafter\n")
    for cell, key in (("b", "ArrowUp"), ("c", "ArrowDown")):
        rich(page).get_by_text(cell, exact=True).click()
        settle(page)
        page.keyboard.press(key)
        page.keyboard.press("End")
        page.keyboard.type("!")
    wait_for_text(ada, note, "before!\n\n| a | b |\n| - | - |\n| c | d |\n\nafter!\n")


def test_a_diagram_is_whole_with_and_without_motion(
    signed_in: Page, ada: httpx.Client, another: Callable[..., Page]
) -> None:
    note = new_note(ada, "Note", "See:\n\n```mermaid\nflowchart LR\n  A --> B\n```\n")
    sizes = []
    for page in (signed_in, another(ada, reduced_motion="no-preference")):
        page.goto(f"/app/note/{note['_id']}")
        drawing = page.get_by_role("img", name=re.compile("^Diagram"))
        expect(drawing).to_be_visible()
        sizes.append(drawing.evaluate("(it) => it.decode().then(() => it.naturalWidth)"))
    assert sizes[0] == sizes[1]


def test_a_new_diagram_is_written_on_at_its_end(signed_in: Page, ada: httpx.Client) -> None:
    page = signed_in
    note = opened(page, ada, "")
    rich(page).click()
    put_in(page, "diagram", "Diagram")
    page.keyboard.type(" --> C")
    wait_for_text(ada, note, "```mermaid\nflowchart LR\n  A[Start] --> B[End] --> C\n```")


def test_each_block_reads_in_the_direction_of_its_words(signed_in: Page, ada: httpx.Client) -> None:
    page = signed_in
    opened(page, ada, "# مرحبا\n\nنص عربي\n\nEnglish\n\n- عنصر\n", title="عنوان")
    left, width = rich(page).evaluate(
        "(it) => [it.getBoundingClientRect().left, it.getBoundingClientRect().width]"
    )
    for text, is_right in (("مرحبا", True), ("نص عربي", True), ("English", False), ("عنصر", True)):
        words = (
            rich(page)
            .get_by_text(text, exact=True)
            .evaluate(
                """(it) => { const range = document.createRange(); range.selectNodeContents(it);
                         const { left, right } = range.getBoundingClientRect(); return (left + right) / 2; }"""
            )
        )
        assert (words > left + width / 2) is is_right, text
