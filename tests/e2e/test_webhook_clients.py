"""The webhook asks who its clients are, and the API server proves it with the certificate of its admission configuration."""

from __future__ import annotations

import ssl
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from controlplane import credentials
from controlplane.commands import CommandFailed
from controlplane.credentials import FRONT_PROXY
from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig

pytestmark = pytest.mark.timeout(120)


def _configuration(folder: Path, files: credentials.Credentials) -> Path:
    """Write what the guide describes; return the file for `--admission-control-config-file`."""
    kubeconfig, configuration = folder / "webhooks.kubeconfig", folder / "admission.yaml"
    # A webhook with a URL is looked up by its host and port, one with a Service by the Service's name. `*` is any.
    user = {"client-certificate": str(files.proxy_certificate), "client-key": str(files.proxy_key)}
    document = {"apiVersion": "v1", "kind": "Config", "users": [{"name": "*", "user": user}]}
    kubeconfig.write_text(yaml.safe_dump(document))
    version = "apiserver.config.k8s.io/v1"
    webhooks = {"apiVersion": version, "kind": "WebhookAdmissionConfiguration", "kubeConfigFile": str(kubeconfig)}
    plugins = [{"name": "ValidatingAdmissionWebhook", "configuration": webhooks}]
    configuration.write_text(
        yaml.safe_dump({"apiVersion": version, "kind": "AdmissionConfiguration", "plugins": plugins})
    )
    return configuration


@pytest.fixture
def files(tmp_path: Path) -> credentials.Credentials:
    folder = tmp_path / "clients"
    folder.mkdir()
    return credentials.create(folder)


@pytest.fixture
def plane(tmp_path: Path, files: credentials.Credentials) -> Iterator[ControlPlane]:
    flag = f"--admission-control-config-file={_configuration(tmp_path, files)}"
    with ControlPlane.start(arguments=[flag]) as plane:
        rig.install(plane)
        yield plane


def test_the_api_server_is_answered_and_nobody_else(
    plane: ControlPlane, files: credentials.Credentials, log: Path
) -> None:
    settings = {"HVO_WEBHOOK_CLIENT_CA_FILE": str(files.proxy_ca_file), "HVO_WEBHOOK_CLIENT_NAMES": FRONT_PROXY}
    namespace = plane.new_namespace("team", rig.ALLOWED)
    _, machine = rig.submission("nowhere", "web")
    newer = {**machine, "spec": {**machine["spec"], "schemaVersion": 2}}

    def refused() -> str:
        try:
            plane.apply(newer, namespace=namespace)
        except CommandFailed as error:
            return str(error)
        plane.kubectl("delete", "hvm", "web", "-n", namespace, "--wait=false")
        return ""

    with rig.operator(plane, log, settings) as operator:
        operator.wait_for_webhook()
        wait_until(refused, lambda text: "SchemaVersionMismatch" in text, what="a refusal by the webhook", within=30)
        webhook = rig.webhook_of(plane)
        context = ssl.create_default_context(cadata=webhook.certificates.authority.pem)
        address = f"https://127.0.0.1:{webhook.port}/"
        with pytest.raises(OSError, match=r"(?i)certificate required|reset|closed|broken pipe"):
            urllib.request.urlopen(address, b"{}", timeout=10, context=context)
        counted = 'hyperv_operator_requests_refused_total{reason="tls",server="webhook"} 1.0'
        wait_until(operator.metrics, lambda text: counted in text, what="a count of the refusal")
