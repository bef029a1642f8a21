"""The operator's settings: environment variables with the prefix `HVO_`, nothing else.

Secrets are not settings: they are read from Kubernetes at the moment of need.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def schema_path(chosen: Path | None) -> Path:
    """Return where the schema is: the file that was chosen, else the packaged one, else a checkout's own."""
    if chosen is not None:
        return chosen
    here = Path(__file__).resolve()
    packaged = here.parent / "schema" / "job-inputs.yaml"
    return packaged if packaged.exists() else here.parents[2] / "Schemas" / "job-inputs.yaml"


class Settings(BaseSettings):
    """What can be set. Durations are seconds."""

    model_config = SettingsConfigDict(env_prefix="HVO_", frozen=True, extra="ignore")

    operator_namespace: str = Field(default="hyperv-system", min_length=1, max_length=63)
    """Where host credentials live and the canary Lease is kept."""
    operator_identity: str = Field(default="hyperv-operator", min_length=1, max_length=100)
    """Names this process in claims and in shell names; the chart sets the pod's UID."""
    watch_namespaces: Annotated[tuple[str, ...], NoDecode] = ()
    """Comma-separated namespaces to serve; empty for all."""
    schema_file: Path | None = None
    """`job-inputs.yaml` to use instead of the one that is packaged."""

    agent_folder: Path | None = None
    """Folder with the agent that is brought to hosts (`make agent` builds it); unset or empty: hosts are looked after by
    hand."""
    rollout_hosts: int = Field(default=3, ge=1, le=50)
    """The agent is put on at most this many hosts at a time, once it works on a first one."""
    rollout_deadline_seconds: float = Field(default=900, gt=0, le=7_200)

    listen_address: str = "0.0.0.0"  # noqa: S104 - the pod's own network namespace; the chart decides what reaches it
    metrics_port: int = Field(default=8080, ge=0, le=65_535)
    probe_port: int = Field(default=8081, ge=0, le=65_535)
    webhook_cert_dir: Path | None = None
    """Folder with `tls.crt` and `tls.key` of the admission webhook; unset: there is no webhook."""
    webhook_port: int = Field(default=9443, ge=1, le=65_535)
    webhook_reload_seconds: float = Field(default=30, gt=0, le=3_600)
    """How often the certificate's files are looked at for a renewal."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    job_workers_max: int = Field(default=16, ge=1, le=256)
    """Runs of the agent that change a host, at most this many at a time over all hosts."""
    job_workers_min: int = Field(default=2, ge=1, le=256)
    """Workers for such runs while there is little to do."""
    fast_workers_max: int = Field(default=16, ge=1, le=256)
    """Short calls (inventory), at most this many at a time over all hosts."""
    fast_workers_min: int = Field(default=2, ge=1, le=256)
    hanging_calls_limit: int = Field(default=8, ge=1, le=256)
    """Calls of a lane that hang and whose workers are replaced; at this many there is an alarm."""
    breaker_failures: int = Field(default=3, ge=1, le=100)
    """After so many calls in a row that a host did not answer, calls other than its inventory are held back."""
    breaker_pause_seconds: float = Field(default=15, gt=0, le=3_600)
    """After this one of them is tried, should no inventory have been answered before; it doubles up to 5 minutes."""
    session_reuse_seconds: float = Field(default=45, ge=0, le=90)
    """How long an idle WinRM session is kept for the next call; hosts end idle shells after about 2 minutes."""

    run_deadline_seconds: float = Field(default=7200, gt=0, le=86_400)
    """One launch of the agent, copying included."""
    update_deadline_seconds: float = Field(default=1800, gt=0, le=86_400)
    """One change of CPU, memory or power state, the guest's shutdown included."""
    removal_deadline_seconds: float = Field(default=900, gt=0, le=86_400)
    inventory_deadline_seconds: float = Field(default=120, gt=0, le=3_600)
    guest_timeout_seconds: int = Field(default=3600, ge=1, le=86_400)
    """How long the guest may take from first boot to its final state."""
    guest_wait_seconds: int = Field(default=5, ge=0, le=60)
    """How long a launch may stay attached to wait for the guest before it returns `pending`."""
    awaited_inventory_seconds: float = Field(default=10, gt=0, le=300)
    """Inventory interval of a host on which a guest is awaited; never longer than the host's own interval."""
    inventory_interval_limit_seconds: float | None = Field(default=None, gt=0, le=3_600)
    """Caps every host's `inventoryIntervalSeconds` (for test rigs and small installations)."""
    secret_poll_seconds: float = Field(default=30, gt=0, le=3_600)
    """How often a Secret is looked for again while a machine waits for it."""
    retry_base_seconds: float = Field(default=10, gt=0, le=3_600)
    """First pause after a failure; it doubles up to `retry_limit_seconds`."""
    retry_limit_seconds: float = Field(default=600, gt=0, le=86_400)
    progress_interval_seconds: float = Field(default=15, ge=0, le=3_600)
    """Progress inside a step is written to status at most this often."""
    shutdown_grace_seconds: float = Field(default=25, gt=0, le=600)
    """How long a stopping operator lets attached runs go on; they survive on the host in any case."""
    watch_stale_seconds: float = Field(default=180, gt=0, le=3_600)
    """Readiness fails when the canary Lease was not seen for this long."""
    lease_interval_seconds: float = Field(default=30, gt=0, le=600)

    @model_validator(mode="after")
    def _bounds(self) -> Self:
        for lane in ("job", "fast"):
            low, high = getattr(self, f"{lane}_workers_min"), getattr(self, f"{lane}_workers_max")
            if low > high:
                raise ValueError(
                    f"HVO_{lane.upper()}_WORKERS_MIN is {low} and HVO_{lane.upper()}_WORKERS_MAX is {high}: raise the latter, or "
                    "lower the former"
                )
        return self

    @field_validator("agent_folder", mode="before")
    @classmethod
    def _no_folder(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("watch_namespaces", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value
