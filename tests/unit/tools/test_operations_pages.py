"""The pages on settings and metrics are complete, and say what the code says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import yaml
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from pydantic import Field
from pydantic.fields import FieldInfo
from reference import metrics, settings
from typing_extensions import override

from hyperv_operator.gateway.metrics import GatewayMetrics
from hyperv_operator.gateway.settings import GatewaySettings
from hyperv_operator.settings import Settings
from hyperv_operator.telemetry.metrics import PrometheusMetrics

ROOT = Path(__file__).resolve().parents[3]
RULES = ROOT / "charts" / "hyperv-operator" / "alerts" / "rules.yaml"
PAGES = ROOT / "docs"


def _variables() -> list[str]:
    operator = [settings.variable(name) for name in Settings.model_fields]
    return operator + [settings.variable(name, GatewaySettings) for name in GatewaySettings.model_fields]


# --- settings --------------------------------------------------------------------------------------------------------


def test_every_setting_has_a_row_with_a_meaning() -> None:
    rows = re.findall(r"^\| `(HVO_\w+)` \|.*\| ([^|]*) \|$", settings.render(), re.MULTILINE)
    assert [name for name, _ in rows] == _variables()
    assert [name for name, meaning in rows if not meaning.endswith(".")] == []


@pytest.mark.parametrize(
    ("annotation", "kind", "limits"),
    [
        (Annotated[float, Field(gt=0, le=10)], "number", "more than 0, at most 10"),
        (Annotated[int, Field(ge=1, le=9)], "integer", "1 to 9"),
        (float | None, "number", ""),
        (Annotated[float, Field(gt=0)], "number", "more than 0"),
        (Annotated[str, Field(min_length=1, max_length=5)], "string", "1 to 5 characters"),
        (Literal["A", "B"], "string", "one of `A`, `B`"),
        (tuple[str, ...], "comma-separated list", ""),
        (Path | None, "path", ""),
    ],
)
def test_types_and_limits_are_in_words(annotation: Any, kind: str, limits: str) -> None:
    field = FieldInfo.from_annotation(annotation)
    assert (settings.kind_of(field), settings.limits(field)) == (kind, limits)


def test_a_type_without_a_description_is_an_error() -> None:
    with pytest.raises(LookupError, match="bytes"):
        settings.kind_of(FieldInfo.from_annotation(bytes))


def test_every_setting_that_a_page_or_the_chart_names_exists() -> None:
    known = set(_variables())
    named = re.compile(r"\bHVO_[A-Z_]*[A-Z]\b")
    files = [*PAGES.rglob("*.md"), *(ROOT / "charts").rglob("*.yaml"), ROOT / "README.md", ROOT / "CHANGELOG.md"]
    strange = {
        (path.name, name)
        for path in files
        for name in named.findall(path.read_text(encoding="utf-8"))
        if name not in known and not name.startswith("HVO_SECRET")
    }
    assert strange == set()


def test_every_key_of_the_charts_settings_that_a_page_names_exists() -> None:
    known = {name.upper() for model in (Settings, GatewaySettings) for name in model.model_fields}
    named = {key for path in PAGES.rglob("*.md") for key in re.findall(r"settings\.([A-Z_]+)", path.read_text())}
    assert named - known == set()


# --- metrics ---------------------------------------------------------------------------------------------------------


def _fed() -> PrometheusMetrics:
    fed = PrometheusMetrics()
    fed.reconciled("HyperVMachine", "acted", 0.1)
    fed.call_refused("hyperv01")
    fed.watch_age(3)
    fed.host_conditions("hyperv01", {"Ready": ("True", "Ready")})
    fed.task_finished("job", "provision", "ok", 1)
    return fed


def test_the_labels_are_those_that_are_scraped() -> None:
    told = {one.name: set(one.labels) for one in metrics.families(PrometheusMetrics())}
    scraped = {
        f"{family.name}_total" if family.type == "counter" else family.name: set(family.samples[0].labels) - {"le"}
        for family in _fed().registry.collect()
        if family.samples and family.name.startswith("hyperv_")
    }
    assert {"hyperv_operator_watch_age_seconds", "hyperv_operator_calls_refused_total"} < set(scraped)
    assert {"hyperv_operator_hosts", "hyperv_operator_reconcile_duration_seconds"} < set(scraped)
    assert {name: told[name] for name in scraped} == scraped


def test_a_metric_of_another_owner_is_left_out() -> None:
    fed = _fed()
    fed.registry.register(_Foreign())
    assert "process_things" not in {one.name for one in metrics.families(fed)}


class _Foreign(Collector):
    @override
    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("process_things", "Not ours.", value=1)


def test_every_metric_has_a_meaning_and_every_alert_is_at_a_metric() -> None:
    page = metrics.render(RULES)
    rows = re.findall(r"^\| `(hyperv_operator_\w+)` \| \w+ \| [^|]* \| ([^|]*) \| [^|]*\|$", page, re.MULTILINE)
    assert [name for name, _ in rows] == [
        *sorted(one.name for one in metrics.families(PrometheusMetrics())),
        *sorted(one.name for one in metrics.families(GatewayMetrics())),
    ]
    assert [name for name, meaning in rows if not meaning.endswith((".", ")"))] == []
    alerts = {rule["alert"] for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]}
    assert set(re.findall(r"\[(\w+)\]\(../runbooks/\w+\.md\)", page)) == alerts


def test_the_series_of_a_histogram_count_as_the_histogram() -> None:
    rules = {"groups": [{"rules": [{"alert": "A", "expr": "rate(hyperv_operator_x_count[1m]) > hyperv_operator_y"}]}]}
    assert metrics.alerts_by_metric(rules) == {"hyperv_operator_x": ["A"], "hyperv_operator_y": ["A"]}


def test_every_metric_that_a_page_names_exists() -> None:
    known = {one.name for made in (PrometheusMetrics(), GatewayMetrics()) for one in metrics.families(made)}
    named = {
        re.sub(r"_(bucket|sum|count)$", "", name)
        for path in PAGES.rglob("*.md")
        for name in re.findall(r"\bhyperv_operator_[a-z_]+[a-z]\b", path.read_text(encoding="utf-8"))
    }
    assert named - known == set()
