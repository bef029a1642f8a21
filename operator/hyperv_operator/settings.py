"""The operator's settings: environment variables with the prefix `HVO_`.

Secrets are not settings; they are read from Kubernetes when they are needed.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_NAMESPACE: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def schema_path(chosen: Path | None) -> Path:
    """Return the path of the schema: the chosen file, or the packaged one, or the one in the checkout."""
    return _packaged("job-inputs.yaml") if chosen is None else chosen


def released_schemas(chosen: Path | None) -> Path:
    """Return the folder with the released versions of the schema: the chosen one, or the packaged one, or that of the checkout."""
    return _packaged("released") if chosen is None else chosen


def _packaged(name: str) -> Path:
    here = Path(__file__).resolve()
    packaged = here.parent / "schema" / name
    return packaged if packaged.exists() else here.parents[2] / "Schemas" / name


class Settings(BaseSettings):
    """Every setting, with its default and bounds. Durations are in seconds."""

    # The reference page shows the docstrings below.
    model_config = SettingsConfigDict(env_prefix="HVO_", frozen=True, extra="ignore", use_attribute_docstrings=True)

    operator_namespace: str = Field(default="hyperv-system", min_length=1, max_length=63)
    """Namespace of the host credentials and of the canary Lease. The chart sets the release's namespace."""
    operator_identity: str = Field(default="hyperv-operator", min_length=1, max_length=100)
    """Identifies this process in claims and in shell names. The chart sets the pod's UID."""
    watch_namespaces: Annotated[tuple[str, ...], NoDecode] = ()
    """Namespaces to watch, separated by commas. Empty: all namespaces."""
    schema_file: Path | None = None
    """The `job-inputs.yaml` to use. Unset: the one that is packaged with the operator."""

    agent_folder: Path | None = None
    """Folder with the agent that the operator installs on hosts (`make agent` builds it). Unset or empty: the agent is installed
    by hand."""
    rollout_hosts: int = Field(default=3, ge=1, le=50)
    """Maximum number of hosts that receive a new version of the agent at the same time, once it works on a first host."""
    rollout_deadline_seconds: float = Field(default=900, gt=0, le=7_200)
    """Deadline of one call that installs a version of the agent or deletes old versions."""

    listen_address: str = "0.0.0.0"  # noqa: S104 - the pod's own network namespace; the chart decides who can reach it
    """Address on which metrics, probes, the webhook and the aggregated API are served."""
    metrics_port: int = Field(default=8080, ge=0, le=65_535)
    """Port of `/metrics` and `/debug/executor`. 0: any free port."""
    probe_port: int = Field(default=8081, ge=0, le=65_535)
    """Port of `/healthz` and `/readyz`. 0: any free port."""
    webhook_cert_dir: Path | None = None
    """Folder with `tls.crt` and `tls.key` of the admission webhook. Unset: no webhook is served."""
    webhook_port: int = Field(default=9443, ge=1, le=65_535)
    """Port of the admission webhook."""
    webhook_reload_seconds: float = Field(default=30, gt=0, le=3_600)
    """Interval at which the webhook's certificate files are checked for a renewal."""
    webhook_client_ca_file: Path | None = None
    """PEM file of the authority whose client certificates the webhook asks for. Unset: reviews are not authenticated."""
    webhook_client_names: Annotated[tuple[str, ...], NoDecode] = ()
    """Common names that such a client certificate may have, separated by commas. Empty: any."""
    subresources_cert_dir: Path | None = None
    """Folder with `tls.crt` and `tls.key` of the aggregated API, which serves live logs. Unset: it is not served, and no log of
    runs is kept in memory."""
    subresources_port: int = Field(default=9444, ge=1, le=65_535)
    """Port of the aggregated API."""
    subresources_reload_seconds: float = Field(default=30, gt=0, le=3_600)
    """Interval at which the certificate files of the aggregated API are checked for a renewal."""
    log_lines_max: int = Field(default=2_000, ge=10, le=100_000)
    """Maximum number of lines that are kept of one run. The beginnings and ends of its steps are kept besides."""
    log_bytes_max: int = Field(default=262_144, ge=16_384, le=16_777_216)
    """Maximum size of the text of those lines, in bytes."""
    log_runs_max: int = Field(default=3, ge=1, le=100)
    """Number of runs of each machine whose log is kept."""
    log_memory_max: int = Field(default=33_554_432, ge=1_048_576, le=1_073_741_824)
    """Memory that all logs of runs together may take, about, in bytes. The oldest finished runs are dropped first."""
    log_followers_max: int = Field(default=256, ge=1, le=10_000)
    """Maximum number of readers that follow logs at the same time."""
    log_followers_per_user_max: int = Field(default=32, ge=1, le=10_000)
    """Maximum number of logs that one user follows at the same time."""
    log_write_seconds: float = Field(default=10, gt=0, le=300)
    """How long a reader of a log may not read before it is dropped."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Lowest level that is logged."""

    job_workers_max: int = Field(default=16, ge=1, le=256)
    """Maximum number of concurrent launches (provisioning, update, removal), over all hosts."""
    job_workers_min: int = Field(default=2, ge=1, le=256)
    """Number of workers that the job lane keeps while it is idle."""
    fast_workers_max: int = Field(default=16, ge=1, le=256)
    """Maximum number of concurrent short calls (inventory, rollout), over all hosts."""
    fast_workers_min: int = Field(default=2, ge=1, le=256)
    """Number of workers that the fast lane keeps while it is idle."""
    hanging_calls_limit: int = Field(default=8, ge=1, le=256)
    """Number of hanging calls in a lane whose workers are replaced. Reaching this number raises the alarm, and no further
    worker is replaced."""
    breaker_failures: int = Field(default=3, ge=1, le=100)
    """Number of consecutive unanswered calls that opens a host's circuit breaker. Inventory polls pass an open breaker."""
    breaker_pause_seconds: float = Field(default=15, gt=0, le=3_600)
    """Cooldown of an open circuit breaker, after which a single launch is tried. It doubles with each failed trial, up to 5
    minutes."""
    session_reuse_seconds: float = Field(default=45, ge=0, le=90)
    """How long an idle WinRM session is kept for reuse. Hosts end idle shells after about 2 minutes."""

    run_deadline_seconds: float = Field(default=7200, gt=0, le=86_400)
    """Deadline of one provisioning launch, including the copy of the image."""
    update_deadline_seconds: float = Field(default=1800, gt=0, le=86_400)
    """Deadline of one change of CPU, memory or power state, including the shutdown of the guest."""
    removal_deadline_seconds: float = Field(default=900, gt=0, le=86_400)
    """Deadline of one removal."""
    inventory_deadline_seconds: float = Field(default=120, gt=0, le=3_600)
    """Deadline of one inventory poll."""
    preflight_interval_seconds: float = Field(default=3600, ge=10, le=604_800)
    """Interval between two preflights of a host. One follows at once on the first inventory, on a new version of the agent and on a
    change of the HyperVHost, and with each inventory while something blocks."""
    preflight_deadline_seconds: float = Field(default=120, gt=0, le=3_600)
    """Deadline of one preflight of a host."""
    guest_timeout_seconds: int = Field(default=3600, ge=1, le=86_400)
    """How long a guest may take from its first boot to its final state."""
    guest_wait_seconds: int = Field(default=5, ge=0, le=60)
    """How long a launch waits for the guest before it returns `pending`."""
    awaited_inventory_seconds: float = Field(default=10, gt=0, le=300)
    """Inventory interval of a host with a machine that waits for its guest; never longer than the host's own interval."""
    inventory_interval_limit_seconds: float | None = Field(default=None, gt=0, le=3_600)
    """Upper limit of every host's `inventoryIntervalSeconds`, for tests and small installations."""
    secret_poll_seconds: float = Field(default=30, gt=0, le=3_600)
    """Interval at which Secrets and namespace labels are read again while a machine is not configured yet."""
    retry_base_seconds: float = Field(default=10, gt=0, le=3_600)
    """First retry delay. It doubles with each failure, up to `HVO_RETRY_LIMIT_SECONDS`."""
    retry_limit_seconds: float = Field(default=600, gt=0, le=86_400)
    """Longest pause between two retries."""
    progress_interval_seconds: float = Field(default=15, ge=0, le=3_600)
    """Minimum interval between status writes for the progress of a step."""
    shutdown_grace_seconds: float = Field(default=25, gt=0, le=600)
    """How long a stopping operator waits for running calls. Runs continue on their hosts in any case."""
    watch_stale_seconds: float = Field(default=180, gt=0, le=3_600)
    """Readiness fails if the watch of machines, hosts or inventories, or of the canary Lease, has delivered nothing for this long.
    The API server sends something about once a minute."""
    notifications_secret: str | None = Field(default=None, max_length=253)
    """Name of the Secret in the operator's namespace that lists the targets of notifications. Unset or empty: none are sent."""
    notifications_reload_seconds: float = Field(default=30, gt=0, le=3_600)
    """Interval at which the Secret of the targets is read again."""
    resync_seconds: float = Field(default=600, ge=1, le=86_400)
    """Interval at which all machines, hosts and inventories are listed again, so that nothing that a watch missed stays unnoticed.
    It is shortened by up to a fifth at random. A resync writes nothing where nothing differs."""
    lease_interval_seconds: float = Field(default=30, gt=0, le=600)
    """Interval at which the canary Lease is renewed."""

    @model_validator(mode="after")
    def _check_workers(self) -> Self:
        for lane in ("job", "fast"):
            low, high = getattr(self, f"{lane}_workers_min"), getattr(self, f"{lane}_workers_max")
            if low > high:
                raise ValueError(
                    f"HVO_{lane.upper()}_WORKERS_MIN is {low}, more than HVO_{lane.upper()}_WORKERS_MAX, which is {high}: lower the "
                    "former or raise the latter"
                )
        return self

    @field_validator("agent_folder", "notifications_secret", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @model_validator(mode="after")
    def _check_clients(self) -> Self:
        if self.webhook_client_names and self.webhook_client_ca_file is None:
            raise ValueError(
                "HVO_WEBHOOK_CLIENT_NAMES has no effect without HVO_WEBHOOK_CLIENT_CA_FILE: set the file of the authority that signs "
                "the clients' certificates"
            )
        return self

    @field_validator("watch_namespaces", "webhook_client_names", mode="before")
    @classmethod
    def _split_names(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("watch_namespaces")
    @classmethod
    def _check_namespaces(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if not _NAMESPACE.fullmatch(name):
                raise ValueError(
                    f"{name!r} is not the name of a namespace, which has up to 63 of the characters a-z, 0-9 and '-'. Patterns are not "
                    "supported: list each namespace, or leave the setting empty to watch all"
                )
        return tuple(dict.fromkeys(names))
