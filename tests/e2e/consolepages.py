"""What a person does on the console's pages, and the screenshots of it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from browser.visit import Visit
from e2e.consolesite import Site

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
_WANTED = "CONSOLE_SCREENSHOTS"

LINUX = {
    "vm_name": "db-01",
    "image_name": "Ubuntu 24.04",
    "gb_ram": "4",
    "cpu_cores": "2",
    "guest_la_uid": "admin",
}
WINDOWS = {
    "vm_name": "web-01",
    "image_name": "Windows Server 2022",
    "gb_ram": "8",
    "cpu_cores": "4",
    "guest_la_uid": "Administrator",
    "vlan_id": "10",
    "guest_v4_ipaddr": "192.168.1.100",
    "guest_v4_cidrprefix": "24",
    "guest_v4_defaultgw": "192.168.1.1",
    "guest_v4_dns1": "192.168.1.10",
    "guest_domain_jointarget": "example.com",
    "guest_domain_joinuid": "svc-domainjoin",
}


def log_in(page: Page, site: Site, token: str | None = None, at: str = "") -> None:
    """Open the console at an address, and log in."""
    page.goto(site.url + at)
    page.get_by_label("Token", exact=True).fill(token or site.token)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


def go(page: Page, site: Site, path: str) -> None:
    """Open a page of the console by its address, and wait until it has been read."""
    page.goto(f"{site.url}#/{path}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("Loading…")).to_have_count(0)


def field(page: Page, name: str) -> Locator:
    """Return the control of a field."""
    return page.locator(f"#field-{name}")


def fill(page: Page, host: str, values: Mapping[str, str], secrets: Mapping[str, str]) -> None:
    """Fill in the form of a new machine."""
    field(page, "target_host").select_option(host)
    for name, value in values.items():
        field(page, name).fill(value)
    for name, value in secrets.items():
        field(page, name).fill(value)


def described(control: Locator) -> str:
    """Return what a screen reader says with a control: the texts that aria-describedby names."""
    ids = (control.get_attribute("aria-describedby") or "").split()
    texts = [control.page.locator(f"#{one}").all_inner_texts() for one in ids]
    return " ".join(text for found in texts for text in found)


def row(page: Page, name: str) -> Locator:
    """Return a machine's row in the list."""
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))


def status(page: Page) -> Locator:
    """Return the state under the heading of a page."""
    return page.locator(".lead .badge").first


def wait_for_status(page: Page, text: str, seconds: float = 60) -> None:
    """Wait until the page shows a state."""
    expect(status(page)).to_have_text(re.compile(text), timeout=seconds * 1000)


def picture(visit: Visit, name: str) -> None:
    """Take a screenshot for the documentation, if this run is asked for them."""
    if _WANTED in os.environ:
        visit.page.screenshot(path=IMAGES / f"console-{name}.png")
