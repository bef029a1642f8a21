"""Step Network: a static IPv4 address, through whatever looks after the network of this system."""

import os
from typing import Optional

from hvo_guest.renderers import RENDERERS, Link, Renderer
from hvo_guest.settings import Settings
from hvo_guest.system import System
from hvo_guest.codes import StepFailed

_NET = "/sys/class/net"
_CLOUD = "/etc/cloud/cloud.cfg.d"
_CLOUD_FILE = _CLOUD + "/99-hyperv-operator.cfg"
_KEEP_NAME = "# Written by hyperv-operator's guest.\npreserve_hostname: true\n"
_KEEP_NETWORK = "network: {config: disabled}\n"
_LOOKS = 10
"""How often the address is looked for, a pause apart, before the step has failed."""


def apply(system: System, settings: Settings) -> None:
    """Have the address; without one, leave the network to the image, unless a former machine's address is in it."""
    former = [renderer for renderer in RENDERERS if system.exists(renderer.file)]
    if settings.network is None and not former:
        _tell_cloud_init(system, _KEEP_NAME)
        return
    link = Link(_interface(system), settings.network)
    renderer = _fitting(system, link.name)
    # cloud-init writes the network at each boot of an instance that is new to it: the file below has to outlast that.
    _tell_cloud_init(system, _KEEP_NAME + _KEEP_NETWORK)
    for other in former:
        if other is not renderer:
            system.remove(other.file)
    text = renderer.text(link)
    if link.static and system.read(renderer.file) == text and _is_live(system, link):
        return
    renderer.apply(system, link, text)
    looks = 0
    while not _is_live(system, link):
        looks += 1
        if looks >= _LOOKS:
            raise StepFailed("AddressMissing")
        system.wait()


def _fitting(system: System, name: str) -> Renderer:
    for renderer in RENDERERS:
        if renderer.fits(system, name):
            return renderer
    raise StepFailed("NoNetworkService")


def _tell_cloud_init(system: System, text: str) -> None:
    if system.exists(_CLOUD):
        system.write(_CLOUD_FILE, text, 0o644)


def _is_live(system: System, link: Link) -> bool:
    if link.static is None:
        return True
    shown = system.run(["ip", "-4", "-o", "addr", "show", "dev", link.name])
    return "%s/%d" % (link.static.address, link.static.prefix) in shown.split()


def _interface(system: System) -> str:
    """Return Hyper-V's network interface; with SR-IOV its twin of another driver is passed over. The first, if several."""
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
