"""Looking at a host: one call for its inventory when that is due; what comes of it, an error too, is kept in its record."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta

from hyperv_operator.api.host import HyperVHostSpec, HyperVHostStatus, LogonFailures
from hyperv_operator.contract.inventory import InventoryReport
from hyperv_operator.contract.job import InventoryJob
from hyperv_operator.core import hosts
from hyperv_operator.core.observed import HostView
from hyperv_operator.errors import (
    AgentMissing,
    AuthenticationFailed,
    CallCancelled,
    ClusterError,
    CredentialsUnusable,
    HostError,
    ProtocolViolation,
)
from hyperv_operator.ports import CallContext, HostEndpoint, Lane, RemoteTask
from hyperv_operator.reconcilers import jobs
from hyperv_operator.reconcilers.book import Book, HostRecord
from hyperv_operator.reconcilers.endpoints import endpoint_of
from hyperv_operator.reconcilers.objects import metadata
from hyperv_operator.reconcilers.world import World

log = logging.getLogger(__name__)

INVENTORY = "inventory"
"""The category of the calls."""
_SPREAD = (0.9, 1.0)


class HostLook:
    """Reads inventories and keeps what came of it."""

    def __init__(self, world: World, book: Book) -> None:
        self._world = world
        self._book = book

    def due(self, record: HostRecord, spec: HyperVHostSpec) -> datetime:
        """Return when the next look is due: at once after a change of the spec."""
        now = self._world.clock.now()
        if record.read_at is None or record.read_generation != metadata(record.body).generation:
            return now
        return record.read_at + timedelta(seconds=self._interval(record, spec) * record.spread)

    def _interval(self, record: HostRecord, spec: HyperVHostSpec) -> float:
        settings = self._world.settings
        interval = min(float(spec.inventory_interval_seconds), settings.inventory_interval_limit_seconds or 86_400)
        if record.error is None and self._book.awaits_guest(record.name):
            return min(interval, settings.awaited_inventory_seconds)
        return interval

    async def look(self, record: HostRecord, spec: HyperVHostSpec) -> None:
        """Read the inventory from the version of the agent that is in use."""
        generation = metadata(record.body).generation
        folders = [spec.paths.agent]
        if record.rollout and record.rollout.active:
            folders.insert(0, record.rollout.folder(spec.paths.agent))
        for folder in folders:
            await self._ask(record, spec, folder)
            if not isinstance(record.error, AgentMissing):
                break
        if record.rollout and record.error is None and folder == spec.paths.agent:
            record.rollout = record.rollout.by_hand()
        record.attempted, record.read_generation = True, generation
        record.read_at = self._world.clock.now()
        record.spread = random.uniform(*_SPREAD)  # noqa: S311 - it spreads calls over time

    async def _ask(self, record: HostRecord, spec: HyperVHostSpec, folder: str) -> None:
        begun: list[datetime] = []
        credentials: list[str] = []

        async def prepare() -> Callable[[CallContext], InventoryReport]:
            endpoint = await self.endpoint(record, spec, folder, credentials)
            job = await self.job(record, spec)
            return lambda context: self._world.agent.read_inventory(endpoint, job, context)

        try:
            report = await self._world.tasks.submit(
                RemoteTask(
                    key=f"inventory:{record.ref.uid}",
                    host=record.name,
                    lane=Lane.FAST,
                    category=INVENTORY,
                    probe=True,
                    prepare=prepare,
                    on_start=lambda: begun.append(self._world.clock.now()),
                )
            )
        except (CallCancelled, ClusterError):
            raise
        except HostError as error:
            self.failed(record, error, credentials[-1] if credentials and begun else None)
        except Exception as error:
            log.exception("Reading an inventory failed in a way nobody foresaw", extra={"host": record.name})
            name = type(error).__name__
            self.failed(record, ProtocolViolation(f"The inventory could not be read ({name})."), None)
        else:
            self.seen(record, report, begun[-1])

    async def job(self, record: HostRecord, spec: HyperVHostSpec) -> InventoryJob:
        """Return the job that asks for an inventory."""
        view = HostView(name=record.name, uid=record.ref.uid, spec=spec)
        return jobs.inventory_job(view, await self._world.namespaces.cluster_uid())

    async def endpoint(
        self, record: HostRecord, spec: HyperVHostSpec, folder: str, credentials: list[str]
    ) -> HostEndpoint:
        """Return how to reach the host; `credentials` takes the version of the Secret. Raises `HostError`."""
        endpoint = await endpoint_of(self._world, record.name, spec, folder)
        self._check_logons(record, endpoint)
        credentials.append(endpoint.credentials_version)
        return endpoint

    def _check_logons(self, record: HostRecord, endpoint: HostEndpoint) -> None:
        """Do not offer credentials again that were refused twice: the account would be locked out."""
        failed = record.logon_failures or HyperVHostStatus.parse(record.body.get("status")).logon_failures
        record.logon_failures = failed
        if (
            failed
            and failed.secret_version == endpoint.credentials_version
            and failed.count >= hosts.MAX_LOGON_FAILURES
        ):
            raise AuthenticationFailed(
                f"Host {endpoint.address} refused these credentials {failed.count} times. Correct the user name and "
                "password in the credentials Secret; the operator tries again when the Secret has changed."
            )

    def seen(self, record: HostRecord, report: InventoryReport, begun_at: datetime) -> None:
        """Keep an inventory."""
        record.previous_begun_at, record.begun_at = record.begun_at, begun_at
        record.report, record.error, record.logon_failures = report, None, None

    def failed(self, record: HostRecord, error: HostError, version: str | None) -> None:
        """Keep an error; `version` is that of the credentials if they were offered to the host."""
        record.error = error
        if isinstance(error, AuthenticationFailed) and version is not None:
            before = record.logon_failures
            count = before.count + 1 if before and before.secret_version == version else 1
            record.logon_failures = LogonFailures(secret_version=version, count=count)
        elif isinstance(error, CredentialsUnusable):
            record.logon_failures = None
