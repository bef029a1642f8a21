"""Step Network: a static IPv4 address, configured through the network service of this system."""

import os
from typing import Optional

from hvo_guest.codes import StepFailed
from hvo_guest.renderers import RENDERERS, Link, Renderer
from hvo_guest.settings import Settings
from hvo_guest.system import System

_NET = "/sys/class/net"
_CLOUD = "/etc/cloud/cloud.cfg.d"
_CLOUD_FILE = _CLOUD + "/99-hyperv-operator.cfg"
_KEEP_NAME = "# Written by hyperv-operator's guest.\npreserve_hostname: true\n"
_KEEP_NETWORK = "network: {config: disabled}\n"
_ADDRESS_CHECKS = 10
"""How often the address is checked, with a pause in between, before the step fails."""


def apply(system: System, settings: Settings) -> None:
    """Configure the address. Without one, change nothing, unless the image has the address of an earlier machine."""
    earlier = [renderer for renderer in RENDERERS if system.exists(renderer.file)]
    if settings.network is None and not earlier:
        _configure_cloud_init(system, _KEEP_NAME)
        return
    link = Link(_interface(system), settings.network)
    renderer = _select(system, link.name)
    # cloud-init rewrites the network at the first boot of an instance, which would override the file below.
    _configure_cloud_init(system, _KEEP_NAME + _KEEP_NETWORK)
    for other in earlier:
        if other is not renderer:
            system.remove(other.file)
    text = renderer.text(link)
    if link.static and system.read(renderer.file) == text and _is_configured(system, link):
        return
    renderer.apply(system, link, text)
    checks = 0
    while not _is_configured(system, link):
        checks += 1
        if checks >= _ADDRESS_CHECKS:
            raise StepFailed("AddressMissing")
        system.wait()


def _select(system: System, name: str) -> Renderer:
    for renderer in RENDERERS:
        if renderer.fits(system, name):
            return renderer
    raise StepFailed("NoNetworkService")


def _configure_cloud_init(system: System, text: str) -> None:
    if system.exists(_CLOUD):
        system.write(_CLOUD_FILE, text, 0o644)


def _is_configured(system: System, link: Link) -> bool:
    if link.static is None:
        return True
    shown = system.run(["ip", "-4", "-o", "addr", "show", "dev", link.name])
    return "%s/%d" % (link.static.address, link.static.prefix) in shown.split()


def _interface(system: System) -> str:
    """Return the first network interface of Hyper-V, without its SR-IOV twin, which has another driver."""
    try:
        names = os.listdir(system.path(_NET))
    except FileNotFoundError:
        names = []
    hyperv = [name for name in names if _driver(system, name) == "hv_netvsc"]
    if not hyperv:
        raise StepFailed("NoInterface")
    return min(hyperv, key=lambda name: (_index(system, name), name))


def _driver(system: System, name: str) -> Optional[str]:
    try:
        return os.path.basename(os.readlink(system.path("%s/%s/device/driver" % (_NET, name))))
    except OSError:
        return None


def _index(system: System, name: str) -> int:
    text = system.read("%s/%s/ifindex" % (_NET, name))
    return int(text) if text and text.strip().isdigit() else 0
