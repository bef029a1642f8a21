"""Answers that are no models: problem documents, and the handlers that turn exceptions into them."""

from __future__ import annotations

import json
import logging
import traceback
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from hyperv_operator.gateway.cluster import Refused, Unavailable
from hyperv_operator.gateway.limits import NoSlot, too_many_streams
from hyperv_operator.gateway.problems import MEDIA_TYPE, FieldProblem, Problem, invalid
from hyperv_operator.gateway.refusals import problem_of

log = logging.getLogger(__name__)

_NAME_LENGTH = 64


def problem_response(problem: Problem, request_id: str = "") -> Response:
    """Return the answer of a problem. It is ASCII, so that no text of a request can break it."""
    instance = f"urn:uuid:{request_id}" if request_id else ""
    text = json.dumps(problem.document(instance), ensure_ascii=True, separators=(",", ":"))
    return Response(text, problem.status, {**problem.headers, "Cache-Control": "no-store"}, MEDIA_TYPE)


def add_handlers(app: FastAPI) -> None:
    """Answer every exception of a route with a problem document."""

    async def on_problem(request: Request, error: Exception) -> Response:
        return problem_response(_problem(error), request_id(request))

    for kind in (Problem, Refused, Unavailable, NoSlot, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, on_problem)


def request_id(request: Request) -> str:
    """Return the id of a request, which its line in the access log has too."""
    return str(request.scope.get("state", {}).get("request_id", ""))


def _problem(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case Refused() | Unavailable():
            return problem_of(error)
        case NoSlot():
            return too_many_streams(error)
        case RequestValidationError():
            return _invalid(error)
        case HTTPException():
            return _http(error)
        case _:
            # Without the exception's text, which may hold what the client has sent.
            lines = "".join(traceback.format_tb(error.__traceback__))
            log.error("A request failed unexpectedly: %s\n%s", type(error).__name__, lines)
            text = "The gateway has failed on this request. Its log says why; the instance below is in its access log."
            return Problem("internal", HTTPStatus.INTERNAL_SERVER_ERROR, text)


def _invalid(error: RequestValidationError) -> Problem:
    """Return what is wrong with a request's form. pydantic's errors have the value that was sent; none of it is used."""
    found = []
    for one in error.errors():
        place = ".".join(str(part) for part in one["loc"][1:])
        if one["type"] == "json_invalid":
            place, message = "", "The body is not JSON; correct it."
        elif one["type"] == "extra_forbidden":
            message = "There is no such key; remove it or correct its spelling."
        else:
            message = f"{str(one['msg']).removeprefix('Value error, ').rstrip('.')}; correct it."
        found.append(FieldProblem(field=place[:_NAME_LENGTH], code=str(one["type"]), message=message))
    return invalid(found)


def _http(error: HTTPException) -> Problem:
    status = HTTPStatus(error.status_code)
    kinds = {
        HTTPStatus.NOT_FOUND: (
            "not-found",
            "There is nothing at this address. The document /api/openapi.json lists what there is.",
        ),
        HTTPStatus.METHOD_NOT_ALLOWED: ("method-not-allowed", "This address does not know the method; see Allow."),
        HTTPStatus.BAD_REQUEST: ("invalid-request", "The body cannot be read; send JSON."),
    }
    kind, text = kinds.get(status, ("http", status.description or status.phrase))
    return Problem(kind, status, text, headers=dict(error.headers or {}))
