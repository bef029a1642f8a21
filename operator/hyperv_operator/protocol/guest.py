"""What the guest posts: its key and its state. The guest is untrusted: sizes are bounded and every value is validated."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from hyperv_operator.border.document import UnreadableText, parse_object
from hyperv_operator.border.fields import Name
from hyperv_operator.border.reading import read
from hyperv_operator.border.text import Clean
from hyperv_operator.errors import RecordError

MAX_GUEST_VALUE = 1_000
"""Maximum characters of a KVP value. A longer one is refused."""

_Base64Url = Annotated[Clean, Field(max_length=800, pattern=r"^[A-Za-z0-9_-]+$")]
_Code = Annotated[Clean, Field(max_length=64, pattern=r"^[A-Za-z0-9]*$")]
_FieldId = Annotated[Clean, Field(max_length=63, pattern=r"^([a-z][a-z0-9_]*)?$")]


class _GuestModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class GuestKey(_GuestModel):
    """The guest's RSA public key (RFC 7517): 2,048 to 4,096 bits, exponent 65537."""

    kty: Literal["RSA"]
    n: _Base64Url
    e: Literal["AQAB"]

    @model_validator(mode="after")
    def _strong(self) -> Self:
        bits = int.from_bytes(decode_base64url(self.n)).bit_length()
        if not 2_048 <= bits <= 4_096:
            raise ValueError(f"the modulus has {bits} bits, not 2048 to 4096")
        return self

    @property
    def kid(self) -> str:
        """Thumbprint of the key (RFC 7638, SHA-256, base64url without padding)."""
        canonical = json.dumps({"e": self.e, "kty": self.kty, "n": self.n}, separators=(",", ":"))
        return base64.urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).rstrip(b"=").decode()


class GuestProgress(StrEnum):
    """Progress of the guest's configuration."""

    APPLYING = "applying"
    APPLIED = "applied"
    FAILED = "failed"


class GuestState(_GuestModel):
    """The state of the guest's configuration. Step, code and field are single words, never free text; anything else is left out."""

    vm: Name
    run: Name
    kid: Name
    state: GuestProgress
    step: _Code = Clean("")
    code: _Code = Clean("")
    field: _FieldId = Clean("")
    """With the code `NotAsRequested`: the field of the submission that the guest does not have as requested."""

    @property
    def is_final(self) -> bool:
        """Whether the configuration has ended, successfully or not."""
        return self.state is not GuestProgress.APPLYING


_STATE_PARTS: Final = frozenset({"step", "code", "field"})


class _Ready(_GuestModel):
    protocol: Annotated[int, Field(strict=True, ge=1, le=1)]
    vm: Name
    key: GuestKey


def decode_base64url(text: str) -> bytes:
    """Decode base64url without padding. Raise `ValueError` if the text is not base64url."""
    try:
        return base64.urlsafe_b64decode(text + "==")  # Padding beyond what is needed is ignored.
    except binascii.Error as error:
        raise ValueError("not base64url") from error


def _load(raw: str, what: str) -> dict[str, JsonValue]:
    try:
        return parse_object(raw, MAX_GUEST_VALUE)
    except UnreadableText as error:
        raise RecordError(f"{what} of the guest {error}.") from None


def parse_guest_ready(raw: str | None, vm_id: str) -> GuestKey | None:
    """Return the key that the guest of `vm_id` posts, or None if there is none or it is of another VM (a captured image).

    Raise `RecordError` if the key is for this VM and invalid.
    """
    if raw is None:
        return None
    value = _load(raw, "ProvisioningReady")
    if str(value.get("vm", "")).lower() != vm_id.lower():
        return None
    try:
        return _Ready.model_validate(value).key
    except ValidationError:
        raise RecordError("ProvisioningReady of the guest has no RSA key of 2048 to 4096 bits.") from None


def parse_guest_state(raw: str | None, vm_id: str, run_id: str, kid: str | None) -> GuestState | None:
    """Return the state that the guest posts for this VM, run and key (any key if None), or None if there is none.

    A state of another VM, run or key is ignored: a captured image would report `applied` at once.
    """
    if raw is None:
        return None
    state = read(GuestState, dict(_load(raw, "ProvisioningState")), _STATE_PARTS).item
    if state is None:
        raise RecordError("ProvisioningState of the guest does not follow the protocol.")
    matches = state.vm.lower() == vm_id.lower() and state.run == run_id and (kid is None or state.kid == kid)
    return state if matches else None
