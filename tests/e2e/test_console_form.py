"""The console's form in a real browser: errors, manifests, a changed schema, and a submission whose answer is lost."""

from __future__ import annotations

import re

import pytest
import yaml
from playwright.sync_api import Route, expect

from browser.visit import Visit
from e2e import consolepages as pages
from e2e import rig
from e2e.consolesite import Stage, site

pytestmark = pytest.mark.timeout(180)

CANARY = "Canary-Form-Pw-1!"


def test_every_error_is_in_a_summary_that_leads_to_its_field(inside: Visit, console: Stage) -> None:
    page = inside.page
    pages.go(page, console.site, "machines/new")
    page.get_by_role("button", name="Create machine").click()
    summary = page.get_by_role("group", name=re.compile("errors to correct"))
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="VM name is required.").click()
    name = pages.field(page, "vm_name")
    expect(name).to_be_focused()
    assert "VM name is required." in pages.described(name)
    name.fill("web_01")
    assert "does not have the expected form" in pages.described(name)
    assert "/jobs/" not in " ".join(one.url for one in inside.requests)
    name.fill("web-02")
    expect(name).not_to_have_attribute("aria-invalid", "true")


def test_a_manifest_has_references_in_place_of_secrets(inside: Visit, console: Stage) -> None:
    page = inside.page
    pages.go(page, console.site, "machines/new")
    pages.fill(page, console.host.name, {**pages.LINUX, "vm_name": "git-01"}, {"guest_la_pw": CANARY})
    page.get_by_role("button", name="Show manifest").click()
    manifest = yaml.safe_load(page.get_by_role("region", name="manifest").inner_text())
    assert manifest["spec"]["secretFields"] == {
        "guest_la_pw": {"secretKeyRef": {"name": "git-01", "key": "guest_la_pw"}}
    }
    expect(page.get_by_role("region", name="command")).to_contain_text("kubectl create secret generic git-01")
    assert inside.carriers(CANARY) == []
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("heading", name="Machines", exact=True, level=1)).to_be_focused()
    assert inside.remains_of(CANARY) == []
    console.plane.apply(manifest, namespace=console.site.namespace)
    console.plane.kubectl("delete", "hvm", "git-01", "-n", console.site.namespace, "--timeout=60s")


def test_a_field_that_is_added_to_the_schema_is_in_the_form(
    visitor: Visit, console: Stage, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("schema")
    schema = yaml.safe_load((rig.ROOT / "Schemas" / "job-inputs.yaml").read_text())
    added = {
        "id": "cost_center",
        "label": "Cost center",
        "description": "Who pays.",
        "hint": "Four digits.",
        "type": "string",
        "required": True,
        "group": "identity",
        "order": 90,
        "validations": {"max_length": 4, "pattern": "^[0-9]{4}$"},
    }
    schema["fields"].append(added)
    (folder / "schema.yaml").write_text(yaml.safe_dump(schema, sort_keys=False))
    settings = {"schema_file": str(folder / "schema.yaml")}
    with site(console.plane, console.site.namespace, folder, **settings) as other:
        pages.log_in(visitor.page, other, at="#/machines/new")
        cost = visitor.page.get_by_label("Cost center")
        cost.fill("12")
        cost.blur()
        assert "does not have the expected form. Four digits." in pages.described(cost)
        cost.fill("1234")
        expect(cost).not_to_have_attribute("aria-invalid", "true")


def test_a_submission_whose_answer_is_lost_is_sent_again_and_makes_one_machine(inside: Visit, console: Stage) -> None:
    page, lost = inside.page, "**/api/v1/jobs/provision"

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route(lost, lose, times=1)
    pages.go(page, console.site, "machines/new")
    pages.fill(page, console.host.name, {**pages.LINUX, "vm_name": "once-01"}, {"guest_la_pw": CANARY})
    page.get_by_role("button", name="Create machine").click()
    expect(page.get_by_role("alert")).to_contain_text("The gateway does not answer")
    page.get_by_role("button", name="Create machine").click()
    expect(page.get_by_role("heading", name="once-01", level=1)).to_be_visible()
    pages.wait_for_status(page, "Ready")
    assert {url.rpartition("/")[2] for _, url in inside.carriers(CANARY)} == {"provision"}
