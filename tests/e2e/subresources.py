"""The aggregated API of operators that run as local processes: a test CA, a port, and an APIService that leads there."""

from __future__ import annotations

import base64
import copy
from pathlib import Path
from typing import Any

from e2e.webhook import Certificates, free_port


class Subresources:
    """The aggregated API of one control plane's operators, which share its port (SO_REUSEPORT)."""

    def __init__(self, folder: Path, namespace: str) -> None:
        self.certificates = Certificates(folder / "subresources", f"hyperv-operator-subresources.{namespace}.svc")
        self.certificates.renew()
        self.port = free_port(16_000)

    @property
    def url(self) -> str:
        """The address of the operator itself."""
        return f"https://localhost:{self.port}"

    def settings(self) -> dict[str, str]:
        """Return the operator's settings for the aggregated API."""
        return {
            "HVO_SUBRESOURCES_CERT_DIR": str(self.certificates.folder),
            "HVO_SUBRESOURCES_PORT": str(self.port),
            "HVO_SUBRESOURCES_RELOAD_SECONDS": "0.2",
        }

    def with_port(self, documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the chart's APIService and its Service, so changed that they lead to a process on this machine."""
        changed = copy.deepcopy(documents)
        for one in changed:
            if one["kind"] == "APIService":
                one["spec"]["service"]["port"] = self.port
                one["spec"]["caBundle"] = base64.b64encode(self.certificates.authority.pem.encode()).decode()
            else:
                one["spec"] = {"type": "ExternalName", "externalName": "localhost"}
        return changed
