"""Command line of the guest: `python3 /usr/local/lib/hyperv-operator-guest`."""

import argparse
import fcntl
import os
import signal
import sys
import threading
from typing import List, Optional

from hvo_guest.guest import Guest, Options
from hvo_guest.libcrypto import CryptoError, load
from hvo_guest.system import System


def _arguments(arguments: Optional[List[str]]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="hyperv-operator-guest", description="Apply the configuration that the host publishes for this VM."
    )
    parser.add_argument("--root", default="/", help="root folder of the system's files; commands come from PATH")
    parser.add_argument("--libcrypto", help="the libcrypto to load; by default that of OpenSSL 3 or 1.1")
    parser.add_argument("--key-bits", type=int, choices=[2048, 3072, 4096], default=3072, help="size of the RSA key")
    parser.add_argument(
        "--poll", type=float, default=2.0, metavar="SECONDS", help="interval at which the host's data is polled"
    )
    parser.add_argument(
        "--patience", type=float, default=300.0, metavar="SECONDS", help="how long a step is tried before it fails"
    )
    parser.add_argument(
        "--lock", type=float, default=10.0, metavar="SECONDS", help="how long to wait for the lock of a pool"
    )
    parser.add_argument("--pause", type=float, default=5.0, metavar="SECONDS", help="delay between two tries of a step")
    return parser.parse_args(arguments)


def main(arguments: Optional[List[str]] = None) -> int:
    """Run the guest; return 0 when it has finished or was stopped by a signal, 1 if it cannot run on this system."""
    options = _arguments(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    os.umask(0o022)
    system = System(options.root, options.pause, stop)
    lock = os.open(system.path("/run/hyperv-operator-guest.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Another instance of the guest is already running.", file=sys.stderr)
        return 1
    try:
        library = load(options.libcrypto)
    except CryptoError as error:
        print("The guest cannot decrypt its configuration: %s. Install OpenSSL in the image." % error, file=sys.stderr)
        return 1
    Guest(system, Options(options.key_bits, options.poll, options.patience, options.lock), library).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
