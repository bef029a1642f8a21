"""The composition of the gateway: the only module that connects its parts."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from hyperv_operator import version
from hyperv_operator.gateway import answers, schemas
from hyperv_operator.gateway.access import AccessLog
from hyperv_operator.gateway.cluster import connected
from hyperv_operator.gateway.context import Gateway
from hyperv_operator.gateway.edge import BodyLimits, Edge
from hyperv_operator.gateway.endpoint import find
from hyperv_operator.gateway.feeds import FeedLimits, Feeds
from hyperv_operator.gateway.jobs import JobView
from hyperv_operator.gateway.limits import RateLimits, Slots
from hyperv_operator.gateway.metrics import GatewayMetrics
from hyperv_operator.gateway.problems import MEDIA_TYPE
from hyperv_operator.gateway.routes import health, hosts, jobs, logs, notifications, schema, session, streams
from hyperv_operator.gateway.settings import GatewaySettings
from hyperv_operator.schema.forms import render_form
from hyperv_operator.telemetry.redaction import Redactor

_CONCURRENT_HASHES = 4
_DESCRIPTION = """Virtual machines on Hyper-V hosts, by HTTP.

Every request but those for `/api/v1/config` and the probes carries a Kubernetes token: `Authorization: Bearer <token>`. The gateway
passes it on and has no rights of its own, so a caller may do what Kubernetes allows. Errors are problem documents (RFC 9457).
"""


@contextlib.asynccontextmanager
async def running(settings: GatewaySettings) -> AsyncGenerator[Gateway, None]:
    """Provide the parts of a gateway, connected to the API server."""
    endpoint = find(settings, os.environ)
    schema_ = schemas.active(settings.schema_file)
    metrics, view = GatewayMetrics(), JobView(schema_, settings.docs_url.rstrip("/"))
    agent = f"hyperv-operator-gateway/{version()}"
    async with connected(endpoint.url, endpoint.ca, agent, settings.api_timeout_seconds) as cluster:
        feeds = Feeds(view, FeedLimits(settings.stream_queue, settings.stream_recheck_seconds), metrics)
        try:
            yield Gateway(
                settings=settings,
                schema=schema_,
                older_schemas=schemas.older(settings.older_schemas_dir),
                form=render_form(schema_),
                cluster=cluster,
                view=view,
                feeds=feeds,
                slots=Slots(settings.max_streams, settings.max_streams_per_token),
                metrics=metrics,
                redactor=Redactor(),
                hashing=asyncio.Semaphore(_CONCURRENT_HASHES),
            )
        finally:
            await feeds.close()


def routes() -> FastAPI:
    """Return the application with all routes, and no gateway yet."""
    app = FastAPI(
        title="hyperv-operator gateway",
        version=version(),
        description=_DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,  # these pages load scripts from other hosts
        redoc_url=None,
        redirect_slashes=False,
    )
    for module in (session, schema, jobs, hosts, logs, streams, notifications, health):
        app.include_router(module.routes)
    app.include_router(health.console)
    answers.add_handlers(app)
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]
    return app


def application(gateway: Gateway) -> Edge:
    """Return the application that serves a gateway."""
    settings = gateway.settings
    app = routes()
    app.state.gateway = gateway
    return Edge(
        app,
        RateLimits(settings.requests_per_minute, settings.address_requests_per_minute),
        BodyLimits(settings.max_body_bytes, settings.read_timeout_seconds),
        gateway.metrics,
        AccessLog(gateway.redactor.clean),
    )


def _document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document. Problems have a media type of their own, in place of FastAPI's."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            openapi_version="3.1.0",
            description=app.description,
            routes=app.routes,
        )
        for operations in document["paths"].values():
            for operation in operations.values():
                for answer in operation["responses"].values():
                    if MEDIA_TYPE in answer.get("content", {}):
                        answer["content"].pop("application/json", None)
        app.openapi_schema = document
    return app.openapi_schema
