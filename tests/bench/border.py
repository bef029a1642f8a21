"""Benchmark of the border: the worst inputs for each byte, as multiples of an ordinary one of the same size, and an ordinary inventory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from bench.timing import seconds
from hyperv_operator.border.document import UnreadableText, parse_object
from hyperv_operator.border.text import clean, clean_lines
from hyperv_operator.protocol.inventory_parser import MAX_VMS, parse_inventory
from hyperv_operator.protocol.records import MAX_RECORD

LIMIT_WORST = 8.0
"""Maximum time of a byte of the worst input, as a multiple of that of an ordinary one."""
LIMIT_ORDINARY = 4.0
"""Maximum time of an ordinary inventory, as a multiple of `json.loads` of its lines.

The parser that refused a whole inventory for one line took 2.2 to 2.7 times, and this one may take 1.5 times as long.
"""
LIMIT_LINEAR = 3.0
"""Maximum time for input of twice the size, as a multiple of that for the input; 4 would be quadratic."""
_ENVELOPE = 40 + 21 + 7
"""Bytes of the headers of a PSRP message and a fragment, and of the tags of a string."""
_VMS = 200
_OUTCOME = '{"type":"outcome","outcome":"completed"}'
_HOST = {
    "type": "host",
    "host_id": {"smbios_uuid": "s", "machine_guid": "m"},
    "computer_name": "HV01",
    "os": {"name": "Windows Server 2022", "version": "10.0"},
    "logical_processors": 8,
    "memory_total_bytes": 2,
    "memory_free_bytes": 1,
    "volumes": [{"path": "C:", "size_bytes": 1, "free_bytes": 1}] * 4,
    "agent": {"version": "1", "digest": "sha256:x", "schema_versions": [1], "versions": ["0123456789abcdef"]},
}


def run() -> bool:
    """Print the results; return whether they are within the limits."""
    ordinary = list(_inventory(_VMS))
    reference = seconds(lambda: [json.loads(line) for line in ordinary], 5)
    own = seconds(lambda: parse_inventory(ordinary), 5)
    each = own / _size(ordinary)
    print(
        f"border: {own * 1e3:.2f} ms for an inventory of {_VMS} VMs, {own / reference:.1f} times json.loads of it "
        f"(at most {LIMIT_ORDINARY:g})"
    )
    good = own / reference <= LIMIT_ORDINARY
    for name, lines in _worst_inventories().items():
        good &= _report(name, seconds(partial(_parse, lines), 1) / _size(lines) / each)
    plain = seconds(lambda: clean("m" * 2_000, 2_000), 200) + seconds(lambda: clean(_TEXT, len(_TEXT)), 20)
    for name, text in _worst_texts().items():
        taken = seconds(partial(clean_lines, text, len(text)), 20)
        good &= _report(name, taken / plain)
    return _linear() and good


def _report(name: str, ratio: float) -> bool:
    print(f"  {name}: {ratio:.1f} times an ordinary byte (at most {LIMIT_WORST:g})")
    return ratio <= LIMIT_WORST


def _linear() -> bool:
    """Return whether twice the input takes about twice the time, whatever the input is."""
    worst = 0.0
    cases: list[tuple[str, Callable[[int], object]]] = [
        *((name, partial(_cleaned, text * 40)) for name, text in _worst_texts().items()),
        *((name, partial(_object, unit)) for name, unit in _UNITS.items()),
    ]
    for name, work in cases:
        grown = seconds(partial(work, 400_000), 1) / seconds(partial(work, 200_000), 1)
        worst = max(worst, grown)
        if grown > LIMIT_LINEAR:
            print(f"  {name}: {grown:.1f} times for twice the size")
    print(f"  twice the size takes at most {worst:.1f} times as long (at most {LIMIT_LINEAR:g})")
    return worst <= LIMIT_LINEAR


def _size(lines: list[str]) -> int:
    """Return the bytes that the lines take on their way: each is an object in a message and a fragment of PSRP."""
    return sum(len(line) + _ENVELOPE for line in lines)


def _parse(lines: list[str]) -> None:
    report = parse_inventory(lines)
    assert report.facts.host_id.machine_guid == "m"


def _cleaned(text: str, size: int) -> None:
    clean_lines(text[:size], size)


def _object(unit: str, size: int) -> None:
    try:
        parse_object((unit * (size // len(unit) + 1))[:size], size)
    except UnreadableText:
        return


# --- ordinary ---------------------------------------------------------------------------------------------------------


def _guid(number: int) -> str:
    return f"0f1e2d3c-1111-4222-8333-9444{number:08x}"


def _vm(number: int) -> dict[str, object]:
    return {
        "type": "vm", "vm_id": _guid(number), "name": f"vm{number}", "state": "Running", "cpu_cores": 4, "memory_bytes": 8 << 30,
        "addresses": ["10.0.0.1", "fe80::1"], "replica": False, "machine_uid": _guid(number + 9_999), "guest": None,
    }  # fmt: skip


def _journal(number: int) -> dict[str, object]:
    steps = dict.fromkeys(("PreChecks", "CopyImage", "RegisterVM", "WaitForGuest"), "completed")
    return {
        "type": "journal", "machine_uid": _guid(number + 9_999), "run_id": _guid(number), "generation": 1, "attempt": 3,
        "vm_id": _guid(number), "state": "completed", "steps": steps, "reason": "Provisioned", "code": None, "locked": False,
        "updated_at": "2026-01-01T00:00:00Z", "folder": "D:\\VMs",
    }  # fmt: skip


def _inventory(vms: int) -> Iterator[str]:
    yield json.dumps(_HOST)
    yield from (json.dumps({"type": "image", "name": f"Ubuntu {number}", "size_bytes": 1}) for number in range(20))
    for make in (_vm, _journal):
        yield from (json.dumps(make(number)) for number in range(vms))
    yield _OUTCOME


# --- the worst --------------------------------------------------------------------------------------------------------

_TEXT = "An ordinary line of text, with a name in it: Gr\u00fc\u00dfe. " * 200
_UNITS = {
    "opening brackets": "[",
    "opening objects": '{"a":',
    "quotes": '"',
    "escapes": '{"\\u0061',
    "digits": "9",
    "spaces": " ",
    "byte order marks": "\ufeff",
}
"""What a text that is no object is made of."""


def _worst_texts() -> Mapping[str, str]:
    size = len(_TEXT)
    units = {
        "control characters": "\x1b",
        "line ends": "\r\n",
        "halves of surrogate pairs": "\ud83d",
        "joiners": "\u200d",
        "joiners between emoji": "\U0001f600\u200d",
        "variation selectors": "1\ufe0f",
        "bidirectional controls": "\u202ea",
    }
    return {f"text of {name}": (unit * size)[:size] for name, unit in units.items()}


def _full(line: dict[str, object], key: str, unit: object, count: int) -> str:
    """Return a line of nearly the greatest length, with a list or mapping of this many units."""
    text = json.dumps({**line, key: [unit] * count if not isinstance(unit, dict) else unit})
    assert len(text) <= MAX_RECORD, len(text)
    return text


def _worst_inventories() -> Mapping[str, list[str]]:
    """Return inventories of hostile lines, each between an ordinary host line and its outcome."""
    bad_steps = {f"s{number}": 1 for number in range(4_000)}
    lines = {
        "lines without an end": ['{"type":"vm","name":"' + "x" * 65_000] * 20,
        "lines that are too long": ["{" * (MAX_RECORD + 1)] * 20,
        "lines of brackets": ["[" * 65_000] * 20,
        "short lines of no JSON": ["{"] * 20_000,
        "lines with a key twice": ['{"a":1,"a":1}'] * 20_000,
        "lines of many objects": ['{"type":"vm","a":[' + "{}," * 20_000 + "{}]}"] * 20,
        "lines of great numbers": ['{"type":"vm","a":[' + ("9" * 4_000 + ",") * 15 + "1]}"] * 20,
        "VMs that are wrong": [json.dumps({**_vm(number), "cpu_cores": -1}) for number in range(2_000)],
        "VMs that differ": [json.dumps({**_vm(number % 9), "name": str(number)}) for number in range(2_000)],
        "VMs beyond the bound": [json.dumps(_vm(number)) for number in range(MAX_VMS + 2_000)],
        "addresses that are no text": [_full(_vm(1), "addresses", 5, 20_000)] * 20,
        "steps that are not known": [_full(_journal(1), "steps", bad_steps, 1)] * 20,
        "names of invisible characters": [
            json.dumps({**_vm(number), "name": "\u202e" * 256}) for number in range(2_000)
        ],
    }
    whole = {name: [json.dumps(_HOST), *found, _OUTCOME] for name, found in lines.items()}
    volumes = json.dumps({**_HOST, "volumes": [{"path": "D", "size_bytes": 1}] * 1_600})
    return {**whole, "volumes that are wrong": [volumes] * 20 + [_OUTCOME]}
