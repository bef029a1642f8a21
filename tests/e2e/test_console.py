"""The console in a real browser: from login to deletion, and what becomes of secrets on the way."""

from __future__ import annotations

import re

import pytest
import yaml
from playwright.sync_api import expect

from browser.visit import Visit
from e2e import consolepages as pages
from e2e import rig
from e2e.consolesite import Stage, person

pytestmark = pytest.mark.timeout(180)

CANARY = "Canary-Console-Pw-1!"
JOIN_CANARY = "Canary-Join-Pw-2!"
CANARIES = (CANARY, JOIN_CANARY)
HANGS_AT = "CopyProvisioningISO"


def test_only_a_token_that_kubernetes_accepts_lets_in(visitor: Visit, console: Stage) -> None:
    page, token = visitor.page, console.site.token
    answer = page.goto(console.site.url)
    assert answer is not None
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in answer.headers["content-security-policy"]
    expect(page.get_by_text("kubectl create token")).to_be_visible()
    page.get_by_label("Token", exact=True).fill("not-a-token")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("does not accept this token")
    page.get_by_label("Token", exact=True).fill("")
    pages.picture(visitor, "login")
    pages.log_in(page, console.site)
    expect(page.get_by_role("heading", name="Machines", exact=True, level=1)).to_be_visible()
    assert visitor.remains_of(token) == ["storage"]
    page.reload()
    expect(page.get_by_role("heading", name="Machines", exact=True, level=1)).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_label("Token", exact=True)).to_be_focused()
    assert visitor.remains_of(token) == []
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0


def test_a_windows_machine_joins_a_domain_from_the_form_to_ready_to_deleted(inside: Visit, console: Stage) -> None:
    page = inside.page
    page.get_by_role("link", name="New machine").click()
    expect(page.get_by_role("heading", name="New machine")).to_be_focused()
    wrong = {**pages.WINDOWS, "guest_v4_defaultgw": "192.168.2.1"}
    pages.fill(page, console.host.name, wrong, {"guest_la_pw": CANARY, "guest_domain_joinpw": JOIN_CANARY})
    gateway = pages.field(page, "guest_v4_defaultgw")
    gateway.blur()
    expect(gateway).to_have_attribute("aria-invalid", "true")
    assert "is not inside the network" in pages.described(gateway)
    gateway.scroll_into_view_if_needed()
    pages.picture(inside, "error")
    gateway.fill("192.168.1.1")
    expect(gateway).not_to_have_attribute("aria-invalid", "true")
    page.evaluate("scrollTo(0, 0)")
    pages.picture(inside, "new-machine")

    console.host.faults.hang_at = HANGS_AT
    page.get_by_role("button", name="Create machine").click()
    expect(page.get_by_role("heading", name="web-01", level=1)).to_be_focused()
    log = page.get_by_role("region", name="Log")
    expect(log).to_contain_text("CopyImage progress")
    pages.picture(inside, "running")
    expect(page.locator(".step-started")).to_contain_text("Copy provisioning ISO")
    expect(page.locator(".step-completed").filter(has_text="Copy image")).to_be_visible()
    console.host.faults.hang_at = None
    pages.wait_for_status(page, "Ready")
    expect(log).to_contain_text("Run completed")
    expect(page.locator(".outcome")).to_contain_text("completed")
    expect(page.get_by_text("192.168.1.100").first).to_be_visible()
    expect(page.locator(".event").first).to_contain_text("GuestConfigured")
    pages.picture(inside, "ready")
    for canary in CANARIES:
        assert inside.remains_of(canary) == []
        assert inside.carriers(canary) == [("POST", f"{console.site.url}api/v1/jobs/provision")]
    (vm,) = [one for one in console.host.world.vms.values() if one.received and one.name == "web-01"]
    assert vm.received is not None
    assert vm.received["fields"]["guest_domain_joinpw"] == JOIN_CANARY

    page.get_by_role("button", name="Delete…").click()
    dialog = page.get_by_role("dialog")
    confirm = dialog.get_by_role("button", name="Delete machine")
    expect(confirm).to_be_disabled()
    dialog.get_by_role("textbox").fill("web-0")
    expect(confirm).to_be_disabled()
    dialog.get_by_role("textbox").fill("web-01")
    confirm.click()
    expect(page.get_by_text("The machine has been deleted").first).to_be_visible(timeout=60_000)
    rig.wait_gone(console.plane, console.site.namespace, "web-01")
    assert inside.hosts() == {console.site.url.split("/")[2]}
    assert [canary for canary in CANARIES if canary in console.operator_log.read_text()] == []


def test_a_linux_machine_takes_its_password_from_an_existing_secret(inside: Visit, console: Stage) -> None:
    page, namespace = inside.page, console.site.namespace
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "shared"}, "stringData": {"admin": CANARY}}
    console.plane.apply(secret, namespace=namespace)
    pages.go(page, console.site, "machines/new")
    expect(page.get_by_role("group", name="Domain join", exact=True)).to_be_visible()
    expect(page.get_by_role("group", name="Automation")).to_be_visible()
    pages.fill(page, console.host.name, pages.LINUX, {})
    expect(page.get_by_role("group", name="Domain join", exact=True)).to_have_count(0)
    assert "Ubuntu 24.04" in page.locator("datalist option").evaluate_all("all => all.map((one) => one.value)")
    password = page.get_by_role("group", name="Local administrator password")
    password.get_by_label("New value").check()
    pages.field(page, "guest_la_pw").fill(JOIN_CANARY)
    password.get_by_label("Existing Secret").check()
    password.get_by_label("Secret", exact=True).select_option("shared")
    password.get_by_label("Key").select_option("admin")
    page.get_by_role("button", name="Create machine").click()
    expect(page.get_by_role("heading", name="db-01", level=1)).to_be_visible()
    pages.wait_for_status(page, "Ready")
    spec = rig.machine(console.plane, namespace, "db-01")["spec"]
    assert spec["secretFields"] == {"guest_la_pw": {"secretKeyRef": {"name": "shared", "key": "admin"}}}
    # What was typed before the choice of a Secret never left the page, and the Secret's value never came to it.
    assert [inside.carriers(one) + inside.remains_of(one) for one in CANARIES] == [[], []]

    page.get_by_text("Manifest for Git").click()
    manifest = yaml.safe_load(page.get_by_role("region", name="manifest").inner_text())
    assert manifest["spec"]["fields"]["vm_name"] == "db-01"
    assert "status" not in manifest

    pages.go(page, console.site, "machines")
    expect(pages.row(page, "db-01")).to_contain_text("Ready")
    page.get_by_label("Status").select_option("stalled")
    expect(page.get_by_text("No machine matches the filters.")).to_be_visible()
    page.get_by_role("link", name="Show all machines").click()
    console.host.faults.hang_at = HANGS_AT
    console.create("other-01")
    expect(pages.row(page, "other-01")).to_contain_text("Copy provisioning ISO")
    pages.picture(inside, "machines")
    console.host.faults.hang_at = None
    expect(pages.row(page, "other-01")).to_contain_text("Ready", timeout=60_000)
    page.get_by_role("searchbox", name="Name").fill("db")
    expect(pages.row(page, "other-01")).to_have_count(0)
    expect(pages.row(page, "db-01")).to_be_visible()
    page.get_by_role("searchbox", name="Name").fill("")
    expect(pages.row(page, "other-01")).to_be_visible()


def test_what_an_account_may_not_do_is_not_offered(visitor: Visit, console: Stage) -> None:
    page, namespace = visitor.page, console.site.namespace
    console.create("seen-01")
    token = person(console.plane, namespace, "viewer", roles=("hyperv-operator-view",), hosts=False)
    pages.log_in(page, console.site, token)
    expect(pages.row(page, "seen-01")).to_be_visible()
    assert page.get_by_role("navigation").get_by_role("link").all_inner_texts() == ["Machines", "Notifications"]
    expect(page.get_by_role("link", name="New machine")).to_have_count(0)
    page.get_by_role("link", name="seen-01").click()
    expect(page.get_by_role("region", name="Log")).to_contain_text("started")
    expect(page.get_by_role("button", name="Delete…")).to_have_count(0)
    pages.go(page, console.site, "hosts")
    expect(page.get_by_role("alert")).to_contain_text("Forbidden")


def test_a_machine_that_a_person_has_to_help_says_why_and_what_to_do(inside: Visit, console: Stage) -> None:
    page = inside.page
    console.create("help-01", image_name="Windows Missing")
    page.get_by_role("link", name="help-01").click()
    pages.wait_for_status(page, "Stalled")
    expect(page.get_by_text("ImageNotFound").first).to_be_visible()
    expect(page.get_by_text("it has: Ubuntu 24.04, Windows Server 2022").first).to_be_visible()
    expect(page.get_by_role("link", name="More about ImageNotFound")).to_have_attribute("href", re.compile("^https://"))
    # A machine that cannot start holds no name; one that was launched does.
    console.create("taken-01")
    rig.wait_ready(console.plane, console.site.namespace, "taken-01")
    pages.go(page, console.site, "machines/new")
    values = {**pages.LINUX, "vm_name": "taken-01"}
    pages.fill(page, console.host.name, values, {"guest_la_pw": CANARY})
    page.get_by_role("button", name="Create machine").click()
    taken = page.get_by_role("link", name=re.compile("already held on this host by HyperVMachine 'taken-01'"))
    taken.click()
    expect(pages.field(page, "vm_name")).to_be_focused()
    pages.field(page, "vm_name").fill("help-02")
    pages.field(page, "name").fill("help-01")
    page.get_by_role("button", name="Create machine").click()
    page.get_by_role("link", name="Show that machine").click()
    expect(page.get_by_role("heading", name="help-01", level=1)).to_be_visible()
    assert inside.carriers(CANARY) + inside.remains_of(CANARY) == []
