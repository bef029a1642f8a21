"""Admission reviews of HyperVMachines. If a review fails unexpectedly, the submission is admitted."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from hyperv_operator.core.admission import Admitted, Refused, Verdict
from hyperv_operator.handlers.reviews import REVIEW_KIND, REVIEW_VERSION, Review
from hyperv_operator.ports import JsonObject, Metrics
from hyperv_operator.reconcilers.admission import Admission
from hyperv_operator.reconcilers.metadata import metadata

log = logging.getLogger(__name__)

_FORBIDDEN: Final = 403
_UNCHECKED: Final = (
    "An internal error kept the operator from checking this submission. It is checked again before anything is launched; see the "
    "resource's status for the result."
)


@dataclass(frozen=True)
class Reviewer:
    """Answers AdmissionReviews, and counts and logs them."""

    admission: Admission
    metrics: Metrics

    def answer(self, review: Review) -> JsonObject:
        """Answer a review, as an AdmissionReview."""
        verdict = self._review(review)
        response: dict[str, JsonValue] = {"uid": review.uid, "allowed": isinstance(verdict, Admitted)}
        match verdict:
            case Refused(reason=reason, message=message):
                response["status"] = {"message": f"{reason}: {message}", "code": _FORBIDDEN}
            case Admitted(warnings=warnings):
                response["warnings"] = list(warnings)
        return {"apiVersion": REVIEW_VERSION, "kind": REVIEW_KIND, "response": response}

    def _review(self, review: Review) -> Verdict:
        started, result = time.monotonic(), "error"
        try:
            verdict = self.admission.review(review.body, review.old)
            result = "refused" if isinstance(verdict, Refused) else "warned" if verdict.warnings else "admitted"
        except Exception:
            log.exception("A review failed unexpectedly; the submission is admitted", extra=_log_fields(review.body))
            verdict = Admitted((_UNCHECKED,))
        self.metrics.reviewed(review.operation, result, time.monotonic() - started)
        if isinstance(verdict, Refused):
            log.info("Refused: %s: %s", verdict.reason, verdict.message, extra=_log_fields(review.body))
        return verdict


def _log_fields(body: JsonObject) -> dict[str, object]:
    meta = metadata(body)
    return {"machine": f"{meta.namespace}/{meta.name}"}
