"""The session pool: sessions are reused and limited, and orphaned shells are removed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

from controlplane.waiting import wait_until
from hostcalls import Listener, endpoint
from hostsim.host import SimulatedHost
from hostsim.soap import ACCESS_DENIED, Fault
from hyperv_operator.errors import HostError, QuotaExceeded
from hyperv_operator.ports import HostEndpoint
from hyperv_operator.telemetry.metrics import PrometheusMetrics
from hyperv_operator.winrm import pool as pools
from hyperv_operator.winrm.pool import SessionPool

OWN = "hyperv-operator-me"
OTHER = "hyperv-operator-another"


@pytest.fixture
def host() -> Iterator[SimulatedHost]:
    with SimulatedHost() as running:
        yield running


@pytest.fixture
def pool() -> Iterator[SessionPool]:
    made = SessionPool(PrometheusMetrics(), OWN, 45)
    yield made
    made.close()


def _use(pool: SessionPool, reached: HostEndpoint, *, fresh: bool = False) -> None:
    with pool.session(reached, Listener(), fresh=fresh):
        pass


# --- reuse and limits -------------------------------------------------------------------------------------------------


def test_an_idle_session_is_reused(host: SimulatedHost, pool: SessionPool) -> None:
    for _ in range(3):
        _use(pool, endpoint(host))
    assert host.ledger.sessions == 1


def test_a_session_that_does_not_match_or_a_fresh_one_replaces_an_idle_one(
    host: SimulatedHost, pool: SessionPool
) -> None:
    reached = endpoint(host)
    _use(pool, reached)
    _use(pool, replace(reached, credentials_version="2"))
    _use(pool, replace(reached, credentials_version="2", configuration_name="Hvo"))
    _use(pool, replace(reached, credentials_version="2", configuration_name="Hvo"), fresh=True)
    assert (host.ledger.sessions, host.ledger.shells_peak) == (4, 1)


def test_there_are_never_more_shells_than_sessions_in_use_at_one_time(host: SimulatedHost, pool: SessionPool) -> None:
    reached = endpoint(host)
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(pool.session(reached, Listener()))
    with ExitStack() as stack:
        for version in ("1", "2", "3"):
            stack.enter_context(pool.session(replace(reached, credentials_version=version), Listener()))
    assert host.ledger.shells_peak == 3
    pool.close()
    assert host.wsman.shells.open_names() == []


def test_no_session_is_opened_beyond_the_maximum(
    host: SimulatedHost, pool: SessionPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "MAX_SESSIONS", 2)
    reached = endpoint(host)
    with pool.session(reached, Listener()), pool.session(reached, Listener()):
        with pytest.raises(QuotaExceeded, match="already has 2 sessions on 127"):
            _use(pool, reached)
        assert host.ledger.sessions == 2
    _use(pool, replace(reached, credentials_version="2"))


def test_a_session_that_fails_to_open_leaves_no_shell(
    host: SimulatedHost, pool: SessionPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> str:
        raise Fault(1, "no")

    monkeypatch.setattr(host.wsman, "_receive", refuse)
    with pytest.raises(HostError):
        _use(pool, endpoint(host))
    assert host.ledger.sessions == 1
    assert host.wsman.shells.open_names() == []


def test_expired_sessions_on_a_dead_host_do_not_delay_calls_to_other_hosts(host: SimulatedHost) -> None:
    pool = SessionPool(PrometheusMetrics(), OWN, 0.01)
    with SimulatedHost("hyperv02") as dead:
        _use(pool, endpoint(dead))
        dead.go_down()
        (idle,) = pool._hosts["hyperv02"].idle
        wait_until(lambda: pool._is_expired(idle), what="the session to expire", every=0.01)
        _use(pool, endpoint(host))
        assert len(pool._hosts["hyperv02"].idle) == 1
        pool.close_expired()
        assert not pool._hosts["hyperv02"].idle
        pool.close()


# --- orphaned shells -------------------------------------------------------------------------------------------------


def _names(host: SimulatedHost) -> list[str]:
    return sorted(host.wsman.shells.open_names())


def test_the_first_session_on_a_host_removes_orphans_and_no_other_shells(
    host: SimulatedHost, pool: SessionPool
) -> None:
    host.gate.is_administrator = True
    host.leak_shells(OTHER, 2, idle_seconds=300)
    host.leak_shells(OWN, 1, idle_seconds=300)
    host.leak_shells(OTHER, 1, idle_seconds=5)
    host.leak_shells(OTHER, 1, account="somebody", idle_seconds=300)
    host.leak_shells("somebody's", 1, idle_seconds=300)
    with pool.session(endpoint(host), Listener()):
        assert _names(host) == sorted([OWN, OTHER, OTHER, "somebody's"])
    host.leak_shells(OTHER, 1, idle_seconds=300)
    _use(pool, endpoint(host), fresh=True)
    assert _names(host) == sorted([OWN, OTHER, OTHER, OTHER, "somebody's"])


def test_orphans_beyond_one_page_are_found(host: SimulatedHost, pool: SessionPool) -> None:
    host.faults.shell_quota = 1_000
    host.leak_shells(OTHER, 120, idle_seconds=300)
    with pool.session(endpoint(host), Listener()):
        assert _names(host) == [OWN]


def test_an_exceeded_quota_removes_orphans_and_retries(host: SimulatedHost, pool: SessionPool) -> None:
    host.faults.shell_quota = 3
    host.leak_shells(OTHER, 2, idle_seconds=300)
    host.leak_shells(OTHER, 1, idle_seconds=5)
    _use(pool, endpoint(host))
    assert _names(host) == sorted([OWN, OTHER])
    host.leak_shells(OTHER, 1, idle_seconds=300)
    with pool.session(endpoint(host), Listener()):
        _use(pool, endpoint(host))


def test_a_quota_that_others_exhaust_is_reported_and_their_shells_are_kept(
    host: SimulatedHost, pool: SessionPool
) -> None:
    host.faults.shell_quota = 2
    host.leak_shells(OTHER, 1, idle_seconds=5)
    host.leak_shells("somebody's", 1, idle_seconds=300)
    with pytest.raises(QuotaExceeded):
        _use(pool, endpoint(host))
    assert _names(host) == sorted([OTHER, "somebody's"])
    assert host.ledger.sessions == 0


def test_shells_of_sessions_in_use_or_idle_are_never_removed(host: SimulatedHost, pool: SessionPool) -> None:
    reached = endpoint(host)
    with pool.session(reached, Listener()):
        _use(pool, reached)

        def age() -> None:
            for shell in host.wsman.shells._open.values():
                shell.used_at -= 300

        host.call(age)
        host.faults.shell_quota = 2
        with pool.session(reached, Listener()), pytest.raises(QuotaExceeded):
            _use(pool, reached)
        assert _names(host) == [OWN, OWN]


def test_an_account_without_permission_to_list_shells_can_open_sessions(
    host: SimulatedHost, pool: SessionPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def deny(*_: object) -> str:
        raise Fault(ACCESS_DENIED, "Access is denied.")

    monkeypatch.setattr(host.wsman, "_enumerate", deny)
    host.leak_shells(OTHER, 1, idle_seconds=300)
    _use(pool, endpoint(host))
    assert _names(host) == sorted([OWN, OTHER])
