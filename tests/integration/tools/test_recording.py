"""The demo is recorded by running it."""

from __future__ import annotations

import pytest
import recording


def test_a_command_that_fails_is_not_drawn() -> None:
    with pytest.raises(SystemExit, match=r"(?s)half\nsh -c .* failed"):
        recording.record(["sh", "-c", "echo half; exit 3"])
