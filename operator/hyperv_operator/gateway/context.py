"""What every route needs, and how it gets at it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import JsonValue
from starlette.requests import HTTPConnection

from hyperv_operator.gateway.cluster import Caller, Cluster, Refused
from hyperv_operator.gateway.feeds import Feeds
from hyperv_operator.gateway.jobs import JobView
from hyperv_operator.gateway.limits import Slots
from hyperv_operator.gateway.metrics import GatewayMetrics
from hyperv_operator.gateway.problems import Problem, no_token
from hyperv_operator.gateway.refusals import problem_of
from hyperv_operator.gateway.settings import GatewaySettings
from hyperv_operator.gateway.tokens import from_header
from hyperv_operator.schema.model import JobSchema
from hyperv_operator.telemetry.redaction import Redactor

_BEARER = HTTPBearer(auto_error=False, description="A token that the Kubernetes API accepts. It is passed on to it.")


@dataclass(frozen=True)
class Gateway:
    """The parts of a running gateway."""

    settings: GatewaySettings
    schema: JobSchema
    older_schemas: dict[int, JobSchema]
    form: dict[str, JsonValue]
    cluster: Cluster
    view: JobView
    feeds: Feeds
    slots: Slots
    metrics: GatewayMetrics
    redactor: Redactor
    hashing: asyncio.Semaphore
    """Bounds the digests that are computed at the same time: each takes memory and a processor."""

    @contextlib.contextmanager
    def keeping(self, secrets: Sequence[str]) -> Iterator[None]:
        """Redact these values during the block: in the log, and in what the API server or a webhook says about them."""
        release = self.redactor.hold(secrets)
        try:
            yield
        except Problem as problem:
            raise problem.cleaned(self.redactor.clean) from None
        except Refused as refused:
            raise problem_of(refused).cleaned(self.redactor.clean) from None
        finally:
            release()


def gateway_of(connection: HTTPConnection) -> Gateway:
    """Return the gateway that serves a connection."""
    gateway: Gateway = connection.app.state.gateway
    return gateway


def caller_of(request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)] = None) -> Caller:
    """Return the API server as the caller sees it; `Problem` without a token."""
    token = from_header(request.headers.get("Authorization"))
    if token is None:
        raise no_token()
    return gateway_of(request).cluster.of(token)


CurrentGateway = Annotated[Gateway, Depends(gateway_of)]
CurrentCaller = Annotated[Caller, Depends(caller_of)]
