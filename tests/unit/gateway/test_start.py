"""What a gateway starts with: settings, the API server's address, schemas, files of the console."""

from __future__ import annotations

import base64
import sys
from pathlib import Path

import pytest
import yaml

from hyperv_operator import __main__
from hyperv_operator.errors import SchemaFileError, SettingsError
from hyperv_operator.gateway import endpoint, schemas, static
from hyperv_operator.gateway.endpoint import Endpoint
from hyperv_operator.gateway.settings import GatewaySettings, is_loopback, load_settings
from hyperv_operator.schema.loader import load_schema
from unit.gateway.samples import ROOT, SCHEMA

# --- settings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "loopback"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("127.9.9.9", True),
        ("0.0.0.0", False),
        ("::", False),
        ("host", False),
    ],
)
def test_without_tls_only_loopback_is_served(
    address: str, loopback: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HVO_GATEWAY_LISTEN_ADDRESS", address)
    assert is_loopback(address) is loopback
    if loopback:
        assert load_settings().listen_address == address
    else:
        with pytest.raises(SettingsError, match="HVO_GATEWAY_TLS_CERT_DIR"):
            load_settings()
    monkeypatch.setenv("HVO_GATEWAY_TLS_CERT_DIR", str(tmp_path))
    assert load_settings().listen_address == address


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "70000"),
        ("TRUSTED_PROXIES", "10.0.0.0/8, nowhere"),
        ("DEFAULT_NAMESPACE", "Team"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_an_invalid_setting_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"HVO_GATEWAY_{name}", value)
    with pytest.raises(SettingsError, match=f"HVO_GATEWAY_{name}"):
        load_settings()


def test_empty_means_unset_and_lists_are_split(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_URL", "API_CA_FILE", "TLS_CERT_DIR", "DEFAULT_NAMESPACE", "SCHEMA_FILE", "OLDER_SCHEMAS_DIR"):
        monkeypatch.setenv(f"HVO_GATEWAY_{name}", "")
    monkeypatch.setenv("HVO_GATEWAY_TRUSTED_PROXIES", "10.0.0.7, 10.1.0.0/16,")
    settings = load_settings()
    assert (settings.tls_cert_dir, settings.default_namespace) == (None, None)
    assert settings.trusted_proxies == ("10.0.0.7", "10.1.0.0/16")


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in [name for name in sys.modules if name.startswith(("hyperv_operator.gateway", "uvicorn"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert __main__.main(["gateway"]) == 1
    assert "pip install hyperv-operator[gateway]" in capsys.readouterr().err


# --- the API server ----------------------------------------------------------------------------------------------------


def _kubeconfig(folder: Path, **cluster: str) -> Path:
    document = {
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": "https://api:6443", **cluster}}],
        "users": [{"name": "u", "user": {"token": "secret"}}],
    }
    path = folder / "config"
    path.write_text(yaml.safe_dump(document))
    return path


def test_the_address_comes_from_the_settings_the_kubeconfig_or_the_pod(tmp_path: Path) -> None:
    ca = tmp_path / "ca.crt"
    ca.write_text("PEM")
    pod = {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"}
    file = {"KUBECONFIG": str(_kubeconfig(tmp_path, **{"certificate-authority": "ca.crt"}))}
    own = GatewaySettings(api_url="https://own", api_ca_file=ca)
    assert endpoint.find(own, {**pod, **file}) == Endpoint("https://own", "PEM")
    assert endpoint.find(GatewaySettings(), {**pod, **file}) == Endpoint("https://api:6443", "PEM")
    assert endpoint.find(GatewaySettings(api_ca_file=ca), pod) == Endpoint("https://10.0.0.1:443", "PEM")
    assert endpoint.find(GatewaySettings(), {"KUBERNETES_SERVICE_HOST": "fd00::1"}).url == "https://[fd00::1]:443"
    data = base64.b64encode(b"DATA").decode()
    assert endpoint.of_kubeconfig(_kubeconfig(tmp_path, **{"certificate-authority-data": data})).ca == "DATA"
    assert "secret" not in repr(endpoint.of_kubeconfig(_kubeconfig(tmp_path)))


@pytest.mark.parametrize("text", ["", "a: b", "[", "current-context: x\ncontexts: []\nclusters: []"])
def test_an_unusable_kubeconfig_is_named(text: str, tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(text)
    with pytest.raises(SettingsError, match="HVO_GATEWAY_API_URL"):
        endpoint.of_kubeconfig(path)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://api", True),
        ("http://127.0.0.1:8001", True),
        ("http://localhost", True),
        ("http://api", False),
        ("ftp://127.0.0.1", False),
        ("api:6443", False),
    ],
)
def test_tokens_cross_the_network_encrypted(url: str, allowed: bool) -> None:
    if allowed:
        assert endpoint.find(GatewaySettings(api_url=url), {}).url == url
    else:
        with pytest.raises(SettingsError, match="clear text"):
            endpoint.find(GatewaySettings(api_url=url), {})


def test_no_address_is_an_error() -> None:
    with pytest.raises(SettingsError, match="does not know where"):
        endpoint.find(GatewaySettings(), {})
    with pytest.raises(SettingsError, match="cannot be read"):
        endpoint.find(GatewaySettings(api_url="https://x", api_ca_file=Path("/nonexistent")), {})


# --- schemas -----------------------------------------------------------------------------------------------------------


def test_older_versions_are_compared_with_the_active_one(tmp_path: Path) -> None:
    text = (ROOT / "Schemas" / "job-inputs.yaml").read_text()
    (tmp_path / "v1.yaml").write_text(text)
    new = load_schema(text.replace("version: 1", "version: 2", 1).replace("maximum: 12288", "maximum: 64"))
    known = schemas.older(tmp_path)
    problem = schemas.other_version(known, 1, new)
    assert (problem.status, problem.extensions["active_version"]) == (412, 2)
    assert "fields.gb_ram.validations.maximum" in str(problem.extensions["changes"])
    assert "changes" not in schemas.other_version(known, 3, new).extensions
    assert schemas.changes(known, 2, new) == []
    assert [(version, schema.version) for version, schema in schemas.older(None).items()] == [(1, 1)]
    assert schemas.active(None) == SCHEMA


def test_a_schema_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SchemaFileError, match="HVO_GATEWAY_SCHEMA_FILE"):
        schemas.active(tmp_path / "none.yaml")


# --- the console -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("", "index.html"),
        ("/", "index.html"),
        ("a/b.js", "a/b.js"),
        ("a", None),
        ("../outside.js", None),
        ("a/../../outside.js", None),
        ("/etc/passwd", None),
        (".hidden.js", None),
        ("source.py", None),
        ("none.js", None),
        ("link.js", None),
    ],
)
def test_only_files_of_the_console_are_served(path: str, found: str | None, tmp_path: Path) -> None:
    folder = tmp_path / "console"
    (folder / "a").mkdir(parents=True)
    for name in ("index.html", "a/b.js", ".hidden.js", "source.py"):
        (folder / name).write_text("x")
    (tmp_path / "outside.js").write_text("x")
    (folder / "link.js").symlink_to(tmp_path / "outside.js")
    assert static.find(folder, path) == (folder / found if found else None)
