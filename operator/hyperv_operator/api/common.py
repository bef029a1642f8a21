"""What the resources share: the frozen base model, conditions, transitions and bounded strings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError
from pydantic.alias_generators import to_camel

ConditionStatus = Literal["True", "False", "Unknown"]
Severity = Literal["Normal", "Warning"]

Name = Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")]
"""Name of a Kubernetes object (RFC 1123 subdomain)."""
SecretKey = Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[-._a-zA-Z0-9]+$")]
Guid = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", max_length=36)]
Short = Annotated[str, Field(max_length=253)]
ObservedGeneration = Annotated[
    int,
    Field(ge=-1, description="Generation of the spec that this status was computed from; -1 before the first pass."),
]
Sentence = Annotated[str, Field(max_length=2048)]


class Model(BaseModel):
    """A frozen model with camelCase names on the wire.

    Unknown keys are ignored: the resource definition may be newer than this operator, and what an operator does not know must
    not keep it from what it does.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)


class Condition(Model):
    """One condition, in the form of `metav1.Condition`."""

    type: Annotated[str, Field(max_length=64, description="Type of the condition, such as Ready.")]
    status: Annotated[ConditionStatus, Field(description="Whether the condition holds: True, False or Unknown.")]
    reason: Annotated[
        str,
        Field(
            max_length=64,
            pattern=r"^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$",
            description="Why the condition has its status, as one word for programs.",
        ),
    ]
    message: Annotated[
        str, Field(max_length=8192, description="Why the condition has its status, and what to do if anything.")
    ] = ""
    last_transition_time: Annotated[datetime, Field(description="When the status last changed.")]
    observed_generation: (
        Annotated[int, Field(ge=0, description="Generation of the spec that the condition was computed from.")] | None
    ) = None


class Transition(Model):
    """One change that the status records, as its Event says it."""

    sequence: Annotated[
        int, Field(ge=1, description="Number of the transition. It counts up over the life of the resource.")
    ]
    at: Annotated[datetime, Field(description="When the operator saw the change.")]
    reason: Annotated[str, Field(max_length=64, description="Reason of the Event, as one word for programs.")]
    severity: Annotated[Severity, Field(description="Type of the Event: Normal or Warning.")]
    message: Annotated[str, Field(max_length=512, description="What changed, with secrets redacted.")] = ""


Transitions = Annotated[
    tuple[Transition, ...],
    Field(max_length=20, description="The last changes, newest first. They are what notifications are sent for."),
]


class Status(Model):
    """A whole status: tolerant when it is read, compact when it is written."""

    conditions: Annotated[tuple[Condition, ...], Field(max_length=16, description="One condition of each type.")] = ()

    def condition(self, kind: str) -> Condition | None:
        """Return the condition of a type, or None if the status has none."""
        return next((condition for condition in self.conditions if condition.type == kind), None)

    def is_true(self, kind: str) -> bool:
        """Return whether the condition of this type is True."""
        condition = self.condition(kind)
        return condition is not None and condition.status == "True"

    @classmethod
    def parse(cls, raw: JsonValue) -> Self:
        """Read a status. A part that cannot be read is dropped, so that a damaged status never stops a reconciliation."""
        readable: dict[str, JsonValue] = dict(raw) if isinstance(raw, dict) else {}
        for _ in range(len(readable) + 1):
            try:
                return cls.model_validate(readable)
            except ValidationError as error:
                for item in error.errors(include_url=False, include_context=False, include_input=False):
                    readable.pop(str(item["loc"][0]), None)
        return cls()

    def to_json(self) -> dict[str, JsonValue]:
        """Return the status as it is sent to the API server: in camelCase, without unset and empty values."""
        dumped: dict[str, JsonValue] = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        return {key: value for key, value in dumped.items() if value not in ([], {})}


SpecT = TypeVar("SpecT", bound=Model)


def parse_spec(model: type[SpecT], raw: JsonValue) -> SpecT | str:
    """Read a spec, or return what is wrong with it: the path of each field and what it should be, never its value."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        return "; ".join(
            f"spec.{'.'.join(str(part) for part in item['loc'])}: {item['msg']}"
            for item in error.errors(include_url=False, include_context=False, include_input=False)
        )
