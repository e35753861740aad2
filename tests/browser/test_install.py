"""The app can be installed: Chromium finds nothing that speaks against it, and each icon is what the manifest says."""

import struct

import httpx
from playwright.sync_api import Page, expect

from tests.servers import Server


def test_chromium_would_install_it(signed_in: Page) -> None:
    signed_in.goto("/app")
    expect(signed_in.get_by_role("heading", name="All notes")).to_be_visible()
    devtools = signed_in.context.new_cdp_session(signed_in)
    manifest = devtools.send("Page.getAppManifest")
    assert manifest["url"].endswith("/app/manifest.webmanifest")
    assert manifest["errors"] == []
    errors = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # Playwright's contexts are private windows, where nothing is ever installed.
    assert [one["errorId"] for one in errors if one["errorId"] != "in-incognito"] == []


def test_icons_have_the_size_that_is_promised(site: Server) -> None:
    manifest = httpx.get(f"{site.url}/app/manifest.webmanifest").json()
    pictures = [one for one in manifest["icons"] if one["type"] == "image/png"]
    assert {"any", "maskable"} == {one.get("purpose", "any") for one in pictures}
    for one in pictures:
        content = httpx.get(site.url + one["src"]).raise_for_status().content
        width, height = struct.unpack(">II", content[16:24])
        assert one["sizes"] == f"{width}x{height}"
