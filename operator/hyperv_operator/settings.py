"""The operator's settings: environment variables with the prefix `HVO_`.

Secrets are not settings; they are read from Kubernetes when they are needed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def schema_path(chosen: Path | None) -> Path:
    """Return the path of the schema: the chosen file, or the packaged one, or the one in the checkout."""
    if chosen is not None:
        return chosen
    here = Path(__file__).resolve()
    packaged = here.parent / "schema" / "job-inputs.yaml"
    return packaged if packaged.exists() else here.parents[2] / "Schemas" / "job-inputs.yaml"


class Settings(BaseSettings):
    """The settings. Durations are seconds."""

    model_config = SettingsConfigDict(env_prefix="HVO_", frozen=True, extra="ignore")

    operator_namespace: str = Field(default="hyperv-system", min_length=1, max_length=63)
    """Namespace of the host credentials and the canary Lease."""
    operator_identity: str = Field(default="hyperv-operator", min_length=1, max_length=100)
    """Identifies this process in claims and shell names; the chart sets it to the pod's UID."""
    watch_namespaces: Annotated[tuple[str, ...], NoDecode] = ()
    """Comma-separated namespaces to watch; empty for all."""
    schema_file: Path | None = None
    """The `job-inputs.yaml` to use instead of the packaged one."""

    agent_folder: Path | None = None
    """Folder with the agent that the operator installs on hosts (`make agent` builds it). Unset or empty: the agent is installed
    by hand."""
    rollout_hosts: int = Field(default=3, ge=1, le=50)
    """A version that works on its first host is then installed on at most this many hosts at a time."""
    rollout_deadline_seconds: float = Field(default=900, gt=0, le=7_200)

    listen_address: str = "0.0.0.0"  # noqa: S104 - the pod's own network namespace; the chart decides who can reach it
    metrics_port: int = Field(default=8080, ge=0, le=65_535)
    probe_port: int = Field(default=8081, ge=0, le=65_535)
    webhook_cert_dir: Path | None = None
    """Folder with `tls.crt` and `tls.key` of the admission webhook. Unset: no webhook is served."""
    webhook_port: int = Field(default=9443, ge=1, le=65_535)
    webhook_reload_seconds: float = Field(default=30, gt=0, le=3_600)
    """How often the certificate's files are checked for a renewal."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    job_workers_max: int = Field(default=16, ge=1, le=256)
    """Maximum number of concurrent runs that change a host, over all hosts."""
    job_workers_min: int = Field(default=2, ge=1, le=256)
    """Number of workers for such runs while the operator is idle."""
    fast_workers_max: int = Field(default=16, ge=1, le=256)
    """Maximum number of concurrent short calls (inventory, rollout), over all hosts."""
    fast_workers_min: int = Field(default=2, ge=1, le=256)
    hanging_calls_limit: int = Field(default=8, ge=1, le=256)
    """How many hanging calls of a lane have their workers replaced. Reaching this number raises the alarm."""
    breaker_failures: int = Field(default=3, ge=1, le=100)
    """Number of consecutive unanswered calls that opens a host's circuit breaker. Only inventories pass an open breaker."""
    breaker_pause_seconds: float = Field(default=15, gt=0, le=3_600)
    """Cooldown of an open circuit breaker, after which a single other call is tried; doubles up to 5 minutes."""
    session_reuse_seconds: float = Field(default=45, ge=0, le=90)
    """How long an idle WinRM session is kept for reuse; hosts end idle shells after about 2 minutes."""

    run_deadline_seconds: float = Field(default=7200, gt=0, le=86_400)
    """Deadline of one provisioning launch, including the image copy."""
    update_deadline_seconds: float = Field(default=1800, gt=0, le=86_400)
    """Deadline of one change of CPU, memory or power state, including the guest's shutdown."""
    removal_deadline_seconds: float = Field(default=900, gt=0, le=86_400)
    inventory_deadline_seconds: float = Field(default=120, gt=0, le=3_600)
    guest_timeout_seconds: int = Field(default=3600, ge=1, le=86_400)
    """How long a guest may take from its first boot to its final state."""
    guest_wait_seconds: int = Field(default=5, ge=0, le=60)
    """How long a launch waits for the guest before it returns `pending`."""
    awaited_inventory_seconds: float = Field(default=10, gt=0, le=300)
    """Inventory interval of a host with a machine that waits for its guest; never longer than the host's own interval."""
    inventory_interval_limit_seconds: float | None = Field(default=None, gt=0, le=3_600)
    """Upper limit of every host's `inventoryIntervalSeconds` (for tests and small installations)."""
    secret_poll_seconds: float = Field(default=30, gt=0, le=3_600)
    """Polling interval for a missing Secret."""
    retry_base_seconds: float = Field(default=10, gt=0, le=3_600)
    """First retry delay; doubles up to `retry_limit_seconds`."""
    retry_limit_seconds: float = Field(default=600, gt=0, le=86_400)
    progress_interval_seconds: float = Field(default=15, ge=0, le=3_600)
    """Minimum interval between status writes for the progress of a step."""
    shutdown_grace_seconds: float = Field(default=25, gt=0, le=600)
    """How long a stopping operator waits for attached runs. Runs survive on the host in any case."""
    watch_stale_seconds: float = Field(default=180, gt=0, le=3_600)
    """Readiness fails if the watch has not delivered the canary Lease for this long."""
    lease_interval_seconds: float = Field(default=30, gt=0, le=600)

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

    @field_validator("agent_folder", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("watch_namespaces", mode="before")
    @classmethod
    def _split_namespaces(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value
