"""Each alert of the chart fires when it should and only then: promtool evaluates them on the operator's metrics."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from controlplane.binaries import find_or_build
from controlplane.commands import CommandFailed, run
from integration.alerts import scenarios
from integration.alerts.recording import TARGET, Scrapes, recorded, scraped

ROOT = Path(__file__).resolve().parents[3]
RULES = ROOT / "charts" / "hyperv-operator" / "alerts" / "rules.yaml"
RUNBOOKS = ROOT / "docs" / "runbooks"
URL = "https://git.example.com/docs/runbooks"
_METRIC = re.compile(r"\bhyperv_operator_\w+")
_COMMON = {name: value for name, value in TARGET.items() if name in ("job", "namespace")}

ALERTS: dict[str, dict[str, Any]] = {
    rule["alert"]: rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]
}


@dataclass(frozen=True)
class Firing:
    """A firing alert: its labels without those of the rule, and the rendered annotations."""

    alert: str
    labels: dict[str, str] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)

    def expected(self) -> dict[str, Any]:
        rule = ALERTS[self.alert]
        annotations = {**rule["annotations"], "runbook_url": f"{URL}/{self.alert}.md"}
        for template, text in self.shown.items():
            annotations = {name: value.replace(template, text) for name, value in annotations.items()}
        return {"exp_labels": {**rule["labels"], **self.labels}, "exp_annotations": annotations}


def _on_host(alert: str, **shown: str) -> Firing:
    labels = {**_COMMON, "host": "hyperv01"}
    return Firing(alert, labels, {"{{ $labels.host }}": "hyperv01", **shown})


def _queue(depth: int) -> Firing:
    labels = {**_COMMON, "lane": "job"}
    return Firing("HyperVQueueNotDraining", labels, {"{{ $labels.lane }}": "job", "{{ $value }}": str(depth)})


def _failing(count: int) -> Firing:
    labels = {**_COMMON, "host": "hyperv01"}
    shown = {"{{ $labels.host }}": "hyperv01", '{{ printf "%.0f" $value }}': str(count)}
    return Firing("HyperVRunsFailing", labels, shown)


def _stale(age: str) -> Firing:
    return Firing("HyperVOperatorWatchStale", TARGET, {"{{ $value | humanizeDuration }}": age})


def _undelivered(age: str) -> Firing:
    labels = {**_COMMON, "target": "chat"}
    shown = {"{{ $labels.target }}": "chat", "{{ $value | humanizeDuration }}": age}
    return Firing("HyperVNotificationsNotDelivered", labels, shown)


UNREACHABLE = _on_host("HyperVHostUnreachable")
ROLLOUT = _on_host("HyperVAgentRolloutStuck")
STALLED = _on_host("HyperVHostStalled")
ABSENT = Firing("HyperVOperatorAbsent")

STORIES: tuple[tuple[Callable[[], Scrapes], dict[int, tuple[Firing, ...]]], ...] = (
    (scenarios.busy_and_well, {30: (), 61: (), 120: ()}),
    (scenarios.unreachable, {14: (), 16: (UNREACHABLE,), 19: (UNREACHABLE,), 21: ()}),
    (scenarios.never_trusted, {11: (UNREACHABLE,), 40: (UNREACHABLE,)}),
    (scenarios.agent_too_old, {29: (), 31: (ROLLOUT,)}),
    (scenarios.agent_missing, {29: (), 31: (ROLLOUT,)}),
    (scenarios.rollout_stopped, {29: (), 31: (ROLLOUT,)}),
    (scenarios.rollout_passes, {14: (), 31: (), 40: ()}),
    (scenarios.another_machine, {9: (), 11: (STALLED,), 40: (STALLED,)}),
    (scenarios.unreadable_spec, {9: (), 11: (STALLED,)}),
    (scenarios.one_machine_fails, {30: (), 120: (_failing(6),)}),
    (partial(scenarios.queue_stands, since=20), {29: (), 45: (), 51: (_queue(3),)}),
    (partial(scenarios.queue_stands, since=0), {19: (), 21: (_queue(3),)}),
    (partial(scenarios.queue_stands, since=61), {21: (), 60: ()}),
    (scenarios.target_is_dead, {20: (), 25: (), 26: (_undelivered("21m 0s"),), 39: (_undelivered("34m 0s"),), 41: ()}),
    (scenarios.watch_stands, {3: (), 5: (), 7: (_stale("7m 0s"),)}),
    (scenarios.operator_goes, {14: (), 16: (ABSENT,), 30: (ABSENT,)}),
)


def _rendered(*options: str) -> list[dict[str, Any]]:
    helm = str(find_or_build(print).helm)
    chart = ["template", "hyperv-operator", str(ROOT / "charts" / "hyperv-operator"), "-n", "hyperv-system"]
    return [one for one in yaml.safe_load_all(run([helm, *chart, "--kube-version", "1.37.0", *options])) if one]


_ON = ("--set", "monitoring.rules.enabled=true", "--set", f"monitoring.rules.runbookUrl={URL}/")


def _rules(*options: str) -> dict[str, Any]:
    (found,) = (one for one in _rendered(*_ON, *options) if one["kind"] == "PrometheusRule")
    return found


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file for promtool with the rules of the chart."""
    file = tmp_path_factory.mktemp("alerts") / "rules.yaml"
    file.write_text(yaml.safe_dump(_rules()["spec"]))
    return file


# --- promtool --------------------------------------------------------------------------------------------------------


def test_promtool_accepts_the_rules(promtool: Path, rules: Path) -> None:
    for file in (rules, RULES):
        assert f"{len(ALERTS)} rules found" in run([str(promtool), "check", "rules", str(file)])


@pytest.mark.parametrize(("story", "moments"), STORIES, ids=lambda value: getattr(value, "__name__", None))
def test_an_alert_fires_when_it_should_and_no_other_does(
    story: Callable[[], Scrapes], moments: dict[int, tuple[Firing, ...]], promtool: Path, rules: Path, tmp_path: Path
) -> None:
    file = tmp_path / "test.yaml"
    file.write_text(yaml.safe_dump(_promtool_test(rules, recorded(story()), moments)))
    assert "SUCCESS" in run([str(promtool), "test", "rules", str(file)])


def _promtool_test(rules: Path, series: list[dict[str, str]], moments: dict[int, tuple[Firing, ...]]) -> dict[str, Any]:
    checks = [
        {
            "eval_time": f"{minute}m",
            "alertname": alert,
            "exp_alerts": [one.expected() for one in firing if one.alert == alert],
        }
        for minute, firing in moments.items()
        for alert in ALERTS
    ]
    test = {"interval": "1m", "input_series": series, "alert_rule_test": checks}
    return {"rule_files": [str(rules)], "evaluation_interval": "1m", "tests": [test]}


def test_every_alert_fires_in_a_scenario() -> None:
    seen = {one.alert for _, moments in STORIES for firing in moments.values() for one in firing}
    assert seen == set(ALERTS)


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def known() -> set[str]:
    """Return the names of all series of the operator."""
    *_, metrics = scenarios.busy_and_well()
    assert metrics
    return {name.partition("{")[0] for name in scraped(metrics)}


def test_every_metric_of_a_rule_exists(known: set[str]) -> None:
    for name, rule in ALERTS.items():
        assert set(_METRIC.findall(rule["expr"])) <= known, name


@pytest.mark.parametrize("page", sorted(RUNBOOKS.glob("*.md")), ids=lambda page: page.stem)
def test_every_metric_of_a_runbook_exists(page: Path, known: set[str]) -> None:
    assert set(_METRIC.findall(page.read_text())) <= known


def test_no_label_of_an_alert_names_a_machine() -> None:
    assert not any("machine" in word for rule in ALERTS.values() for word in re.findall(r"\$labels\.(\w+)", str(rule)))


# --- runbooks --------------------------------------------------------------------------------------------------------


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    assert {page.stem for page in RUNBOOKS.glob("*.md")} == set(ALERTS)


@pytest.mark.parametrize("alert", ALERTS)
def test_a_runbook_has_meaning_diagnosis_and_remedy(alert: str) -> None:
    text = (RUNBOOKS / f"{alert}.md").read_text()
    assert text.startswith(f"# {alert}\n")
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert headings == ["## What it means", "## What the operator shows", "## Likely causes", "## What to do"]
    assert "kubectl " in text


@pytest.mark.parametrize("alert", ALERTS)
def test_no_link_of_a_runbook_is_broken(alert: str) -> None:
    for target, anchor in re.findall(r"\]\(([^)#]*)(?:#([^)]*))?\)", (RUNBOOKS / f"{alert}.md").read_text()):
        page = RUNBOOKS / target
        assert page.is_file(), target
        text = page.read_text()
        headings = {
            re.sub(r"[^a-z0-9 -]", "", line.lower()).replace(" ", "-")
            for line in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        }
        assert not anchor or f'<a id="{anchor}"></a>' in text or anchor in headings, anchor


# --- the chart -------------------------------------------------------------------------------------------------------


def test_resources_of_the_prometheus_operator_are_off_by_default() -> None:
    assert not {one["kind"] for one in _rendered()} & {"PrometheusRule", "ServiceMonitor"}


def test_values_set_labels_and_disable_alerts() -> None:
    rule = _rules(
        *("--set", "monitoring.labels.release=prom", "--set", "monitoring.rules.labels.severity=page"),
        *("--set", "monitoring.rules.disabled={HyperVOperatorAbsent,HyperVOperatorWatchStale}"),
    )
    assert rule["metadata"]["labels"] == {"release": "prom"}
    kept = {one["alert"]: one["labels"] for group in rule["spec"]["groups"] for one in group["rules"]}
    assert set(ALERTS) - set(kept) == {"HyperVOperatorAbsent", "HyperVOperatorWatchStale"}
    assert all(labels == {"severity": "page"} for labels in kept.values())
    assert all(group["rules"] for group in rule["spec"]["groups"])


def test_the_metrics_services_alone_are_scraped() -> None:
    documents = _rendered(
        *("--set", "monitoring.serviceMonitor.enabled=true,admission.enabled=true", *_CERTIFICATE),
        *("--set", "gateway.enabled=true,gateway.certManager.enabled=true"),
    )
    (monitor,) = (one for one in documents if one["kind"] == "ServiceMonitor")
    selector = monitor["spec"]["selector"]
    (names,) = selector["matchExpressions"]
    assert (names["key"], names["operator"]) == ("app.kubernetes.io/name", "In")
    services = [one for one in documents if one["kind"] == "Service"]
    chosen = [
        one
        for one in services
        if selector["matchLabels"].items() <= (labels := one["metadata"].get("labels", {})).items()
        and labels.get(names["key"]) in names["values"]
    ]
    assert len(services) == 4
    assert [one["metadata"]["name"] for one in chosen] == ["hyperv-operator-metrics", "hyperv-operator-gateway-metrics"]
    ports = {port["name"] for one in chosen for port in one["spec"]["ports"]}
    assert ports == {one["port"] for one in monitor["spec"]["endpoints"]}


_CERTIFICATE = ("--set", "admission.certManager.enabled=true")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--set", "monitoring.rules.enabled=true"), "needs monitoring.rules.runbookUrl"),
        ((*_ON, "--set", "monitoring.rules.disabled={HyperVHostUnreachabel}"), "is no alert"),
        (("--set", "monitoring.rules.runbookUrl=docs"), "runbookUrl"),
        (("--set", "monitoring.serviceMonitor.interval=often"), "interval"),
    ],
)
def test_invalid_values_are_refused(options: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandFailed, match=sentence):
        _rendered(*options)
