"""kopf's settings and login: the operator's own finalizer, no spec in annotations, no Events from kopf."""

from __future__ import annotations

import asyncio
from typing import Any

import kopf

from hyperv_operator.api.names import FINALIZER, GROUP


def register(registry: kopf.OperatorRegistry) -> None:
    """Register the handlers that belong to no resource."""
    kopf.on.startup(registry=registry)(configure)
    kopf.on.login(registry=registry)(login)


async def configure(settings: kopf.OperatorSettings, **_: object) -> None:
    """Configure kopf."""
    settings.peering.standalone = True
    settings.posting.enabled = False
    settings.persistence.finalizer = FINALIZER
    # kopf would otherwise copy the whole spec into an annotation.
    settings.persistence.diffbase_storage = kopf.AnnotationsDiffBaseStorage(
        prefix=GROUP, ignored_fields=["spec", "metadata"]
    )
    settings.persistence.progress_storage = kopf.AnnotationsProgressStorage(prefix=GROUP, v1=False)
    # With the default of 60 s the finalizer would stay up to a minute after a finished deletion.
    settings.background.cancellation_polling = 1.0
    settings.watching.inactivity_timeout = 70
    settings.watching.server_timeout = 600
    settings.watching.client_timeout = 660
    settings.watching.connect_timeout = 10
    settings.networking.request_timeout = 60
    settings.scanning.disabled = True


async def login(**kwargs: Any) -> object:
    """Log in with the kubeconfig if there is one, otherwise with the ServiceAccount."""
    return await asyncio.to_thread(
        lambda: kopf.login_with_kubeconfig(**kwargs) or kopf.login_with_service_account(**kwargs)
    )
