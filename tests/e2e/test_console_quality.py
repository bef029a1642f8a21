"""The console for everybody: with a keyboard, a screen reader, a phone, in the dark, on a bad line and with very long logs."""

from __future__ import annotations

import json
import time

import pytest
from playwright.sync_api import Browser, Page, Route, WebSocketRoute, expect

from browser.visit import PHONE, Visit, visit
from e2e import consolepages as pages
from e2e import rig
from e2e.consolesite import Stage, site
from e2e.gateway import gateway

pytestmark = pytest.mark.timeout(180)

PLACES = ("machines", "machines/new", "hosts", "hosts/hyperv01.local", "executor", "notifications", "nowhere")
LINES = 8_000


def _open_machine(page: Page, console: Stage, name: str) -> None:
    """Open the page of a machine that is ready."""
    rig.wait_ready(console.plane, console.site.namespace, name)
    pages.go(page, console.site, "machines")
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    pages.wait_for_status(page, "Ready")


@pytest.fixture(scope="module")
def machine(console: Stage) -> str:
    """Provide the name of a machine that is on its way to be ready."""
    console.create("quality-01")
    return "quality-01"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_and_no_page_is_wider_than_a_phone(
    browser: Browser, console: Stage, machine: str, theme: str
) -> None:
    with visit(browser, color_scheme=theme) as visitor:
        page = visitor.page
        page.goto(console.site.url)
        expect(page.get_by_label("Token", exact=True)).to_be_visible()
        found = {"login": visitor.violations()}
        pages.log_in(page, console.site)
        for place in PLACES:
            pages.go(page, console.site, place)
            found[place] = visitor.violations()
        pages.go(page, console.site, "machines/new")
        page.get_by_role("button", name="Create machine").click()
        found["errors"] = visitor.violations()
        _open_machine(page, console, machine)
        found["machine"] = visitor.violations()
        page.get_by_role("button", name="Delete…").click()
        found["dialog"] = visitor.violations()
        assert {place: report for place, report in found.items() if report} == {}
        page.keyboard.press("Escape")
        page.set_viewport_size(PHONE)
        wide = []
        for place in PLACES:
            pages.go(page, console.site, place)
            wide += [place] * visitor.overflows()
        _open_machine(page, console, machine)
        assert (wide, visitor.overflows()) == ([], False)
        assert visitor.violations() == ""
        if theme == "dark":
            pages.picture(visitor, "phone")


def test_everything_is_reached_with_the_keyboard(visitor: Visit, console: Stage, machine: str) -> None:
    page = visitor.page
    page.goto(console.site.url)
    expect(page.get_by_label("Token", exact=True)).to_be_focused()
    page.keyboard.insert_text(console.site.token)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Machines", exact=True, level=1)).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name=machine)).to_be_visible()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="New machine")).to_be_focused()
    _open_machine(page, console, machine)
    expect(page.get_by_role("heading", name=machine, level=1)).to_be_focused()
    delete = page.get_by_role("button", name="Delete…")
    delete.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("textbox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(delete).to_be_focused()


def test_a_refused_token_leads_back_to_the_same_page_after_the_login(
    visitor: Visit, console: Stage, machine: str
) -> None:
    page = visitor.page
    pages.log_in(page, console.site)
    _open_machine(page, console, machine)
    address = page.url
    page.evaluate("sessionStorage.setItem('token', 'expired')")
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("Your session has ended")
    page.get_by_label("Token", exact=True).fill(console.site.token)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name=machine, level=1)).to_be_visible()
    assert page.url == address


def test_a_lost_connection_is_announced_and_restored(
    visitor: Visit, console: Stage, tmp_path_factory: pytest.TempPathFactory
) -> None:
    page, namespace, folder = visitor.page, console.site.namespace, tmp_path_factory.mktemp("lost")
    with site(console.plane, namespace, folder) as first:
        port = first.url.rstrip("/").rpartition(":")[2]
        pages.log_in(page, first)
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Offline")).to_be_visible()
    console.create("meanwhile-01")
    with gateway(console.plane, folder / "second.log", default_namespace=namespace, port=port):
        expect(page.get_by_text("Live", exact=True)).to_be_visible(timeout=40_000)
        expect(page.get_by_text("Offline")).to_have_count(0)
        expect(pages.row(page, "meanwhile-01")).to_be_visible()


def test_a_very_long_log_stays_searchable_and_text_of_the_host_stays_text(
    visitor: Visit, console: Stage, machine: str
) -> None:
    page = visitor.page
    pages.log_in(page, console.site)

    def flood(route: WebSocketRoute) -> None:
        for number in range(1, LINES + 1):
            text = f"line {number} <img src=x onerror=alert(1)>"
            entry = {"id": f"aaaa-{number:08}", "at": "2026-01-01T00:00:00Z", "run": "r", "type": "line", "text": text}
            route.send(json.dumps({"id": f"1~aaaa-{number:08}", "type": "log", "entry": entry}))
        step = {
            "id": f"aaaa-{LINES + 1:08}",
            "run": "r",
            "type": "step",
            "step": "CopyImage",
            "state": "progress",
            "percent": 42,
        }
        route.send(json.dumps({"id": "1", "type": "log", "entry": {**step, "at": "2026-01-01T00:00:01Z"}}))

    page.route_web_socket("**/jobs/*/stream*", flood)
    _open_machine(page, console, machine)
    log = page.get_by_role("region", name="Log")
    expect(log).to_contain_text(f"line {LINES} <img src=x onerror=alert(1)>", timeout=30_000)
    expect(page.get_by_role("progressbar", name="Copy image: progress")).to_have_js_property("value", 42)
    assert log.locator("img").count() == 0
    assert log.locator(".line").count() <= 1_000
    began = time.monotonic()
    page.get_by_label("Search the log").fill("line 1234 <")
    expect(page.get_by_text(f"1 of {LINES + 1} lines", exact=True)).to_be_visible()
    assert time.monotonic() - began < 5
    expect(log.locator(".line")).to_have_count(1)
    page.get_by_label("Search the log").fill("")
    page.get_by_role("button", name="Show 500 earlier lines").click()
    assert log.locator(".line").count() == 1_000


def test_the_log_of_an_earlier_run_is_read_on_demand(visitor: Visit, console: Stage, machine: str) -> None:
    page = visitor.page
    pages.log_in(page, console.site)
    _open_machine(page, console, machine)
    run = page.get_by_label("Run", exact=True)
    run.select_option(index=1)
    log = page.get_by_role("region", name="Log")
    expect(log).to_contain_text("Run completed")
    expect(page.get_by_role("button", name="Following")).to_have_count(0)
    assert any("/log?run=" in one.url for one in visitor.requests)
    run.select_option("")
    expect(page.get_by_role("button", name="Following")).to_be_visible()


def test_a_host_is_cordoned_by_who_may_and_shows_what_it_has(visitor: Visit, console: Stage, machine: str) -> None:
    page, host = visitor.page, console.host.name
    rule = {"apiGroups": ["hyperv-operator.io"], "resources": ["hypervhosts"], "verbs": ["patch"]}
    rig.wait_ready(console.plane, console.site.namespace, machine)
    pages.log_in(page, console.site)
    pages.go(page, console.site, f"hosts/{host}")
    expect(page.get_by_role("button", name="Cordon")).to_have_count(0)
    expect(page.get_by_role("table", name="VMs of the host")).to_contain_text(f"{console.site.namespace}/{machine}")
    expect(page.get_by_text("Windows Server 2022", exact=True)).to_be_visible()
    console.allow("cordon", rule)
    page.reload()
    page.get_by_role("button", name="Cordon").click()
    expect(page.get_by_text("Cordoned")).to_be_visible()
    assert console.host_spec()["cordoned"] is True
    pages.picture(visitor, "host")
    page.get_by_role("button", name="Uncordon").click()
    expect(page.get_by_text("Cordoned")).to_have_count(0)


def test_the_executor_and_what_happened_are_shown(visitor: Visit, console: Stage, machine: str) -> None:
    page = visitor.page
    pages.log_in(page, console.site)
    rig.wait_ready(console.plane, console.site.namespace, machine)
    pages.go(page, console.site, "executor")
    expect(page.get_by_role("heading", name="Lane “job”")).to_be_visible()
    ended = page.get_by_role("table", name="Calls that have ended, by category and result")
    expect(ended.get_by_role("row", name="provision")).to_contain_text("ok")
    pages.go(page, console.site, "notifications")
    expect(page.get_by_role("listitem").filter(has_text=f"{console.site.namespace}/{machine}").first).to_be_visible()
    expect(page.get_by_text("GuestConfigured").first).to_be_visible()
    pages.go(page, console.site, "executor")

    def answer(route: Route) -> None:
        second = "continue=" in route.request.url
        item = {
            "id": "b" if second else "a",
            "object": {"kind": "HyperVHost", "namespace": None, "name": console.host.name, "uid": "u"},
            "job_id": None,
            "at": "2026-01-01T00:00:00Z",
            "reason": "Reachable" if second else "Unreachable",
            "severity": "Normal" if second else "Warning",
            "message": "The host <b>answers</b>." if second else "The host does not answer.",
        }
        route.fulfill(json={"items": [item], "continue": None if second else "next"})

    page.route("**/api/v1/notifications?*", answer)
    pages.go(page, console.site, "notifications")
    expect(page.get_by_role("listitem").filter(has_text="Unreachable")).to_contain_text("Warning")
    page.get_by_role("button", name="Show more").click()
    expect(page.get_by_text("The host <b>answers</b>.")).to_be_visible()
    expect(page.get_by_role("button", name="Show more")).to_have_count(0)
    assert visitor.violations() == ""
    with page.expect_request("**/api/v1/notifications?*severity=Warning*"):
        page.get_by_label("Severity").select_option("Warning")
    expect(page).to_have_url(f"{console.site.url}#/notifications?severity=Warning")
