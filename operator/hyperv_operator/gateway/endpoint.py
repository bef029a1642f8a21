"""Where the Kubernetes API is: from the settings, the pod's environment, or the cluster part of a kubeconfig. Never credentials."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from hyperv_operator.errors import SettingsError
from hyperv_operator.gateway.settings import GatewaySettings, is_loopback

_REMEDY = "Set HVO_GATEWAY_API_URL and HVO_GATEWAY_API_CA_FILE, or KUBECONFIG."


@dataclass(frozen=True)
class Endpoint:
    """The address of the API server and the authorities that sign its certificate, as PEM (None: those of the system)."""

    url: str
    ca: str | None


def find(settings: GatewaySettings, environment: Mapping[str, str]) -> Endpoint:
    """Return where the API server is; `SettingsError` if nothing says so."""
    found = _find(settings, environment)
    parts = urlsplit(found.url)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise SettingsError(
            f"The address of the Kubernetes API is {found.url}, so tokens would cross the network in clear text. It has to begin with "
            f"https://; http:// is for a proxy on loopback. {_REMEDY}"
        )
    return found


def _find(settings: GatewaySettings, environment: Mapping[str, str]) -> Endpoint:
    ca = _read(settings.api_ca_file) if settings.api_ca_file else None
    if settings.api_url:
        return Endpoint(settings.api_url, ca)
    if environment.get("KUBECONFIG"):
        found = of_kubeconfig(Path(environment["KUBECONFIG"]))
        return Endpoint(found.url, ca or found.ca)
    host, port = environment.get("KUBERNETES_SERVICE_HOST"), environment.get("KUBERNETES_SERVICE_PORT", "443")
    if host:
        return Endpoint(f"https://{f'[{host}]' if ':' in host else host}:{port}", ca)
    raise SettingsError(f"The gateway does not know where the Kubernetes API is. {_REMEDY}")


def of_kubeconfig(path: Path) -> Endpoint:
    """Return the cluster of a kubeconfig's current context. The users in the file are not looked at."""
    try:
        document = yaml.safe_load(_read(path))
        contexts = {one["name"]: one["context"] for one in document["contexts"]}
        clusters = {one["name"]: one["cluster"] for one in document["clusters"]}
        cluster = clusters[contexts[document["current-context"]]["cluster"]]
        return Endpoint(str(cluster["server"]), _authority(cluster, path.parent))
    except (KeyError, TypeError, yaml.YAMLError, binascii.Error, ValueError) as error:
        raise SettingsError(
            f"The kubeconfig {path} has no usable cluster in its current context ({type(error).__name__}). {_REMEDY}"
        ) from None


def _authority(cluster: Mapping[str, Any], folder: Path) -> str | None:
    if data := cluster.get("certificate-authority-data"):
        return base64.b64decode(data).decode("ascii")
    if file := cluster.get("certificate-authority"):
        return _read(folder / file)
    return None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}. {_REMEDY}") from None
