"""The webhook of operators that run as local processes: a test CA, certificates in a Secret's mount layout, a URL."""

from __future__ import annotations

import base64
import copy
import os
import secrets
import shutil
import socket
from pathlib import Path
from typing import Any

from hostsim.tls import Authority

UNREVIEWED = {"hyperv-operator.io/admission": "skip"}
"""Labels of a namespace that is excluded from the webhook."""
SELECTOR = {
    "matchExpressions": [{"key": key, "operator": "NotIn", "values": [value]} for key, value in UNREVIEWED.items()]
}


class Certificates:
    """A folder with the layout of a mounted Secret: `tls.crt` links to `..data/tls.crt`, and a renewal swaps `..data`."""

    def __init__(self, folder: Path, *names: str) -> None:
        self.folder = folder
        self.authority = Authority("Webhook")
        self._names = names
        folder.mkdir()
        for name in ("tls.crt", "tls.key"):
            (folder / name).symlink_to(Path("..data") / name)

    def renew(self) -> str:
        """Replace the certificate by a new one; return it as PEM."""
        certificate, key = self.authority.issue(*self._names)
        self.put(certificate, key)
        return certificate

    def put(self, certificate: str, key: str) -> None:
        """Replace the two files atomically."""
        fresh = self.folder / f"..{secrets.token_hex(4)}"
        fresh.mkdir()
        (fresh / "tls.crt").write_text(certificate)
        (fresh / "tls.key").write_text(key)
        data, link = self.folder / "..data", self.folder / "..data_tmp"
        before = data.resolve() if data.exists() else None
        link.symlink_to(fresh.name)
        link.rename(data)
        if before:
            shutil.rmtree(before)


class Webhook:
    """The webhook of one control plane's operators, which share its port (SO_REUSEPORT)."""

    def __init__(self, folder: Path) -> None:
        self.certificates = Certificates(folder / "webhook")
        self.certificates.renew()
        self.port = free_port(18_000)

    def settings(self) -> dict[str, str]:
        """Return the operator's settings for the webhook."""
        return {
            "HVO_WEBHOOK_CERT_DIR": str(self.certificates.folder),
            "HVO_WEBHOOK_PORT": str(self.port),
            "HVO_WEBHOOK_RELOAD_SECONDS": "0.2",
        }

    def with_url(self, configuration: dict[str, Any]) -> dict[str, Any]:
        """Return the chart's webhook configuration with a URL instead of the Service; every other object as it is."""
        if configuration["kind"] != "ValidatingWebhookConfiguration":
            return configuration
        changed = copy.deepcopy(configuration)
        for webhook in changed["webhooks"]:
            path = webhook["clientConfig"]["service"]["path"]
            bundle = base64.b64encode(self.certificates.authority.pem.encode()).decode()
            webhook["clientConfig"] = {"url": f"https://127.0.0.1:{self.port}{path}", "caBundle": bundle}
        return changed


def free_port(lowest: int) -> int:
    """Return a free port of 2,000 below the ephemeral range, so that it stays free until an operator uses it."""
    own = os.getpid() % 400
    for port in range(lowest + own, lowest + 2_000):
        with socket.socket() as attempt:
            try:
                attempt.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise OSError(f"no port from {lowest} to {lowest + 1_999} is free")
