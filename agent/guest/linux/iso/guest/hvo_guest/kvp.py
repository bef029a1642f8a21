"""The pools through which Hyper-V exchanges key-value pairs with a Linux guest.

A pool is a file of fixed records of 512 bytes of key and 2,048 bytes of value, each terminated by a NUL. hv_kvp_daemon
reads the file for each request of the host, and locks it with fcntl (F_WRLCK) while it reads or writes. So does this module.
A pool can have any number of records, and a key more than once: the daemon takes the first.
"""

import fcntl
import os
import threading
import time
from contextlib import contextmanager
from typing import Callable, Dict, Iterator, Tuple

KEY_SIZE, VALUE_SIZE = 512, 2048
RECORD = KEY_SIZE + VALUE_SIZE
FROM_HOST, FROM_GUEST, INTRINSIC = 0, 1, 3
FOLDER = "/var/lib/hyperv"
_LOCK_PAUSE = 0.05


class Locked(Exception):
    """Another process has held the lock of a pool for too long. The pool was neither read nor changed."""


class Pools:
    """The pool files in a folder. A file that does not exist yet is an empty pool. All methods raise Locked."""

    def __init__(self, folder: str, stop: threading.Event, lock_seconds: float) -> None:
        self._folder = folder
        self._stop = stop
        self._lock_seconds = lock_seconds

    def read(self, pool: int, wanted: Callable[[str], bool]) -> Dict[str, str]:
        """Return the pairs of a pool whose key is wanted, without records that are not UTF-8 or are incomplete."""
        try:
            descriptor = os.open(self._path(pool), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return {}
        pairs: Dict[str, str] = {}
        with self._locked(descriptor, fcntl.LOCK_SH):
            for _, record in _records(descriptor):
                try:
                    key = _text(record[:KEY_SIZE]).decode("utf-8")
                    if wanted(key):
                        pairs.setdefault(key, _text(record[KEY_SIZE:]).decode("utf-8"))
                except UnicodeDecodeError:
                    continue
        return pairs

    def change(self, pool: int, **pairs: object) -> None:
        """Set pairs, and remove those whose value is None. Other records are kept, however many there are."""
        if not os.path.isdir(self._folder):
            return
        wanted = {key.encode("utf-8"): value for key, value in pairs.items()}
        descriptor = os.open(self._path(pool), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        with self._locked(descriptor, fcntl.LOCK_EX):
            size, changed = _write(descriptor, wanted)
            # Written in place, under the lock: the daemon keeps the file open and would not notice a renamed file. The
            # file is truncated last: a kill in between leaves complete records, at worst one of them twice.
            if os.fstat(descriptor).st_size != size:
                os.ftruncate(descriptor, size)
                changed = True
            if changed:
                os.fsync(descriptor)

    def _path(self, pool: int) -> str:
        return os.path.join(self._folder, ".kvp_pool_%d" % pool)

    @contextmanager
    def _locked(self, descriptor: int, kind: int) -> Iterator[None]:
        deadline = time.monotonic() + self._lock_seconds
        try:
            while True:
                try:
                    fcntl.lockf(descriptor, kind | fcntl.LOCK_NB)
                    break
                except OSError:
                    if time.monotonic() >= deadline or self._stop.wait(_LOCK_PAUSE):
                        raise Locked from None
            yield
        finally:
            os.close(descriptor)  # releases the lock, too


def _write(descriptor: int, wanted: Dict[bytes, object]) -> Tuple[int, bool]:
    """Write the records that remain and the new ones; return the size that the file then has, and whether anything changed."""
    placed = set()
    changed = False
    end = 0
    for start, record in _records(descriptor):
        key = _text(record[:KEY_SIZE])
        if key in wanted:
            if wanted[key] is None or key in placed:
                continue
            placed.add(key)
            record = _record(key, str(wanted[key]))  # noqa: PLW2901 - the record that takes its place
        changed |= _put(descriptor, record, end, start)
        end += RECORD
    for key, value in wanted.items():
        if value is not None and key not in placed:
            changed |= _put(descriptor, _record(key, str(value)), end, -1)
            end += RECORD
    return end, changed


def _put(descriptor: int, record: bytes, at: int, before: int) -> bool:
    """Write a record that was at `before` unless it is there unchanged; return whether it was written."""
    if before == at and os.pread(descriptor, RECORD, at) == record:
        return False
    written = 0
    while written < RECORD:
        written += os.pwrite(descriptor, record[written:], at + written)
    return True


def _records(descriptor: int) -> Iterator[Tuple[int, bytes]]:
    """Yield the complete records with their positions. One that is read is not read again, so it may be overwritten."""
    at = 0
    while True:
        record = os.pread(descriptor, RECORD, at)
        if len(record) < RECORD:
            return
        yield at, record
        at += RECORD


def _text(field: bytes) -> bytes:
    return field.split(b"\0", 1)[0]


def _record(key: bytes, value: str) -> bytes:
    content = value.encode("utf-8")
    if len(key) >= KEY_SIZE or len(content) >= VALUE_SIZE:
        raise ValueError("a pair has at most %d bytes of key and %d of value" % (KEY_SIZE - 1, VALUE_SIZE - 1))
    return key.ljust(KEY_SIZE, b"\0") + content.ljust(VALUE_SIZE, b"\0")
