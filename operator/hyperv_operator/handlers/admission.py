"""Admission reviews of HyperVMachines. If a review fails unexpectedly, the submission is admitted."""

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
"""The handler's id, and so the path of its URL, which is also in the chart."""
_FORBIDDEN = 403
_UNCHECKED = (
    "An internal error kept the operator from checking this submission. It is checked again before anything is launched; see the "
    "resource's status for the result."
)


@dataclass(frozen=True)
class Reviewer:
    """Answers reviews, and counts and logs them."""

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
        """Admit the object by returning, possibly with `warnings` for its submitter, or refuse it by raising `AdmissionError`."""
        started, result = time.monotonic(), "error"
        plain: JsonObject = dict(body)
        created = operation == "CREATE"
        try:
            verdict = self.admission.review(plain, None if created else dict(old or {}))
            result = "refused" if isinstance(verdict, Refused) else "warned" if verdict.warnings else "admitted"
        except Exception:
            log.exception("A review failed unexpectedly; the submission is admitted", extra=_log_fields(plain))
            verdict = Admitted((_UNCHECKED,))
        self.metrics.reviewed("CREATE" if created else "UPDATE", result, time.monotonic() - started)
        match verdict:
            case Refused(reason=reason, message=message):
                log.info("Refused: %s: %s", reason, message, extra=_log_fields(plain))
                raise kopf.AdmissionError(f"{reason}: {message}", code=_FORBIDDEN)
            case Admitted():
                warnings.extend(verdict.warnings)


class _HandlerLogFilter(logging.Filter):
    """Drops kopf's log records of this handler, because kopf logs a refusal as an error."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        return f"'{ENDPOINT}'" not in str(record.msg)


def register(registry: kopf.OperatorRegistry, reviewer: Reviewer, server: WebhookServer) -> None:
    """Register the handler and its server. The chart owns the webhook configuration; kopf does not write one."""

    async def serve(settings: kopf.OperatorSettings, **_: object) -> None:
        settings.admission.server = server
        settings.admission.managed = None
        logging.getLogger("kopf.objects").addFilter(_HandlerLogFilter())

    options: dict[str, Any] = {"registry": registry}
    kopf.on.startup(id="admission", **options)(serve)
    kopf.on.validate(GROUP, VERSION, MACHINES, id=ENDPOINT, operations=["CREATE", "UPDATE"], **options)(reviewer.review)


def _log_fields(body: JsonObject) -> dict[str, object]:
    meta = metadata(body)
    return {"machine": f"{meta.namespace}/{meta.name}"}
