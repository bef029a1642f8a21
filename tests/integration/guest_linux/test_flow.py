"""A guest from its key to its final state, on every kind of system."""

from __future__ import annotations

import base64
import json
import os
import stat
from pathlib import Path

import pytest
import yaml

from hyperv_operator.protocol.guest import GuestProgress
from integration.guest_linux.rig import (
    FIELDS,
    LEASE,
    NETWORKS,
    OTHER_VM,
    PASSWORD,
    SSH,
    SSH_KEY,
    STATIC,
    VM,
    System,
    everything,
    interpreters,
    provision,
    sealed_for,
)

CLOUD = "etc/cloud/cloud.cfg.d/zz-hyperv-operator.cfg"
EXPECTED = Path(__file__).parent / "expected"


@pytest.mark.parametrize("python", interpreters())
@pytest.mark.parametrize("network", NETWORKS)
def test_a_guest_applies_all_fields(tmp_path: Path, network: str, python: str) -> None:
    system = System(tmp_path, network)
    state = provision(system, {**STATIC, **SSH}, python=python)
    assert (state.state, state.step, state.code) == (GuestProgress.APPLIED, "Done", "None")
    assert system.read("etc/hostname") == "build-01\n"
    assert "127.0.1.1 build-01.example.com build-01\n" in system.read("etc/hosts")
    assert system.passwords == f"operator:{PASSWORD}\n"
    uid = os.getuid()
    assert f"\n#{uid} ALL=(ALL:ALL) ALL\n" in system.read("etc/sudoers.d/90-hyperv-operator")
    assert f"\n#{uid} ALL=(ALL:ALL) NOPASSWD: ALL\n" in system.read("etc/sudoers.d/91-hyperv-operator-ssh")
    assert system.read("home/ansible/.ssh/authorized_keys") == SSH_KEY + "\n"
    assert (system.record / "live").read_text() == "192.168.1.101/24\n"
    assert "via 192.168.1.1 dev eth0" in (system.record / "route").read_text()
    assert system.read("etc/resolv.conf").split()[-6:] == [
        "search",
        "example.com",
        "nameserver",
        "192.168.1.10",
        "nameserver",
        "192.168.1.11",
    ]
    assert "network: {config: disabled}" in system.read(CLOUD)
    assert set(system.pool(1)) == {"ProvisioningState"}


@pytest.mark.parametrize(
    ("network", "name", "mode"),
    [
        ("NetworkManager", "etc/NetworkManager/system-connections/hyperv-operator.nmconnection", 0o600),
        ("netplan", "etc/netplan/90-hyperv-operator.yaml", 0o600),
        ("networkd", "etc/systemd/network/05-hyperv-operator.network", 0o644),
        ("ifupdown", "etc/network/interfaces.d/hyperv-operator", 0o644),
        ("wicked", "etc/sysconfig/network/ifcfg-eth0", 0o644),
    ],
)
def test_each_network_service_gets_its_file(tmp_path: Path, network: str, name: str, mode: int) -> None:
    system = System(tmp_path, network)
    provision(system, STATIC)
    assert system.read(name) == (EXPECTED / Path(name).name).read_text()
    assert stat.S_IMODE((system.root / name).stat().st_mode) == mode


def test_other_files_of_netplan_are_renamed(tmp_path: Path) -> None:
    system = System(tmp_path)
    provision(system, STATIC)
    names = sorted(path.name for path in (system.root / "etc/netplan").iterdir())
    assert names == ["50-cloud-init.yaml.hyperv-operator-saved", "90-hyperv-operator.yaml"]


def test_without_an_address_the_network_is_not_changed(tmp_path: Path) -> None:
    system = System(tmp_path)
    before = system.read("etc/netplan/50-cloud-init.yaml")
    assert provision(system, {}).state is GuestProgress.APPLIED
    assert [path.name for path in (system.root / "etc/netplan").iterdir()] == ["50-cloud-init.yaml"]
    assert system.read("etc/netplan/50-cloud-init.yaml") == before
    assert "netplan" not in system.argv()
    assert "network" not in system.read(CLOUD)


def test_cloud_init_is_told_to_keep_what_was_made(tmp_path: Path) -> None:
    system = System(tmp_path)
    system.write(CLOUD.replace("zz-hyperv-operator", "90_dpkg"), "")
    system.write(CLOUD.replace("zz-hyperv-operator", "99-installer"), "")
    provision(system, STATIC)
    wanted = {"manual_cache_clean": True, "ssh_deletekeys": False, "users": [], "network": {"config": "disabled"}}
    assert yaml.safe_load(system.read(CLOUD)) == {**wanted, "preserve_hostname": True, "manage_etc_hosts": False}
    assert max(path.name for path in (system.root / CLOUD).parent.iterdir()) == Path(CLOUD).name


def test_without_a_lease_dhcp_has_failed(tmp_path: Path) -> None:
    system = System(tmp_path)
    (system.record / "live").write_text("")
    state = provision(system, {})
    assert (state.state, state.step, state.code) == (GuestProgress.FAILED, "Network", "AddressMissing")


def test_a_lease_that_comes_late_is_waited_for(tmp_path: Path) -> None:
    system = System(tmp_path)
    lease = (system.record / "live").read_text()
    (system.record / "live").write_text("")
    with system.boot("--patience", "600") as run:
        system.publish(sealed_for(run.until(system.key), {}))
        run.until(lambda: "AddressMissing" in system.log())
        (system.record / "live").write_text(lease)
        assert run.until(system.final).state is GuestProgress.APPLIED


def test_stanzas_of_the_installer_become_comments(tmp_path: Path) -> None:
    system = System(tmp_path, "ifupdown")
    system.write("etc/network/interfaces.d/50-cloud-init", "auto eth0\niface eth0 inet dhcp\n")
    provision(system, STATIC)
    for name in ("interfaces", "interfaces.d/50-cloud-init"):
        assert "\n#hyperv-operator: iface eth0 inet dhcp\n" in system.read(f"etc/network/{name}")


def test_interfaces_that_includes_nothing_includes_the_stanza(tmp_path: Path) -> None:
    system = System(tmp_path, "ifupdown")
    system.write("etc/network/interfaces", "iface eth0 inet dhcp\n")
    provision(system, STATIC)
    included = "source /etc/network/interfaces.d/hyperv-operator\n"
    assert system.read("etc/network/interfaces") == f"#hyperv-operator: iface eth0 inet dhcp\n{included}"


def test_beside_ifupdown_systemd_resolved_gets_its_servers(tmp_path: Path) -> None:
    """Its own hook for ifupdown does not set them in Debian 12; `make userland` shows that."""
    system = System(tmp_path, "ifupdown with resolvconf")
    system.write("etc/resolv.conf", "nameserver 127.0.0.53\n")
    system.write("run/systemd/resolve/resolv.conf", "# No DNS servers known.\nsearch DOMAINS\n")
    system.uninstall("resolvconf")
    assert provision(system, STATIC).state is GuestProgress.APPLIED
    assert "DNS=192.168.1.10 192.168.1.11\nDomains=example.com\n" in system.read(
        "etc/systemd/resolved.conf.d/hyperv-operator.conf"
    )
    assert system.read("etc/resolv.conf") == "nameserver 127.0.0.53\n"


def test_a_link_of_resolv_conf_to_nothing_is_replaced(tmp_path: Path) -> None:
    system = System(tmp_path, "ifupdown")
    (system.root / "etc/resolv.conf").unlink()
    (system.root / "etc/resolv.conf").symlink_to("../run/systemd/resolve/stub-resolv.conf")
    assert provision(system, STATIC).state is GuestProgress.APPLIED
    assert not (system.root / "etc/resolv.conf").is_symlink()


def test_the_default_route_of_an_image_with_wicked_gives_way(tmp_path: Path) -> None:
    system = System(tmp_path, "wicked")
    system.write("etc/sysconfig/network/routes", "10.0.0.0/8 192.168.1.3 - -\ndefault 192.168.1.2 - -\n")
    config = 'NETCONFIG_DNS_POLICY="auto"\nNETCONFIG_DNS_STATIC_SERVERS="192.168.1.12"\n'
    system.write("etc/sysconfig/network/config", config)
    assert provision(system, STATIC).state is GuestProgress.APPLIED
    assert system.read("etc/sysconfig/network/routes") == "10.0.0.0/8 192.168.1.3 - -\n#default 192.168.1.2 - -\n"
    assert system.read("etc/sysconfig/network/ifroute-eth0").endswith("default 192.168.1.1 - eth0\n")
    assert system.read("etc/sysconfig/network/config") == (
        'NETCONFIG_DNS_POLICY="auto"\nNETCONFIG_DNS_STATIC_SERVERS="192.168.1.10 192.168.1.11"\n'
        'NETCONFIG_DNS_STATIC_SEARCHLIST="example.com"\n'
    )


@pytest.mark.parametrize("name", ["Defaults", "ADMIN"])
def test_sudo_rules_name_the_account_by_its_number(tmp_path: Path, name: str) -> None:
    system = System(tmp_path)
    assert provision(system, {"guest_la_uid": name}).state is GuestProgress.APPLIED
    rules = [line for line in system.read("etc/sudoers.d/90-hyperv-operator").splitlines() if not line.startswith("# ")]
    assert rules == [f"Defaults:#{os.getuid()} !targetpw", f"#{os.getuid()} ALL=(ALL:ALL) ALL"]


@pytest.mark.parametrize("network", ["networkd", "ifupdown", "wicked"])
def test_a_captured_disk_of_any_kind_goes_back_to_dhcp(tmp_path: Path, network: str) -> None:
    system = System(tmp_path, network)
    provision(system, STATIC)
    system.set_vm(OTHER_VM)
    system.write("sys/class/dmi/id/product_uuid", "22222222-bbbb\n")
    with system.boot() as run:
        key = run.until(lambda: system.key(OTHER_VM))
        system.publish(sealed_for(key, {}, vm=OTHER_VM))
        assert run.until(lambda: system.final(OTHER_VM)).state is GuestProgress.APPLIED
    assert (system.record / "live").read_text() == LEASE


def test_a_networkmanager_that_does_not_manage_the_interface_is_not_used(tmp_path: Path) -> None:
    system = System(tmp_path)
    system.install("nmcli")
    (system.record / "nm").write_text("eth0:unmanaged\n")
    provision(system, STATIC)
    assert (system.root / "etc/netplan/90-hyperv-operator.yaml").exists()


def test_steps_are_published_in_order_and_the_key_until_the_data_is_stored(tmp_path: Path) -> None:
    system = System(tmp_path)
    system.fail("chpasswd", 10_000)
    with system.boot("--patience", "600") as run:
        key = run.until(system.key)
        assert system.state() is None
        system.publish(sealed_for(key, {}))
        state = run.until(lambda: system.at("Account"))
        assert (state.state, state.code, state.kid) == (GuestProgress.APPLYING, "None", key.kid)
        assert system.key() is None
        assert (system.root / "var/lib/hyperv-operator-guest/data.jwe").exists()
        system.fail("chpasswd", 0)
        run.until(system.final)
        system.set_pool(1, {})
        run.until(system.final)  # it keeps running and publishes its state again until the host has purged the data
        system.purge()
        assert run.finished() == 0
    lines = [line for line in system.log().splitlines() if line.startswith("appl")]
    steps = [line.split("step ")[1].split(",")[0] for line in lines]
    assert steps == ["Read", "Hostname", "Account", "Network", "Ssh", "CloudInit", "Done"]


def test_no_file_contains_a_secret(tmp_path: Path) -> None:
    system = System(tmp_path)
    provision(system, {**STATIC, **SSH})
    files = everything(system)
    spellings = [PASSWORD, json.dumps(PASSWORD)[1:-1], base64.b64encode(PASSWORD.encode()).decode()]
    for name, content in files.items():
        for spelling in spellings:
            assert spelling.encode() not in content, name
    assert PASSWORD in system.passwords
    kept = {name.rpartition("/")[2] for name in files if "hyperv-operator-guest/" in name}
    assert kept == {"identity.json", "state.json"}
    assert json.loads(system.read("var/lib/hyperv-operator-guest/identity.json"))["key"] is None


def test_kept_files_are_readable_only_by_root(tmp_path: Path) -> None:
    system = System(tmp_path)
    with system.boot() as run:
        run.until(system.key)
    folder = system.root / "var/lib/hyperv-operator-guest"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "identity.json").stat().st_mode) == 0o600


def test_root_as_the_local_administrator_needs_no_sudo(tmp_path: Path) -> None:
    system = System(tmp_path)
    system.uninstall("visudo")
    assert provision(system, {"guest_la_uid": "root"}).state is GuestProgress.APPLIED
    assert system.passwords == f"root:{PASSWORD}\n"
    assert "useradd" not in system.argv()


def test_an_account_joins_an_existing_group_of_its_name(tmp_path: Path) -> None:
    system = System(tmp_path)
    provision(system, {"guest_la_uid": "admin"})
    assert "useradd --create-home --shell /bin/bash --gid admin admin\n" in system.argv()


def test_existing_keys_are_kept(tmp_path: Path) -> None:
    system = System(tmp_path)
    system.write("home/ansible/.ssh/authorized_keys", "ssh-rsa AAAA someone@example.com")
    system.write("etc/passwd", "ansible:x:0:0::/home/ansible:/bin/sh\n")
    provision(system, SSH)
    keys = system.read("home/ansible/.ssh/authorized_keys")
    assert keys == f"ssh-rsa AAAA someone@example.com\n{SSH_KEY}\n"
    assert stat.S_IMODE((system.root / "home/ansible/.ssh/authorized_keys").stat().st_mode) == 0o600


def test_a_step_that_fails_once_is_retried(tmp_path: Path) -> None:
    system = System(tmp_path, "NetworkManager")
    system.fail("nmcli", 1)
    assert provision(system, STATIC).state is GuestProgress.APPLIED


def test_the_unit_is_disabled_at_the_end_and_the_next_start_changes_nothing(tmp_path: Path) -> None:
    system = System(tmp_path)
    system.write("etc/systemd/system/multi-user.target.wants/hyperv-operator-guest.service", "")
    provision(system, {**STATIC, **SSH})
    assert not (system.root / "etc/systemd/system/multi-user.target.wants/hyperv-operator-guest.service").exists()
    before = {name: data for name, data in everything(system).items() if name.startswith("root/")}
    commands = system.argv()
    with system.boot() as run:
        assert run.finished() == 0
    assert {name: data for name, data in everything(system).items() if name.startswith("root/")} == before
    assert system.argv() == commands + "systemctl disable --quiet hyperv-operator-guest.service\n"


def test_unknown_fields_are_ignored(tmp_path: Path) -> None:
    system = System(tmp_path)
    assert provision(system, {"guest_of_tomorrow": "x", **FIELDS}).state is GuestProgress.APPLIED
    assert system.pool(1)["ProvisioningState"].startswith('{"vm":"' + VM)
