"""One rollout call: how it is recognised, its faults, and its entry in the ledger."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from dataclasses import replace

from hostsim.faults import Faults
from hostsim.ledger import RolloutNote
from hostsim.rollout import refusal
from hostsim.script import RolloutCall, ShellKilled, Streams
from hostsim.views import HostAgent

_LAST_LINE = "$input | Invoke-HvoRollout"


def is_rollout(text: str) -> bool:
    """Return whether a script text is a rollout call."""
    return text.rstrip().rpartition("\n")[2].strip() == _LAST_LINE


async def serve(agent: HostAgent, call: RolloutCall, streams: Streams) -> None:
    """Run a call to its answer, with the faults applied."""
    operation, faults = str(call.header.get("operation")), agent.faults
    agent.versions.begin()
    try:
        await _apply_faults(operation, faults, streams)
        call, is_half = _apply_upload_faults(operation, call, faults)
        if operation == "activate" and faults.activate_fails:
            text = f"The version could not be activated, as was ordered: {faults.activate_fails}."
            streams.output(json.dumps(refusal(faults.activate_fails, text)))
        else:
            await agent.roll_out(call, streams)
        if is_half or faults.kills_at("", f"{operation}:completed"):
            raise ShellKilled
    finally:
        agent.versions.end()
        agent.ledger.rollouts.append(_note(operation, call, streams.last_output))


async def _apply_faults(operation: str, faults: Faults, streams: Streams) -> None:
    streams.noise("verbose", f"Rollout: {operation}.")
    if faults.kills_at("", operation):
        raise ShellKilled
    while faults.hang_at == operation:  # noqa: ASYNC110 - faults are set from other threads, where an asyncio.Event cannot be used
        await asyncio.sleep(0.05)


def _apply_upload_faults(operation: str, call: RolloutCall, faults: Faults) -> tuple[RolloutCall, bool]:
    """Return the call as the host receives it, and whether the shell dies after it."""
    if operation != "receive":
        return call, False
    header, *pieces = call.inputs
    if faults.upload_corrupted:
        for number, piece in enumerate(pieces):
            content = json.loads(piece)
            data = bytearray(base64.b64decode(content["data"]))
            if data:
                data[-1] ^= 1
                pieces[number] = json.dumps({**content, "data": base64.b64encode(data).decode()})
                faults.upload_corrupted = False
                break
    is_half = faults.kills_at("", "receive:half")
    if is_half:
        del pieces[len(pieces) // 2 :]
    return replace(call, inputs=(header, *pieces)), is_half


def _note(operation: str, call: RolloutCall, output: str) -> RolloutNote:
    try:
        answer = json.loads(output)
        written, code = int(answer.get("bytes", 0)), str(answer.get("code", ""))
    except (ValueError, AttributeError):
        written, code = 0, "NoAnswer"
    return RolloutNote(time.time(), operation, str(call.header.get("upload", "")), written, code)
