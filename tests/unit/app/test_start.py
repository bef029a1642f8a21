"""Invalid settings, schemas and bundles: the operator does not start, and names the setting or file."""

from __future__ import annotations

from pathlib import Path

import pytest

import bundles
import hyperv_operator.__main__ as entry
from hyperv_operator.app import active_schema, agent_bundle, executor_options, load_settings
from hyperv_operator.errors import BundleError, SchemaFileError, SettingsError
from hyperv_operator.settings import Settings

SCHEMA = active_schema(Settings())


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HVO_ROLLOUT_HOSTS", "0", "HVO_ROLLOUT_HOSTS"),
        ("HVO_LOG_LEVEL", "LOUD", "HVO_LOG_LEVEL"),
        ("HVO_JOB_WORKERS_MIN", "64", "HVO_JOB_WORKERS_MIN is 64"),
        ("HVO_WATCH_NAMESPACES", "team-a,team*", "HVO_WATCH_NAMESPACES: .*'team.' is not the name of a namespace"),
        ("HVO_WATCH_NAMESPACES", "Team", "list each namespace, or leave the setting empty"),
        ("HVO_WATCH_NAMESPACES", "a" * 64, "is not the name of a namespace"),
        ("HVO_WATCH_NAMESPACES", "-a", "is not the name of a namespace"),
        ("HVO_WEBHOOK_CLIENT_NAMES", "kube-apiserver", "has no effect without HVO_WEBHOOK_CLIENT_CA_FILE"),
    ],
)
def test_an_invalid_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=said):
        load_settings()


def test_the_names_of_the_webhooks_clients_are_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HVO_WEBHOOK_CLIENT_CA_FILE", "/ca.crt")
    assert load_settings().webhook_client_names == ()
    monkeypatch.setenv("HVO_WEBHOOK_CLIENT_NAMES", "kube-apiserver, API Server 2,")
    assert load_settings().webhook_client_names == ("kube-apiserver", "API Server 2")


def test_namespaces_are_names_and_each_is_watched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HVO_WATCH_NAMESPACES", " team-a, b ,team-a,,1")
    assert load_settings().watch_namespaces == ("team-a", "b", "1")


def test_a_missing_schema_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SchemaFileError, match=r"HVO_SCHEMA_FILE"):
        active_schema(Settings(schema_file=tmp_path / "none.yaml"))


def test_every_task_category_has_a_deadline() -> None:
    deadlines = executor_options(Settings()).deadlines
    assert set(deadlines) == {"provision", "update", "remove", "inventory", "rollout", "preflight"}


def test_an_empty_agent_folder_disables_rollouts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HVO_AGENT_FOLDER", "")
    assert agent_bundle(load_settings(), SCHEMA) is None


def test_a_complete_bundle_is_loaded(tmp_path: Path) -> None:
    folder = bundles.build(tmp_path / "agent", "7.1.0")
    bundle = agent_bundle(Settings(agent_folder=folder), SCHEMA)
    assert bundle is not None
    assert (bundle.version, len(bundle.name)) == ("7.1.0", 16)


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("rollout.ps1", "No such file"),
        ("files/isos/linux.iso", "isos/linux.iso is missing"),
        ("files/agent-manifest.json", "agent-manifest.json is missing"),
    ],
)
def test_an_incomplete_bundle_is_rejected(tmp_path: Path, missing: str, said: str) -> None:
    folder = bundles.build(tmp_path / "agent")
    (folder / missing).unlink()
    with pytest.raises(BundleError, match=said) as raised:
        agent_bundle(Settings(agent_folder=folder), SCHEMA)
    assert "make agent" in raised.value.message


def test_an_agent_for_another_schema_is_rejected(tmp_path: Path) -> None:
    folder = bundles.build(tmp_path / "agent")
    (folder / "files" / "agent-manifest.json").write_text('{"version": "9", "schema_versions": [8, 9]}')
    with pytest.raises(BundleError, match="supports schema versions 8, 9, but the active schema is version 1"):
        agent_bundle(Settings(agent_folder=folder), SCHEMA)


@pytest.mark.parametrize("arguments", [(), ("run",)])
def test_the_operator_runs_without_a_command_and_as_run(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setattr(entry, "_operate", lambda: 42)
    assert entry.main(arguments) == 42
