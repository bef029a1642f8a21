"""A Kerberos realm for tests: an MIT KDC as an unprivileged process on loopback, with its files in a folder."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from controlplane.waiting import wait_until

REALM = "HVO.EXAMPLE"
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
_PROGRAMS = ("krb5kdc", "kdb5_util", "kadmin.local")


def missing() -> str:
    """Return what this machine lacks for a realm; empty if nothing."""
    absent = [name for name in _PROGRAMS if shutil.which(name, path=_PATH) is None]
    absent += [name for name in ("krb5", "gssapi") if importlib.util.find_spec(name) is None]
    return f"{', '.join(absent)} not found" if absent else ""


class Realm:
    """A KDC with its accounts, as a context manager. `krb5_conf` is for clients and hosts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = _free_port()
        self.krb5_conf = folder / "krb5.conf"
        self._environment = {**os.environ, "KRB5_CONFIG": str(self.krb5_conf)}
        self._environment["KRB5_KDC_PROFILE"] = str(folder / "kdc.conf")
        self._kdc: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        self.krb5_conf.write_text(self.conf())
        (self._folder / "kdc.conf").write_text(self._kdc_conf(self.port))
        self._run("kdb5_util", "create", "-s", "-r", REALM, "-P", "master")
        self.admin("addpol -maxfailure 5 lockable")
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def conf(self, **settings: object) -> str:
        """Return a krb5.conf with these settings in `libdefaults`; `port` is the KDC's."""
        port = settings.pop("port", self.port)
        defaults = {
            "default_realm": REALM,
            "dns_lookup_kdc": "false",
            "dns_lookup_realm": "false",
            "dns_canonicalize_hostname": "false",
            "rdns": "false",
            "udp_preference_limit": 1,
            **settings,
        }
        lines = "\n".join(f"  {name} = {value}" for name, value in defaults.items() if value is not None)
        return f"[libdefaults]\n{lines}\n[realms]\n  {REALM} = {{\n    kdc = 127.0.0.1:{port}\n  }}\n"

    def _kdc_conf(self, port: int) -> str:
        base = self._folder
        return (
            f"[kdcdefaults]\n  kdc_listen = 127.0.0.1:{port}\n  kdc_tcp_listen = 127.0.0.1:{port}\n[realms]\n  {REALM} = {{\n"
            f"    database_name = {base}/principal\n    key_stash_file = {base}/stash\n    acl_file = {base}/acl\n"
            "    supported_enctypes = aes256-cts:normal\n  }\n"
            f"[logging]\n  kdc = FILE:{base}/kdc.log\n"
        )

    def start(self) -> None:
        """Start the KDC."""
        self._kdc.append(self._start(self._environment, self.port))

    def stop(self) -> None:
        """Stop every KDC of the realm."""
        while self._kdc:
            process = self._kdc.pop()
            process.terminate()
            process.wait(10)

    def start_with_another_clock(self) -> int:
        """Start a second KDC for the same accounts that rejects every client for clock skew; return its port."""
        port = _free_port()
        (self._folder / "kdc2.conf").write_text(self._kdc_conf(port))
        (self._folder / "krb5-2.conf").write_text(self.conf(clockskew=-10))
        environment = {**self._environment, "KRB5_CONFIG": str(self._folder / "krb5-2.conf")}
        environment["KRB5_KDC_PROFILE"] = str(self._folder / "kdc2.conf")
        self._kdc.append(self._start(environment, port))
        return port

    def _start(self, environment: dict[str, str], port: int) -> subprocess.Popen[bytes]:
        program = shutil.which("krb5kdc", path=_PATH)
        assert program
        process = subprocess.Popen(
            [program, "-n", "-r", REALM], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_until(lambda: _listens(port), what="the KDC to listen", within=20)
        return process

    def admin(self, command: str) -> str:
        """Run a command of kadmin.local."""
        return self._run("kadmin.local", "-r", REALM, "-q", command)

    def account(self, name: str, password: str) -> None:
        """Create an account that needs pre-authentication and is locked after 5 failures."""
        self.admin(f"addprinc +requires_preauth -policy lockable -pw {password} {name}")

    def keytab(self, name: str, *, keep: bool = False) -> Path:
        """Write an account's keytab and return its path; unless `keep` is set, new keys are generated."""
        path = self._folder / f"{name.replace('/', '-')}.keytab"
        self.admin(f"ktadd {'-norandkey ' if keep else ''}-k {path} {name}")
        return path

    def service(self, name: str) -> Path:
        """Create a service and return its keytab."""
        self.admin(f"addprinc -randkey {name}")
        return self.keytab(name)

    def failures(self, name: str) -> int:
        """Return the number of failed logons that the KDC has counted for an account."""
        line = next(one for one in self.admin(f"getprinc {name}").splitlines() if "Failed password attempts" in one)
        return int(line.rpartition(":")[2])

    def _run(self, program: str, *arguments: str) -> str:
        path = shutil.which(program, path=_PATH)
        assert path
        done = subprocess.run(
            [path, *arguments], env=self._environment, capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
