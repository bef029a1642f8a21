"""The pools through which Hyper-V exchanges key-value pairs with a Linux guest.

A pool is a file of fixed records of 512 bytes of key and 2,048 bytes of value, each terminated by a NUL. hv_kvp_daemon
reads the file for each request of the host, and locks it with fcntl (F_WRLCK) while it reads or writes. So does this module.
"""

import fcntl
import os
from contextlib import contextmanager
from typing import Dict, Iterator

KEY_SIZE, VALUE_SIZE = 512, 2048
RECORD = KEY_SIZE + VALUE_SIZE
FROM_HOST, FROM_GUEST, INTRINSIC = 0, 1, 3
MAX_RECORDS = 1024
FOLDER = "/var/lib/hyperv"


class Pools:
    """The pool files in a folder. A file that does not exist yet is an empty pool."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def read(self, pool: int) -> Dict[str, str]:
        """Return the pairs of a pool, without records that are not UTF-8 or are incomplete."""
        try:
            descriptor = os.open(self._path(pool), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return {}
        with _locked(descriptor, fcntl.LOCK_SH):
            return _parse(_content(descriptor))

    def change(self, pool: int, **pairs: object) -> None:
        """Set pairs, and remove those whose value is None. The file is written only if it changes."""
        if not os.path.isdir(self._folder):
            return
        descriptor = os.open(self._path(pool), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        with _locked(descriptor, fcntl.LOCK_EX):
            before = _content(descriptor)
            after = _changed(before, pairs)
            if after == before:
                return
            # Written in place, under the lock: the daemon keeps the file open and would not notice a renamed file. The
            # file is truncated last: a kill in between leaves complete records, at worst one of them twice.
            written = 0
            while written < len(after):
                written += os.pwrite(descriptor, after[written:], written)
            os.ftruncate(descriptor, len(after))
            os.fsync(descriptor)

    def _path(self, pool: int) -> str:
        return os.path.join(self._folder, ".kvp_pool_%d" % pool)


@contextmanager
def _locked(descriptor: int, kind: int) -> Iterator[None]:
    try:
        fcntl.lockf(descriptor, kind)
        yield
    finally:
        os.close(descriptor)  # releases the lock, too


def _content(descriptor: int) -> bytes:
    parts = []
    left = MAX_RECORDS * RECORD
    while left > 0:
        part = os.pread(descriptor, left, MAX_RECORDS * RECORD - left)
        if not part:
            break
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _records(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content) - RECORD + 1, RECORD):
        yield content[start : start + RECORD]


def _text(field: bytes) -> bytes:
    return field.split(b"\0", 1)[0]


def _parse(content: bytes) -> Dict[str, str]:
    pairs = {}
    for record in _records(content):
        try:
            pairs[_text(record[:KEY_SIZE]).decode("utf-8")] = _text(record[KEY_SIZE:]).decode("utf-8")
        except UnicodeDecodeError:
            continue
    return pairs


def _changed(content: bytes, pairs: Dict[str, object]) -> bytes:
    wanted = {name.encode("utf-8"): value for name, value in pairs.items()}
    kept = []
    placed = set()
    for record in _records(content):
        key = _text(record[:KEY_SIZE])
        if key not in wanted:
            kept.append(record)
        elif wanted[key] is not None and key not in placed:
            kept.append(_record(key, str(wanted[key])))
            placed.add(key)
    kept += [_record(key, str(value)) for key, value in wanted.items() if value is not None and key not in placed]
    return b"".join(kept)


def _record(key: bytes, value: str) -> bytes:
    content = value.encode("utf-8")
    if len(key) >= KEY_SIZE or len(content) >= VALUE_SIZE:
        raise ValueError("a pair has at most %d bytes of key and %d of value" % (KEY_SIZE - 1, VALUE_SIZE - 1))
    return key.ljust(KEY_SIZE, b"\0") + content.ljust(VALUE_SIZE, b"\0")
