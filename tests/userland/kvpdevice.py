"""A stand-in for /dev/vmbus/hv_kvp: one FUSE file that speaks the kernel's protocol with the real hv_kvp_daemon.

The messages are those of `struct hv_kvp_msg` in the kernel's include/uapi/linux/hyperv.h. The file is served by a thread; the
methods of `KvpDevice` are what a Hyper-V host does: set and delete items that it publishes, and enumerate those of the guest.
"""

from __future__ import annotations

import ctypes
import os
import struct
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Self

FROM_HOST, FROM_GUEST, INTRINSIC = 0, 1, 3
_SET, _DELETE, _ENUMERATE, _REGISTER = 1, 2, 3, 100
_REG_SZ = 1
_KEY, _VALUE = 512, 2048
_HEADER = struct.Struct("<BBH")
_SIZES = struct.Struct("<III")

# The kernel's include/uapi/linux/fuse.h.
_IN = struct.Struct("<IIQQIIII")
_OUT = struct.Struct("<IiQ")
_ATTR = struct.Struct("<QQQQQQIIIIIIIIII")
_DIRECT_IO, _NONSEEKABLE = 1, 4
_ENOSYS, _EINTR = 38, 4
_MS_NOSUID, _MS_NODEV, _MNT_DETACH = 2, 4, 2


class KvpUnavailable(Exception):
    """The daemon did not answer, or its device cannot be made here."""


class KvpDevice:
    """The device at `path`, which must be an empty file. Use as a context manager."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._fuse = -1
        self._thread = threading.Thread(target=self._serve, name="kvp-device")
        self._changed = threading.Condition()
        self._requests: list[bytes] = []
        self._reader: tuple[int, int] | None = None  # FUSE request and size of a read that waits for a message
        self._answer: bytes | None = None
        self._registered = False
        self._call = threading.Lock()

    def __enter__(self) -> Self:
        self._fuse = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        options = f"fd={self._fuse},rootmode=100600,user_id=0,group_id=0,allow_other".encode()
        if self._libc.mount(b"hv_kvp", bytes(self.path), b"fuse", _MS_NOSUID | _MS_NODEV, options) != 0:
            error = os.strerror(ctypes.get_errno())
            os.close(self._fuse)
            raise KvpUnavailable(f"a FUSE file cannot be mounted at {self.path}: {error}")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._libc.umount2(bytes(self.path), _MNT_DETACH)
        # The reading thread ends with ENODEV once no mount namespace has the file any more.
        self._thread.join(10)
        os.close(self._fuse)

    # --- what a host does ---------------------------------------------------------------------------------------------

    def wait_registered(self, seconds: float) -> None:
        """Wait until the daemon has registered."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._registered, seconds):
                raise KvpUnavailable("hv_kvp_daemon has not registered")

    def restarted(self) -> None:
        """Forget the daemon: the machine is off."""
        with self._changed:
            self._registered, self._reader, self._answer = False, None, None
            self._requests.clear()

    def set(self, pool: int, items: Mapping[str, str]) -> None:
        """Add or change items of a pool."""
        for name, value in items.items():
            key, text = name.encode() + b"\0", value.encode() + b"\0"
            sizes = _SIZES.pack(_REG_SZ, len(key), len(text))
            self._exchange(_HEADER.pack(_SET, pool, 0) + sizes + key.ljust(_KEY, b"\0") + text)

    def delete(self, pool: int, names: list[str]) -> None:
        """Delete items of a pool, as often as the daemon finds them."""
        for name in names:
            key = name.encode() + b"\0"
            body = struct.pack("<I", len(key)) + key
            while self._exchange(_HEADER.pack(_DELETE, pool, 0) + body) is not None:
                pass

    def items(self, pool: int) -> dict[str, str]:
        """Return the items of a pool, by asking the daemon for one index after the other."""
        found: dict[str, str] = {}
        for index in range(2_000):
            answer = self._exchange(_HEADER.pack(_ENUMERATE, pool, 0) + struct.pack("<I", index))
            if answer is None:
                break
            data = answer[_HEADER.size + 4 + _SIZES.size :]
            key, value = data[:_KEY].split(b"\0", 1)[0], data[_KEY : _KEY + _VALUE].split(b"\0", 1)[0]
            found.setdefault(key.decode(), value.decode())
        return found

    def _exchange(self, message: bytes) -> bytes | None:
        """Send a request; return the daemon's answer, or None if the daemon found nothing."""
        with self._call, self._changed:
            if not self._registered:
                raise KvpUnavailable("hv_kvp_daemon is not running")
            self._answer = None
            self._requests.append(message)
            self._hand_over()
            answer = self._changed.wait_for(lambda: self._answer, 20)
        if answer is None:
            raise KvpUnavailable("hv_kvp_daemon does not answer")
        (error,) = struct.unpack_from("<I", answer)
        return answer if error == 0 else None

    # --- the file -----------------------------------------------------------------------------------------------------

    def _serve(self) -> None:
        while True:
            try:
                request = os.read(self._fuse, 1 << 17)
            except OSError:  # the file system was unmounted
                return
            _, operation, unique, _node, *_rest = _IN.unpack_from(request)
            self._dispatch(operation, unique, request[_IN.size :])

    def _dispatch(self, operation: int, unique: int, body: bytes) -> None:
        match operation:
            case 26:  # INIT: answer with version 7.31 and no features
                answer = struct.pack("<IIIIHHIIHH", 7, 31, 0, 0, 12, 9, 1 << 16, 1, 0, 0).ljust(64, b"\0")
                self._reply(unique, answer)
            case 3 | 4:  # GETATTR, SETATTR
                mode = 0o100600
                attributes = _ATTR.pack(1, 0, 0, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)
                self._reply(unique, struct.pack("<QII", 1, 0, 0) + attributes)
            case 14:  # OPEN
                self._reply(unique, struct.pack("<QII", 1, _DIRECT_IO | _NONSEEKABLE, 0))
            case 15:  # READ
                with self._changed:
                    self._reader = (unique, struct.unpack_from("<QQI", body)[2])
                    self._hand_over()
            case 16:  # WRITE
                size = struct.unpack_from("<QQI", body)[2]
                self._written(body[40 : 40 + size])
                self._reply(unique, struct.pack("<II", size, 0))
            case 36:  # INTERRUPT of a read
                (waiting,) = struct.unpack_from("<Q", body)
                with self._changed:
                    if self._reader is not None and self._reader[0] == waiting:
                        self._reader = None
                        self._reply(waiting, b"", _EINTR)
            case 2 | 42:  # FORGET, BATCH_FORGET: without answer
                pass
            case 18:  # RELEASE
                self.restarted()
                self._reply(unique, b"")
            case 25:  # FLUSH
                self._reply(unique, b"")
            case _:
                self._reply(unique, b"", _ENOSYS)

    def _written(self, message: bytes) -> None:
        with self._changed:
            operation, _, _ = _HEADER.unpack_from(message)
            if not self._registered:
                if operation == _REGISTER:
                    self._registered = True
                    self._requests.append(_HEADER.pack(_REGISTER, 0, 0) + b"3.1\0")
                    self._hand_over()
            else:
                self._answer = message
            self._changed.notify_all()

    def _hand_over(self) -> None:
        """Answer the waiting read with the next message, padded to the size that the daemon asks for."""
        if self._reader is not None and self._requests:
            unique, size = self._reader
            self._reader = None
            self._reply(unique, self._requests.pop(0).ljust(size, b"\0"))

    def _reply(self, unique: int, body: bytes, error: int = 0) -> None:
        try:
            os.write(self._fuse, _OUT.pack(_OUT.size + len(body), -error, unique) + body)
        except OSError:  # the request was interrupted
            return
