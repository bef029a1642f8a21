"""The limits of the webhook are those that its guide states."""

from __future__ import annotations

from pathlib import Path

from hyperv_operator.handlers import reviews, webhook
from hyperv_operator.serving import bodies

_GUIDE = Path(__file__).resolve().parents[3] / "docs" / "guides" / "admission.md"
_MIB = 2**20


def test_the_guide_states_the_limits() -> None:
    text = _GUIDE.read_text(encoding="utf-8")
    for sentence in (
        f"that is not complete after {webhook._LIMITS.head_seconds:g} seconds",
        f"nothing for {webhook._LIMITS.idle_seconds:g} seconds after an answer",
        f"a body that is not complete after {webhook._BODY_SECONDS:g} seconds",
        f"a body of more than {webhook._MAX_BYTES // _MIB} MiB",
        f"large bodies that take more than {webhook._MEMORY // _MIB} MiB together",
        f"503 for those over {bodies._SMALL // 1024} KiB",
        f"more than {webhook._LIMITS.connections} connections",
        f"more than {reviews._MAX_DEPTH} levels",
        f"more than {reviews._MAX_VALUES} values",
    ):
        assert sentence in text
