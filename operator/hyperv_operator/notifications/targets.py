"""The targets of notifications, as the Secret names them. Each is read on its own: a mistake in one costs that one only. Pure."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError
from pydantic.alias_generators import to_camel

from hyperv_operator.api.common import SecretKey, Transition
from hyperv_operator.api.names import EventReason
from hyperv_operator.notifications.signing import parse_keys
from hyperv_operator.ports import Subject

TARGETS_KEY: Final = "targets.yaml"
_MAX_TARGETS: Final = 16
_MAX_URL: Final = 2_048
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
_OWN_HEADERS: Final = frozenset(
    {
        *("host", "content-type", "content-length", "content-encoding", "transfer-encoding", "connection"),
        *("user-agent", "webhook-id", "webhook-timestamp", "webhook-signature"),
    }
)
_VISIBLE: Final = re.compile(r"[\x20-\x7e]{1,4096}")
_NAME: Final = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"

Namespace = Annotated[str, Field(pattern=_NAME)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, alias_generator=to_camel)


class Filter(_Strict):
    """Which transitions a target gets. What is not given does not restrict."""

    severities: Annotated[list[Literal["Normal", "Warning"]], Field(min_length=1)] | None = None
    reasons: Annotated[list[str], Field(min_length=1, max_length=64)] | None = None
    namespaces: Annotated[list[Namespace], Field(min_length=1, max_length=256)] | None = None
    """Hosts have no namespace: with this, none of their transitions is sent."""

    def accepts(self, subject: Subject, transition: Transition) -> bool:
        """Return whether the target gets this transition."""
        return (
            (self.severities is None or transition.severity in self.severities)
            and (self.reasons is None or transition.reason in self.reasons)
            and (self.namespaces is None or subject.ref.namespace in self.namespaces)
        )


class _Item(_Strict):
    """One target, as it is written."""

    name: Annotated[str, Field(pattern=_NAME)]
    url: Annotated[str, Field(max_length=_MAX_URL)]
    signing_key: SecretKey
    headers: Annotated[dict[str, SecretKey], Field(max_length=16)] = {}
    ca_bundle: SecretKey | None = None
    allow_insecure: bool = False
    filter: Filter = Filter()


@dataclass(frozen=True)
class Target:
    """One receiver of notifications. Nothing of it but its name is ever shown: URLs hold secrets too."""

    name: str
    url: str = field(repr=False)
    keys: tuple[bytes, ...] = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    ca_bundle: str | None = field(default=None, repr=False)
    """PEM of the authorities that are trusted instead of the system's."""
    filter: Filter = field(default_factory=Filter)


@dataclass(frozen=True)
class Targets:
    """What was read of a Secret."""

    targets: tuple[Target, ...] = ()
    problems: tuple[str, ...] = ()
    """What cannot be used, in a sentence each, without any value."""
    named: frozenset[str] = frozenset()
    """The names of all targets, also of those that cannot be used."""
    readable: bool = True
    """Whether the list itself could be read."""


def parse(data: Mapping[str, bytes]) -> Targets:
    """Read the data of a Secret."""
    try:
        items = _items(data)
    except ValueError as error:
        return Targets(problems=(str(error),), readable=False)
    targets: dict[str, Target] = {}
    problems: list[str] = []
    named: set[str] = set()
    for number, item in enumerate(items, start=1):
        name = item.get("name") if isinstance(item, dict) else None
        label = (
            f"Target {name}" if isinstance(name, str) and re.fullmatch(_NAME, name) else f"Target {number} of the list"
        )
        if isinstance(name, str):
            named.add(name)
        try:
            target = _target(item, data, set(targets))
            targets[target.name] = target
        except ValueError as error:
            problems.append(f"{label} is not used: {_sentence(error)}.")
    return Targets(tuple(targets.values()), tuple(problems), frozenset(named))


def _items(data: Mapping[str, bytes]) -> list[JsonValue]:
    if TARGETS_KEY not in data:
        raise ValueError(f"The Secret has no key {TARGETS_KEY}. Add it, with a list `targets`.")
    try:
        document = yaml.safe_load(data[TARGETS_KEY].decode())
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        raise ValueError(f"{TARGETS_KEY} is not YAML. Correct it; `yamllint` shows the place.") from None
    if not isinstance(document, dict) or set(document) != {"targets"} or not isinstance(document["targets"], list):
        raise ValueError(f"{TARGETS_KEY} is not a mapping with one key `targets` that is a list. Correct it.")
    items: list[JsonValue] = document["targets"]
    if len(items) > _MAX_TARGETS:
        raise ValueError(f"{TARGETS_KEY} has {len(items)} targets, more than {_MAX_TARGETS}. Remove some.")
    return items


def _target(item: JsonValue, data: Mapping[str, bytes], taken: AbstractSet[str]) -> Target:
    read = _Item.model_validate(item)
    if read.name in taken:
        raise ValueError("an earlier target has the same name; rename one of them")
    _check_url(read)
    unknown = sorted(set(read.filter.reasons or ()) - {reason.value for reason in EventReason})
    if unknown:
        raise ValueError(
            f"filter.reasons has {', '.join(unknown)}, which no Event has; docs/reference/conditions.md lists all"
        )
    return Target(
        name=read.name,
        url=read.url,
        keys=_signing_keys(read.signing_key, data),
        headers={name: _header(name, key, data) for name, key in read.headers.items()},
        ca_bundle=_ca_bundle(read.ca_bundle, data) if read.ca_bundle else None,
        filter=read.filter,
    )


def _check_url(item: _Item) -> None:
    try:
        parts = urlsplit(item.url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("url is not a URL; write https://host/path") from None
    if parts.scheme not in ("https", "http") or not host or not item.url.isascii() or not item.url.isprintable():
        raise ValueError("url is not a URL of http or https; write https://host/path")
    if parts.username is not None:
        raise ValueError("url has a user name; put credentials into a header, as a key of the Secret")
    if parts.scheme == "http" and host not in _LOOPBACK and not item.allow_insecure:
        raise ValueError("url is http, which anybody on the way can read; use https, or set allowInsecure: true")


def _value(key: str, data: Mapping[str, bytes], what: str) -> bytes:
    if key not in data:
        raise ValueError(f"{what} names the key {key}, which the Secret does not have; add it")
    return data[key]


def _signing_keys(key: str, data: Mapping[str, bytes]) -> tuple[bytes, ...]:
    value = _value(key, data, "signingKey")
    try:
        return parse_keys(value)
    except ValueError as error:
        raise ValueError(f"the signing key in {key} cannot be used: {error}") from None


def _header(name: str, key: str, data: Mapping[str, bytes]) -> str:
    if not _HEADER.fullmatch(name) or name.lower() in _OWN_HEADERS:
        raise ValueError(
            f"headers has {name[:64]!r}, which is no name of a header or one that the operator sets; remove it"
        )
    value = _value(key, data, f"header {name}").decode(errors="replace").strip()
    if not _VISIBLE.fullmatch(value):
        raise ValueError(f"the value of header {name} in {key} is not one line of printable ASCII; correct it")
    return value


def _ca_bundle(key: str, data: Mapping[str, bytes]) -> str:
    pem = _value(key, data, "caBundle").decode(errors="replace")
    try:
        ssl.create_default_context(cadata=pem)
    except (ssl.SSLError, ValueError):
        raise ValueError(f"the CA bundle in {key} is not PEM with certificates; correct it") from None
    return pem


def _sentence(error: ValueError) -> str:
    """Return what is wrong, without any value that was given."""
    if not isinstance(error, ValidationError):
        return str(error)
    return "; ".join(
        f"{'.'.join(str(part)[:64] for part in item['loc']) or 'the item'}: {item['msg']}"
        for item in error.errors(include_url=False, include_context=False, include_input=False)
    )
