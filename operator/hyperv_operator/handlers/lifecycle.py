"""How kopf runs here: its own marks under our names, no specs and no messages in annotations, Events left to us."""

from __future__ import annotations

import asyncio
from typing import Any

import kopf

from hyperv_operator.api.names import FINALIZER, GROUP


def register(registry: kopf.OperatorRegistry) -> None:
    """Register what belongs to the process rather than to a resource."""
    kopf.on.startup(registry=registry)(configure)
    kopf.on.login(registry=registry)(login)


async def configure(settings: kopf.OperatorSettings, **_: object) -> None:
    """Set kopf up."""
    settings.peering.standalone = True
    settings.posting.enabled = False
    settings.persistence.finalizer = FINALIZER
    # Neither specs nor anything else of the resource is copied into an annotation.
    settings.persistence.diffbase_storage = kopf.AnnotationsDiffBaseStorage(
        prefix=GROUP, ignored_fields=["spec", "metadata"]
    )
    settings.persistence.progress_storage = kopf.AnnotationsProgressStorage(prefix=GROUP, v1=False)
    # With the default of 60 s a finalizer outlives a finished deletion by up to a minute.
    settings.background.cancellation_polling = 1.0
    settings.watching.inactivity_timeout = 70
    settings.watching.server_timeout = 600
    settings.watching.client_timeout = 660
    settings.watching.connect_timeout = 10
    settings.networking.request_timeout = 60
    settings.scanning.disabled = True


async def login(**kwargs: Any) -> object:
    """Find the credentials as the rest of the operator does: a kubeconfig if one is named, else the ServiceAccount."""
    return await asyncio.to_thread(
        lambda: kopf.login_with_kubeconfig(**kwargs) or kopf.login_with_service_account(**kwargs)
    )
