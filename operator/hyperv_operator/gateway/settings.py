"""The gateway's settings: environment variables with the prefix `HVO_GATEWAY_`."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from hyperv_operator.errors import SettingsError

_PREFIX: Final = "HVO_GATEWAY_"


class GatewaySettings(BaseSettings):
    """Every setting, with its default and bounds. Durations are in seconds."""

    # The reference page shows the docstrings below.
    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True, extra="ignore", use_attribute_docstrings=True)

    api_url: str | None = None
    """URL of the Kubernetes API. Unset: that of the pod's cluster, else that of the current context of KUBECONFIG."""
    api_ca_file: Path | None = None
    """Certificate authorities of the Kubernetes API, as PEM. Unset: the one of KUBECONFIG's cluster, else those of the system."""
    api_timeout_seconds: float = Field(default=30, gt=0, le=600)
    """Longest wait for an answer of the Kubernetes API."""

    listen_address: str = "127.0.0.1"
    """Address on which the gateway listens. Anything but a loopback address needs `HVO_GATEWAY_TLS_CERT_DIR`."""
    port: int = Field(default=8443, ge=0, le=65_535)
    """Port of the API and the console. 0: any free port."""
    metrics_address: str = "127.0.0.1"
    """Address on which metrics are served, over HTTP."""
    metrics_port: int = Field(default=8080, ge=0, le=65_535)
    """Port of `/metrics`. 0: any free port."""
    tls_cert_dir: Path | None = None
    """Folder with `tls.crt` and `tls.key`. Renewed files are loaded while the gateway runs."""
    tls_reload_seconds: float = Field(default=30, gt=0, le=3_600)
    """Interval at which the certificate files are checked for a renewal."""
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    """Addresses and networks, separated by commas, whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Lowest level that is logged."""

    default_namespace: str | None = Field(
        default=None, min_length=1, max_length=63, pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
    )
    """Namespace of submissions that name none. Unset: every submission names its namespace."""
    schema_file: Path | None = None
    """The `job-inputs.yaml` to use. Unset: the one that is packaged with the operator. It has to be the operator's."""
    older_schemas_dir: Path | None = None
    """Folder with older versions of the schema file, from which a refused client learns what has changed. Unset: the released
    versions, which are packaged with the operator."""
    docs_url: str = "https://github.com/hyperv-operator/hyperv-operator/blob/main/docs"
    """Address of the documentation that answers refer to."""

    max_body_bytes: int = Field(default=262_144, ge=4_096, le=4_194_304)
    """Largest body of a request."""
    max_header_bytes: int = Field(default=32_768, ge=8_192, le=1_048_576)
    """Largest head of a request: its line and its headers. Kubernetes tokens take a few KiB."""
    read_timeout_seconds: float = Field(default=10, gt=0, le=600)
    """Longest wait for the whole head of a request, and for its whole body."""
    requests_per_minute: int = Field(default=600, ge=1, le=1_000_000)
    """Requests of one token in a minute."""
    address_requests_per_minute: int = Field(default=3_000, ge=1, le=1_000_000)
    """Requests of one client address in a minute. Behind a proxy that is not trusted, all clients share its address."""
    max_connections: int = Field(default=5_000, ge=1, le=1_000_000)
    """Connections in all. Further ones are answered with 503."""

    max_streams: int = Field(default=2_000, ge=1, le=1_000_000)
    """Open streams in all."""
    max_streams_per_token: int = Field(default=50, ge=1, le=1_000_000)
    """Open streams of one token."""
    stream_queue: int = Field(default=1_000, ge=10, le=100_000)
    """Messages that wait for one slow client before it is dropped."""
    stream_send_seconds: float = Field(default=15, gt=0, le=600)
    """Longest wait for a client to take one message."""
    stream_ping_seconds: float = Field(default=20, gt=0, le=600)
    """Longest silence of a stream."""
    stream_recheck_seconds: float = Field(default=300, ge=1, le=3_600)
    """Interval at which the Kubernetes API checks again whether the caller of a stream may still read what it sends."""

    @field_validator(
        "api_ca_file", "tls_cert_dir", "schema_file", "older_schemas_dir", "api_url", "default_namespace", mode="before"
    )
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _check_proxies(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for one in proxies:
            try:
                ipaddress.ip_network(one, strict=False)
            except ValueError:
                raise ValueError(
                    f"{one!r} is neither an address nor a network; write it as 10.0.0.7 or 10.0.0.0/8"
                ) from None
        return proxies

    @model_validator(mode="after")
    def _encrypted(self) -> Self:
        if self.tls_cert_dir is None and not is_loopback(self.listen_address):
            raise ValueError(
                f"HVO_GATEWAY_LISTEN_ADDRESS is {self.listen_address} and there is no TLS, so tokens and passwords would cross the "
                "network in clear text: set HVO_GATEWAY_TLS_CERT_DIR to a folder with tls.crt and tls.key, or listen on 127.0.0.1"
            )
        return self


def is_loopback(address: str) -> bool:
    """Return whether only processes of this machine reach the address."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def load_settings() -> GatewaySettings:
    """Read the settings from the environment; `SettingsError` names each invalid variable and why."""
    try:
        return GatewaySettings()
    except ValidationError as error:
        details = "; ".join(
            f"{_variable(item['loc'])}{item['msg'].removeprefix('Value error, ')}"
            for item in error.errors(include_url=False, include_input=False)
        )
        raise SettingsError(f"The gateway's settings are invalid: {details}.") from None


def _variable(place: tuple[int | str, ...]) -> str:
    return f"{_PREFIX}{'_'.join(str(part) for part in place).upper()}: " if place else ""
