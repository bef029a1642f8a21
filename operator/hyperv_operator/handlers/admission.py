"""Admission reviews: from kopf's arguments to one answer. Whatever goes wrong here, the submission passes."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Any

import kopf
from typing_extensions import override

from hyperv_operator.api.names import GROUP, MACHINES, VERSION
from hyperv_operator.core.admission import Admitted, Refused
from hyperv_operator.handlers.webhook import WebhookServer
from hyperv_operator.ports import JsonObject, Metrics
from hyperv_operator.reconcilers.admission import Admission
from hyperv_operator.reconcilers.metadata import metadata

log = logging.getLogger(__name__)

ENDPOINT = MACHINES
"""The handler's id and so the path of its URL, which the chart names."""
_FORBIDDEN = 403
_UNCHECKED = (
    "The operator could not check this submission because of an error of its own; it is checked again before anything is "
    "launched, and the resource's status tells what comes of it."
)


@dataclass(frozen=True)
class Reviewer:
    """Answers one review at a time; counts and logs it."""

    admission: Admission
    metrics: Metrics

    async def review(
        self,
        *,
        body: kopf.Body,
        warnings: list[str],
        old: kopf.Body | None = None,
        operation: str | None = None,
        **_: object,
    ) -> None:
        """Return to let the object pass, add to `warnings` what its sender should know, or raise the refusal."""
        started, result = time.monotonic(), "error"
        plain: JsonObject = dict(body)
        created = operation == "CREATE"
        try:
            verdict = self.admission.review(plain, None if created else dict(old or {}))
            result = "refused" if isinstance(verdict, Refused) else "warned" if verdict.warnings else "admitted"
        except Exception:
            log.exception("A review failed in a way nobody foresaw; the submission passes", extra=_where(plain))
            verdict = Admitted((_UNCHECKED,))
        self.metrics.reviewed("CREATE" if created else "UPDATE", result, time.monotonic() - started)
        match verdict:
            case Refused(reason=reason, message=message):
                log.info("Refused: %s: %s", reason, message, extra=_where(plain))
                raise kopf.AdmissionError(f"{reason}: {message}", code=_FORBIDDEN)
            case Admitted():
                warnings.extend(verdict.warnings)


class _OwnWords(logging.Filter):
    """Drops kopf's entries of the handler: a refusal is an answer, and kopf would log it as an error."""

    @override
    def filter(self, entry: logging.LogRecord) -> bool:
        return f"'{ENDPOINT}'" not in str(entry.msg)


def register(registry: kopf.OperatorRegistry, reviewer: Reviewer, server: WebhookServer) -> None:
    """Register the handler and its server. The chart owns the webhook's configuration: kopf never writes one."""

    async def serve(settings: kopf.OperatorSettings, **_: object) -> None:
        settings.admission.server = server
        settings.admission.managed = None
        logging.getLogger("kopf.objects").addFilter(_OwnWords())

    where: dict[str, Any] = {"registry": registry}
    kopf.on.startup(id="admission", **where)(serve)
    kopf.on.validate(GROUP, VERSION, MACHINES, id=ENDPOINT, operations=["CREATE", "UPDATE"], **where)(reviewer.review)


def _where(body: JsonObject) -> dict[str, object]:
    meta = metadata(body)
    return {"machine": f"{meta.namespace}/{meta.name}"}
