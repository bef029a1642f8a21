"""The one configuration of the API client."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from hyperv_operator.errors import SettingsError
from hyperv_operator.kube.client import api_client


def _kubeconfig(folder: Path) -> Path:
    file = folder / "config"
    cluster = {"name": "c", "cluster": {"server": "https://192.0.2.1:6443"}}
    user = {"name": "u", "user": {"token": "secret"}}
    context = {"name": "x", "context": {"cluster": "c", "user": "u"}}
    config = {"clusters": [cluster], "users": [user], "contexts": [context], "current-context": "x"}
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "Config", **config}))
    return file


async def test_requests_say_who_sends_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KUBECONFIG", str(_kubeconfig(tmp_path)))
    async with api_client() as api:
        assert re.fullmatch(r"hyperv-operator/\S+", api.default_headers["User-Agent"])
        assert api.configuration.host == "https://192.0.2.1:6443"


@pytest.mark.parametrize("kubeconfig", [None, ""])
async def test_a_pod_without_its_token_does_not_look_elsewhere(
    monkeypatch: pytest.MonkeyPatch, kubeconfig: str | None
) -> None:
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "192.0.2.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    if kubeconfig is None:
        monkeypatch.delenv("KUBECONFIG", raising=False)
    else:
        monkeypatch.setenv("KUBECONFIG", kubeconfig)
    with pytest.raises(SettingsError, match="mount the ServiceAccount's token"):
        async with api_client():
            pass


async def test_without_any_configuration_the_operator_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    with pytest.raises(SettingsError, match="elsewhere set KUBECONFIG"):
        async with api_client():
            pass
