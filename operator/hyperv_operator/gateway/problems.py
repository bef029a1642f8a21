"""Errors as problem documents (RFC 9457). No problem holds a value of the request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from hyperv_operator.schema.problems import FieldError

MEDIA_TYPE: Final = "application/problem+json"
_PREFIX: Final = "urn:hyperv-operator:problem:"
_FIELD_NAME_LENGTH: Final = 64
_PHRASES: Final = {413: "Content Too Large", 422: "Unprocessable Content"}


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: Annotated[str, Field(description="Id of the field; empty for the whole submission.")]
    code: Annotated[str, Field(description="What is wrong, as one word for programs.")]
    message: Annotated[str, Field(description="What is wrong and what to change.")]


class SchemaChange(BaseModel):
    """One change between two versions of the schema."""

    place: Annotated[str, Field(description="Such as fields.gb_ram.validations.maximum.")]
    compatible: Annotated[bool, Field(description="Whether a submission for the older version stays valid.")]
    what: Annotated[str, Field(description="Such as 12288 -> 8192.")]
    why: Annotated[str, Field(description="Why the change is compatible, or what to do.")]


class ProblemDocument(BaseModel):
    """A problem document (RFC 9457)."""

    model_config = ConfigDict(extra="forbid")

    type: Annotated[str, Field(description="Kind of the problem, as a URN.")]
    title: Annotated[str, Field(description="The kind in words.")]
    status: Annotated[int, Field(description="The HTTP status.")]
    detail: Annotated[str, Field(description="What happened, why, and what to do.")]
    instance: Annotated[str, Field(description="This occurrence; the access log has the same id.")] = ""
    errors: Annotated[list[FieldProblem] | None, Field(description="Every error of a submission.")] = None
    active_version: Annotated[int | None, Field(description="The active version of the schema.")] = None
    changes: Annotated[
        list[SchemaChange] | None, Field(description="What has changed since the version of the submission.")
    ] = None
    job_id: Annotated[str | None, Field(description="The job that is in the way.")] = None


class Problem(Exception):
    """An error that is answered with a problem document."""

    def __init__(
        self,
        kind: str,
        status: int,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[FieldProblem] | None = None,
        **extensions: JsonValue,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})
        self.errors = errors
        self.extensions = extensions

    def cleaned(self, clean: Callable[[str], str]) -> Problem:
        """Return the problem with each of its texts cleaned."""
        errors = self.errors and [
            one.model_copy(update={"message": clean(one.message), "field": clean(one.field)}) for one in self.errors
        ]
        return Problem(
            self.kind, self.status, clean(self.detail), headers=self.headers, errors=errors, **self.extensions
        )

    def document(self, instance: str = "") -> dict[str, Any]:
        """Return the document. `instance` names this occurrence."""
        document: dict[str, Any] = {
            "type": _PREFIX + self.kind,
            "title": phrase(self.status),
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
        }
        if self.errors is not None:
            document["errors"] = [one.model_dump() for one in self.errors]
        return document | self.extensions


def phrase(status: int) -> str:
    """Return the words of a status, which the versions of Python give in old and in new form."""
    return _PHRASES.get(status) or HTTPStatus(status).phrase


def field_problem(error: FieldError, name: str | None = None) -> FieldProblem:
    """Return an error of validation. The name of an unknown field is cut, as it may be anything."""
    return FieldProblem(
        field=(error.field if name is None else name)[:_FIELD_NAME_LENGTH], code=error.code, message=error.message
    )


def invalid(errors: Sequence[FieldProblem]) -> Problem:
    """Return the problem of a submission that breaks rules."""
    count = len(errors)
    detail = f"The submission has {count} error{'s' if count != 1 else ''}; correct each of them and send it again."
    return Problem("invalid-submission", HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=errors)


def unauthenticated(detail: str) -> Problem:
    """Return the problem of a request without a token that Kubernetes accepts."""
    return Problem("unauthenticated", HTTPStatus.UNAUTHORIZED, detail, headers={"WWW-Authenticate": "Bearer"})


def no_token() -> Problem:
    """Return the problem of a request without a token."""
    return unauthenticated(
        "The request has no bearer token. Send a Kubernetes token as `Authorization: Bearer <token>`."
    )


def no_such_job() -> Problem:
    """Return the problem of an id that leads to no job: the same for every cause, so that nothing can be learned from it."""
    return Problem(
        "job-not-found", HTTPStatus.NOT_FOUND, "There is no such job, or not any more. List the jobs to find the id."
    )


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the problems of a route for its OpenAPI description."""
    return {
        status: {
            "description": phrase(status),
            "model": ProblemDocument,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
        }
        for status in statuses
    }
