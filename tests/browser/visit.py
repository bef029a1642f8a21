"""A browser for tests, and a visit with it whose every trace is recorded."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Request,
    ViewportSize,
    WebSocket,
    expect,
    sync_playwright,
)

from browser.chromium import ARGUMENTS, Chromium

PHONE: ViewportSize = {"width": 360, "height": 740}
PATIENCE = 20_000
"""Milliseconds. Other tests may use the same processors."""
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
_STORED = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, history.state, document.title])"


@contextmanager
def launched(chromium: Chromium) -> Iterator[Browser]:
    """Run a browser during the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.executable,
            args=ARGUMENTS,
            env={**os.environ, **chromium.environment},
        )
        expect.set_options(timeout=PATIENCE)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visit:
    """A page in a fresh profile, and what it has sent and said."""

    page: Page
    requests: list[Request] = field(default_factory=list)
    sockets: list[WebSocket] = field(default_factory=list)
    frames_sent: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def carriers(self, text: str) -> list[tuple[str, str]]:
        """Return method and URL of every request that has the text in its URL, headers or body."""
        found = []
        for one in self.requests:
            sent = f"{one.url}\n{one.all_headers()}\n{one.post_data or ''}"
            if text in sent:
                found.append((one.method, one.url))
        return found

    def remains_of(self, text: str) -> list[str]:
        """Return where the text is in the page now, or in what it has said or kept."""
        page = self.page
        places = {
            "document": page.content(),
            "values": str(page.evaluate("[...document.querySelectorAll('input, textarea')].map((one) => one.value)")),
            "storage": str(page.evaluate(_STORED)),
            "address": page.url,
            "console": "\n".join(self.messages),
            "sockets": "\n".join([*(one.url for one in self.sockets), *self.frames_sent]),
        }
        return [place for place, content in places.items() if text in content]

    def hosts(self) -> set[str]:
        """Return the hosts that were asked for something."""
        urls = [one.url for one in self.requests] + [one.url for one in self.sockets]
        return {url.split("/")[2] for url in urls if not url.startswith(("data:", "blob:"))}

    def violations(self) -> str:
        """Return a report of what axe finds wrong with the page as it is; "" if nothing."""
        results = Axe().run(self.page)
        return str(results.generate_report()) if results.violations_count else ""

    def overflows(self) -> bool:
        """Return whether the page has to be scrolled sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


@contextmanager
def visit(browser: Browser, **options: Any) -> Iterator[Visit]:
    """Open a page in a profile of its own during the block; `options` are those of Playwright's new_context."""
    context = browser.new_context(**{"viewport": DESKTOP, "reduced_motion": "reduce", **options})
    try:
        yield _recorded(context)
    finally:
        context.close()


def _recorded(context: BrowserContext) -> Visit:
    made = Visit(context.new_page())

    def opened(socket: WebSocket) -> None:
        made.sockets.append(socket)
        socket.on("framesent", lambda payload: made.frames_sent.append(str(payload)))

    made.page.on("request", lambda request: made.requests.append(request))  # noqa: PLW0108 - Playwright marks its handlers
    made.page.on("websocket", opened)
    made.page.on("console", lambda message: made.messages.append(f"{message.type}: {message.text}"))
    made.page.on("pageerror", lambda error: made.errors.append(str(error)))
    made.page.set_default_timeout(PATIENCE)
    return made
