"""Writes small virtual disks in the format of [MS-VHDX], for what reads them: `python vhdx.py FILE [--style MBR] [--no-efi] ...`."""

from __future__ import annotations

import argparse
import os
import struct
import uuid
import zlib
from collections.abc import Iterator
from pathlib import Path

MIB = 1024**2
_BAT = "2dc27766-f623-4200-9d64-115e9bfd4a08"
_METADATA = "8b7ca206-4790-4b9a-b8fe-575f050f886e"
_FILE = "caa16737-fa36-4d43-b3b6-33f0aa44e76b"
_SIZE = "2fa54224-cd1b-4876-b211-5dbed83bf4b8"
_DISK = "beca12ab-b2e6-4523-93ef-c309e000c746"
_LOGICAL = "8141bf1d-a96f-4709-ba47-f233a8faab5f"
_PHYSICAL = "cda348c7-445d-4471-9cc9-e9885251c556"
_EFI = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
_DATA = "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7"
_LENGTH = 5 * MIB
"""Headers, log, metadata, the table of blocks, and one block."""


def write(
    path: Path,
    *,
    style: str = "GPT",
    efi: bool = True,
    length: int = _LENGTH,
    parent: bool = False,
    clean: bool = True,
    sector: int = 512,
    present: bool = True,
) -> None:
    """Write a disk that is partitioned as GPT, MBR or None. The file has at least `length` bytes and is sparse."""
    with path.open("wb") as file:
        for offset, content in _pieces(style, efi=efi, parent=parent, clean=clean, sector=sector, present=present):
            file.seek(offset)
            file.write(content)
        file.truncate(max(length, _LENGTH))


def _pieces(
    style: str, *, efi: bool, parent: bool, clean: bool, sector: int, present: bool
) -> Iterator[tuple[int, bytes]]:
    yield 0, b"vhdxfile" + "hyperv-operator tests".encode("utf-16-le")
    data = os.urandom(16)
    for number, offset in enumerate((64 * 1024, 128 * 1024)):
        log = b"\0" * 16 if clean else b"\1" * 16
        body = struct.pack("<Q16s16s16sHHLQ", number + 1, os.urandom(16), data, log, 0, 1, MIB, MIB)
        yield offset, _checked(b"head", body, 4096)
    regions = [(_BAT, 3 * MIB, MIB), (_METADATA, 2 * MIB, MIB)]
    body = struct.pack("<LL", len(regions), 0) + b"".join(
        struct.pack("<16sQLL", _guid(name), offset, length, 1) for name, offset, length in regions
    )
    for offset in (192 * 1024, 256 * 1024):
        yield offset, _checked(b"regi", body, 64 * 1024)
    items = {
        _FILE: struct.pack("<LL", MIB, 2 if parent else 0),
        _SIZE: struct.pack("<Q", 64 * MIB),
        _DISK: os.urandom(16),
        _LOGICAL: struct.pack("<L", sector),
        _PHYSICAL: struct.pack("<L", 4096),
    }
    table, contents = b"metadata" + struct.pack("<HH20x", 0, len(items)), b""
    for name, content in items.items():
        table += struct.pack("<16sLLLL", _guid(name), 64 * 1024 + len(contents), len(content), 6, 0)
        contents += content
    yield 2 * MIB, table
    yield 2 * MIB + 64 * 1024, contents
    # PAYLOAD_BLOCK_FULLY_PRESENT at 4 MiB, or PAYLOAD_BLOCK_ZERO.
    yield 3 * MIB, struct.pack("<Q", 4 << 20 | 6 if present else 2)
    yield 4 * MIB, {"GPT": _gpt, "MBR": _mbr}.get(style, lambda _efi, _sector: b"\0" * 512)(efi, sector)


def _guid(text: str) -> bytes:
    return uuid.UUID(text).bytes_le


def _checked(signature: bytes, body: bytes, length: int) -> bytes:
    """Return a structure with its CRC-32C behind its signature."""
    whole = (signature + b"\0" * 4 + body).ljust(length, b"\0")
    return signature + struct.pack("<L", crc32c(whole)) + whole[8:]


def crc32c(data: bytes) -> int:
    """Return the Castagnoli checksum of bytes."""
    table = []
    for value in range(256):
        crc = value
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
        table.append(crc)
    crc = 0xFFFFFFFF
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def _mbr(efi: bool, _sector: int) -> bytes:
    kind = 0xEF if efi else 0x07
    partition = struct.pack("<B3sB3sLL", 0x80, b"\0\2\0", kind, b"\xfe\xff\xff", 2048, 100_000)
    return b"\x33\xc0".ljust(446, b"\0") + partition.ljust(64, b"\0") + b"\x55\xaa"


def _gpt(efi: bool, sector: int) -> bytes:
    last = 64 * MIB // sector - 1
    partition = struct.pack("<B3sB3sLL", 0, b"\0\2\0", 0xEE, b"\xff\xff\xff", 1, last)
    protective = (b"\0" * 446 + partition.ljust(64, b"\0") + b"\x55\xaa").ljust(sector, b"\0")
    kinds = [_DATA, _EFI] if efi else [_DATA]
    entries = b"".join(
        struct.pack("<16s16sQQQ72s", _guid(kind), os.urandom(16), 256 + 64 * number, 319 + 64 * number, 0, b"")
        for number, kind in enumerate(kinds)
    ).ljust(128 * 128, b"\0")
    found = (1, last, 2 + len(entries) // sector, last - 40, os.urandom(16), 2, 128, 128, zlib.crc32(entries))
    header = struct.pack("<8sLLLLQQQQ16sQLLL", b"EFI PART", 0x10000, 92, 0, 0, *found)
    header = header[:16] + struct.pack("<L", zlib.crc32(header)) + header[20:]
    return protective + header.ljust(sector, b"\0") + entries


def main() -> None:
    """Write the disk that the arguments describe."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--style", choices=("GPT", "MBR", "None"), default="GPT")
    parser.add_argument("--sector", type=int, default=512)
    for name in ("no-efi", "parent", "dirty", "absent"):
        parser.add_argument(f"--{name}", action="store_true")
    options = parser.parse_args()
    write(
        options.file,
        style=options.style,
        efi=not options.no_efi,
        parent=options.parent,
        clean=not options.dirty,
        sector=options.sector,
        present=not options.absent,
    )


if __name__ == "__main__":
    main()
