"""The active schema, for forms."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from hyperv_operator.gateway import schemas
from hyperv_operator.gateway.context import CurrentCaller, CurrentGateway
from hyperv_operator.gateway.models import SchemaChanges
from hyperv_operator.gateway.problems import Problem, responses
from hyperv_operator.gateway.static import is_known

routes: Final = APIRouter(prefix="/api/v1/schema", tags=["schema"])

_FORM: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The form: `schema`, `jsonSchema` and `ui`.",
        "content": {"application/json": {"schema": {"type": "object", "required": ["schema", "jsonSchema", "ui"]}}},
    },
    304: {"description": "The client has this version."},
    **responses(401, 429),
}


@routes.get("/job-inputs", response_class=JSONResponse, responses=_FORM)
async def read_form(request: Request, gateway: CurrentGateway, _: CurrentCaller) -> Response:
    """Return the active schema as JSON Schema with hints for forms."""
    text = json.dumps(gateway.form, separators=(",", ":"))
    tag = f'"{gateway.schema.version}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if is_known(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(text, headers=headers, media_type="application/json")


@routes.get("/job-inputs/changes", responses=responses(401, 404, 422, 429))
async def read_changes(
    gateway: CurrentGateway,
    _: CurrentCaller,
    from_: Annotated[int, Query(alias="from", ge=1, le=10_000, description="The older version.")],
) -> SchemaChanges:
    """Return what has changed between an older version of the schema and the active one."""
    found = schemas.changes(gateway.older_schemas, from_, gateway.schema)
    if found is None:
        text = f"This gateway does not know version {from_} of the schema; the active one is {gateway.schema.version}."
        raise Problem("unknown-schema-version", 404, text, active_version=gateway.schema.version)
    shown = [one.model_dump() for one in found]
    return SchemaChanges(from_version=from_, to_version=gateway.schema.version, changes=shown)
