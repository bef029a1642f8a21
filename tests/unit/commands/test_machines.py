"""`validate` reports every mistake of a machine with its line, and shows no secret."""

from __future__ import annotations

from typing import Any

import pytest

from unit.commands.samples import Check, Run, dump, machine

TEXT = """\
apiVersion: hyperv-operator.io/v1alpha1
kind: HyperVMachine
metadata: {name: web-01, namespace: team-a}
spec:
  schemaVersion: 1
  targetHost: hyperv01
  fields:
    vm_name: web-01
    image_name: Ubuntu 24.04
    gb_ram: 4
    cpu_cores: 2
    guest_la_uid: admin
  secretFields:
    guest_la_pw: {secretKeyRef: {name: web-01, key: password}}
"""


def _swap(old: str, new: str) -> str:
    assert TEXT.count(old) == 1
    return TEXT.replace(old, new)


def test_a_valid_machine_has_no_findings(check: Check) -> None:
    outcome = check(TEXT)
    assert (outcome.code, outcome.findings) == (0, [])


@pytest.mark.parametrize(
    ("text", "line", "field", "code"),
    [
        (_swap("gb_ram: 4", "gb_ram: 0"), 10, "spec.fields.gb_ram", "range"),
        (_swap("gb_ram: 4", "gb_ram: '4'"), 10, "spec.fields.gb_ram", "type"),
        (_swap("gb_ram: 4", "gb_ram: 4.5"), 10, "spec.fields.gb_ram", "type"),
        (_swap("    gb_ram: 4\n", ""), 7, "spec.fields.gb_ram", "required"),
        (_swap("gb_ram: 4", "gb_ram:"), 10, "spec.fields.gb_ram", "required"),
        (_swap("gb_ram: 4", "gb_ram: 4\n    gb_ram: 5"), 11, "spec.fields.gb_ram", "repeated"),
        (_swap("vm_name: web-01", "vm_name: 0123"), 8, "spec.fields.vm_name", "type"),
        (_swap("vm_name: web-01", "vm_name: on"), 8, "spec.fields.vm_name", "type"),
        (_swap("vm_name: web-01", "vm_name: y"), 8, "spec.fields.vm_name", "type"),
        (_swap("vm_name: web-01", "vm_name: 1_000"), 8, "spec.fields.vm_name", "type"),
        (_swap("vm_name: web-01", "vm_name: web_01"), 8, "spec.fields.vm_name", "pattern"),
        (_swap("vm_name: web-01", "vm_name: ' web-01'"), 8, "spec.fields.vm_name", "pattern"),
        (_swap("vm_name: web-01", "vm_name: |\n      web-01"), 8, "spec.fields.vm_name", "pattern"),
        (_swap("gb_ram: 4", "gb_ram: 4\n    os_family: Linux"), 11, "spec.fields.os_family", "enum"),
        (_swap("gb_ram: 4", "gb_ram: 4\n    guest_v4_dns2: ''"), 11, "spec.fields.guest_v4_dns2", "ipv4"),
        (_swap("vm_name: web-01", "vm_name: !secret web-01"), 8, "spec.fields.vm_name", "tag"),
        (_swap("image_name: Ubuntu 24.04", "image_name: Haiku"), 7, "spec.fields.os_family", "unknown_family"),
        (
            _swap("gb_ram: 4", "gb_ram: 4\n    guest_v4_ipaddr: 10.0.0.9"),
            7,
            "spec.fields.guest_v4_cidrprefix",
            "incomplete_set",
        ),
        (_swap("gb_ram: 4", "gb_ram: 4\n    vlan: 4"), 11, "spec.fields.vlan", "unknown"),
        (_swap("gb_ram: 4", "gb_ram: 4\n    guest_la_pw: x"), 11, "spec.fields.guest_la_pw", "secret_inline"),
        (_swap("schemaVersion: 1", "schemaVersion: 2"), 5, "spec.schemaVersion", "schema_version"),
        (_swap("schemaVersion: 1", "schemaVersion: '1'"), 5, "spec.schemaVersion", "type"),
        (_swap("  schemaVersion: 1\n", ""), 4, "spec.schemaVersion", "required"),
        (_swap("targetHost: hyperv01", "targetHost: Hyper_V"), 6, "spec.targetHost", "pattern"),
        (_swap("targetHost: hyperv01", "targethost: hyperv01"), 6, "spec.targethost", "unknown_key"),
        (_swap("  schemaVersion: 1", "  powerState: Off\n  schemaVersion: 1"), 5, "spec.powerState", "enum"),
        (_swap("  schemaVersion: 1", "  paused: 'true'\n  schemaVersion: 1"), 5, "spec.paused", "type"),
        (
            _swap("guest_la_pw: {secretKeyRef: {name: web-01, key: password}}", ""),
            13,
            "spec.secretFields.guest_la_pw",
            "required",
        ),
        (_swap(", key: password", ""), 14, "spec.secretFields.guest_la_pw.secretKeyRef.key", "required"),
        (
            _swap("name: web-01, key", "name: Web, key"),
            14,
            "spec.secretFields.guest_la_pw.secretKeyRef.name",
            "pattern",
        ),
        (_swap("guest_la_pw: {secretKeyRef: {name: web-01, key: password}}", "[]"), 13, "spec.secretFields", "type"),
        (_swap("{secretKeyRef: {name: web-01, key: password}}", "[]"), 14, "spec.secretFields.guest_la_pw", "type"),
        (_swap("guest_la_pw: {", "guest_la_uid: {"), 14, "spec.secretFields.guest_la_uid", "not_secret"),
        (_swap("metadata: {name: web-01, namespace: team-a}", "metadata: {}"), 3, "metadata.name", "required"),
        (_swap("{name: web-01, namespace", "{name: Web-01, namespace"), 3, "metadata.name", "pattern"),
        (_swap("namespace: team-a}", "labels: {tier: 1}}"), 3, "metadata.labels.tier", "type"),
        (_swap("spec:\n", "specs:\n"), 4, "specs", "unknown_key"),
        (_swap("spec:\n", "specs:\n"), 1, "spec", "required"),
        (_swap("io/v1alpha1", "io/v1"), 1, "apiVersion", "api_version"),
        (_swap("hyperv-operator.io/v1alpha1", "v1"), 1, "apiVersion", "api_version"),
        (_swap("kind: HyperVMachine", "kind: HyperVMachines"), 2, "kind", "kind"),
        (_swap("gb_ram: 4", "gb_ram: {{ .Values.ram }}"), 10, "spec.fields.gb_ram", "template"),
    ],
)
def test_each_mistake_is_reported_at_its_line(check: Check, text: str, line: int, field: str, code: str) -> None:
    outcome = check(text)
    assert outcome.code == 1
    assert (line, field, code) in outcome.reported, outcome.out


@pytest.mark.parametrize(
    ("written", "taken"),
    [("8.0", True), ("8e0", True), ("0x8", True), ("+8", True), ("'8'", False), ("!!str 8", False), ("yes", False)],
)
def test_numbers_are_read_as_kubectl_reads_them(check: Check, written: str, taken: bool) -> None:
    assert (check(_swap("gb_ram: 4", f"gb_ram: {written}")).code == 0) is taken


@pytest.mark.parametrize("written", ["2024-01-01", "1-30", "'123a'", "!!str 123a", "e5"])
def test_dates_and_similar_values_are_text(check: Check, written: str) -> None:
    assert check(_swap("vm_name: web-01", f"vm_name: {written}")).findings == []


def test_keys_after_a_merge_override_it(check: Check) -> None:
    merged = _swap("  fields:\n", "  fields:\n    <<: {gb_ram: 0, vlan_id: 9999}\n")
    assert check(merged).reported == [(8, "spec.fields.vlan_id", "range")]


def test_an_octal_number_is_a_warning_that_strict_makes_an_error(check: Check) -> None:
    text = _swap("gb_ram: 4", "gb_ram: 010")
    loose, strict = check(text), check(text, options=("--strict",))
    assert [(one["code"], one["severity"]) for one in loose.findings] == [("octal", "warning")]
    assert [(one["code"], one["severity"]) for one in strict.findings] == [("octal", "error")]
    assert (loose.code, strict.code) == (0, 1)


def test_a_field_that_does_not_apply_is_a_warning_at_its_line(check: Check) -> None:
    text = _swap("gb_ram: 4", "gb_ram: 4\n    guest_domain_joinuid: join\n    guest_domain_jointarget: example.com")
    outcome = check(text)
    assert outcome.code == 0
    assert {(one["line"], one["severity"]) for one in outcome.findings} == {(11, "warning"), (12, "warning")}


def test_a_mistyped_field_gets_a_suggestion(check: Check) -> None:
    (finding,) = check(_swap("gb_ram: 4", "gb_ram: 4\n    vlan_idd: 10")).findings
    assert "Did you mean vlan_id?" in finding["message"]
    assert "drops it silently" in finding["message"]


def test_all_mistakes_are_reported_at_once(check: Check) -> None:
    text = _swap("gb_ram: 4", "gb_ram: 0").replace("cpu_cores: 2", "cpu_cores: two").replace("hyperv01", "Host!")
    fields = [field for _, field, _ in check(text).reported]
    assert fields == ["spec.targetHost", "spec.fields.gb_ram", "spec.fields.cpu_cores"]


CANARY = "canary-7Q2x"


@pytest.mark.parametrize("form", ["text", "json", "github"])
@pytest.mark.parametrize(
    "text",
    [
        _swap("gb_ram: 4", f"gb_ram: 4\n    guest_la_pw: {CANARY}"),
        _swap("gb_ram: 4", f"gb_ram: 4\n    guest_la_pw: {{{CANARY}: 1, {CANARY}: 2}}"),
        _swap("gb_ram: 4", f"gb_ram: 4\n    guest_la_pw: !{CANARY} x"),
        _swap("gb_ram: 4", f"gb_ram: 4\n    guest_la_pw: *{CANARY}"),
        _swap("gb_ram: 4", f"gb_ram: 4\n    guest_la_pw: '{CANARY}\n  x: y"),
        _swap("gb_ram: 4", f"gb_ram: 4\n    guest_la_pw: %{CANARY}: @{CANARY}"),
        _swap("{secretKeyRef: {name: web-01, key: password}}", CANARY),
        _swap("{secretKeyRef: {name: web-01, key: password}}", f"{{value: {CANARY}}}"),
        _swap("{secretKeyRef: {name: web-01, key: password}}", f"{{{CANARY}: 1}}"),
        _swap("{secretKeyRef: {name: web-01, key: password}}", f"{{secretKeyRef: {{{CANARY}: 1}}}}"),
        _swap("key: password", f"key: '{CANARY} !'"),
        _swap("key: password", f"key: [{CANARY}]"),
        f"apiVersion: v1\nkind: Secret\nmetadata: {{name: x}}\nstringData: {{a: {CANARY}, b: !x {CANARY}}}\n---\n{TEXT}x: y\n",
    ],
)
def test_no_secret_is_ever_shown(run: Run, tmp_path: Any, text: str, form: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    outcome = run("validate", "a.yaml", "-o", form)
    assert outcome.code == 1
    assert CANARY not in outcome.out + outcome.err


def test_the_schema_of_the_command_line_is_used(check: Check, tmp_path: Any, make_schema: Any) -> None:
    (tmp_path / "schema.yaml").write_text(make_schema("maximum: 12288", "maximum: 16"))
    outcome = check(dump(machine(gb_ram=32)), options=("--schema", "schema.yaml"))
    assert [field for _, field, _ in outcome.reported] == ["spec.fields.gb_ram"]
