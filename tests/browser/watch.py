"""What no page may ever do, whatever a test is about."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

REPORT = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy broken: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""

# An API that refuses: Chromium logs it, and tests provoke it.
EXPECTED = re.compile(r"Failed to load resource: .* status of 4\d\d")


class Watch:
    """Collects errors, breaches of the page's policy, and requests to other servers."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self._own = urlsplit(url).netloc
        self.faults: list[str] = []
        self.allowed: list[str] = []  # parts of faults that a test provokes on purpose
        context.add_init_script(REPORT)
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)

    def allow(self, *parts: str) -> None:
        self.allowed += parts

    def check(self) -> None:
        faults = [one for one in self.faults if not any(part in one for part in self.allowed)]
        assert not faults, "\n".join(faults)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not EXPECTED.match(message.text):
            self.faults.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _error(self, error: WebError) -> None:
        self.faults.append(f"thrown: {error.error}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc != self._own:
            self.faults.append(f"asked another server: {request.url}")
