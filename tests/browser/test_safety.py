"""What somebody else wrote does nothing in any view; the page keeps to its policy and to this server."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.watch import Watch
from tests.entrypoints.calls import new_note, ok
from tests.servers import Server

HOSTILE = """# Hello <img src=x onerror="window.hit = 'heading'">

<script>window.hit = 'script'</script>
<img src="x" onerror="window.hit = 'img'">
<svg onload="window.hit = 'svg'"><script>window.hit = 'svg script'</script></svg>
<iframe src="javascript:parent.hit = 'iframe'"></iframe>
<object data="data:text/html,<script>opener.hit = 1</script>"></object>
<a href="javascript:window.hit = 'a'">raw link</a>
<form action="https://evil.example/"><button>press</button></form>
<style>body { display: none !important } @import url(https://evil.example/x.css);</style>
<link rel="stylesheet" href="https://evil.example/y.css"><meta http-equiv="refresh" content="0;url=https://evil.example">

[link](javascript:window.hit='link') [data](data:text/html;base64,PHNjcmlwdD4=) [vb](vbscript:x)
<javascript:window.hit='auto'> ![picture](https://evil.example/pixel.png) ![js](javascript:window.hit='image')

[ref]: javascript:window.hit='reference
See [ref] and [[<img src=x onerror=window.hit='wiki'>]] #tag<img/src=x/onerror=window.hit='tag'>

```mermaid
flowchart LR
  A["<img src=x onerror=window.hit='mermaid'>"] --> B
  click A href "javascript:window.hit='click'"
```

```mermaid
%%{init: {"securityLevel": "loose", "themeCSS": "} body { display: none } {"}}%%
flowchart LR
  A[<script>window.hit='loose'</script>] --> B
```

```html
<script>window.hit = 'code'</script>
```

| a | b |
|---|---|
| <img src=x onerror="window.hit='cell'"> | ${window.hit='template'} {{hit}} |
"""
TITLE = "<img src=x onerror=\"window.hit='title'\">"


def unharmed(page: Page) -> None:
    page.wait_for_timeout(400)  # what would run, would run by now
    assert page.evaluate("window.hit") is None
    assert page.evaluate("getComputedStyle(document.body).display") != "none"
    expect(page.locator("script:not([src])")).to_have_count(0)
    expect(
        page.locator("main iframe, main object, main embed, main form[action^=http]")
    ).to_have_count(0)
    for address in page.locator("main a[href]").evaluate_all("all => all.map((a) => a.protocol)"):
        assert address in ("http:", "https:", "mailto:")


@pytest.fixture
def hostile(ada: httpx.Client) -> str:
    note = new_note(ada, TITLE, HOSTILE, bucket="<b onclick=window.hit=1>", tags=["<i>", "x"])
    ok(ada.put(f"/api/notes/{note['_id']}", json={"text": HOSTILE + "\nmore\n"}))
    return str(note["_id"])


@pytest.mark.parametrize("mode", ["Rich", "Source"])
def test_in_the_editor(signed_in: Page, hostile: str, mode: str) -> None:
    page = signed_in
    page.goto(f"/app/note/{hostile}")
    expect(page.get_by_role("textbox", name="Title")).to_have_value(TITLE)
    page.get_by_text(mode, exact=True).click()
    unharmed(page)


def test_in_history_search_list_palette_and_trash(
    signed_in: Page, ada: httpx.Client, hostile: str
) -> None:
    page = signed_in
    page.goto(f"/app/note/{hostile}/history")
    expect(page.get_by_role("region", name="What changed")).to_contain_text("more")
    unharmed(page)
    page.goto("/app/search?q=Hello")
    expect(page.get_by_role("link", name=TITLE)).to_be_visible()
    unharmed(page)
    page.keyboard.press("Control+k")
    expect(page.locator(".mantine-Spotlight-action").first).to_contain_text("<img")
    unharmed(page)
    ok(ada.delete(f"/api/notes/{hostile}"), 204)
    page.goto("/app/trash")
    expect(page.get_by_text(TITLE)).to_be_visible()
    unharmed(page)


def test_the_page_has_its_policy(site: Server) -> None:
    with site.client() as client:
        for path in ("/app", "/app/note/x", "/app/sign-in"):
            policy = client.get(path).headers["content-security-policy"]
            parts = dict(one.strip().split(" ", 1) for one in policy.split(";"))
            assert parts["default-src"] == "'none'"
            assert parts["script-src"] == "'self'"
            assert parts["connect-src"] == "'self'"
            assert parts["frame-ancestors"] == "'none'"


def test_a_script_in_the_page_would_not_run(signed_in: Page, watch: Watch) -> None:
    """That the policy is in force, and not only sent."""
    watch.allow("inline script", "policy broken: script-src-elem inline")
    signed_in.goto("/app")
    ran = signed_in.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.hit = true";
          document.body.append(script);
          return window.hit === true;
        }"""
    )
    assert not ran
