"""Step CloudInit, and what the guest tells cloud-init to leave alone.

Without the ISO, cloud-init finds no data source at the next boot. It then takes the VM for a new instance: it makes new host
keys of SSH, creates the default user of the image with all rights, and writes the network anew. `manual_cache_clean` lets it go on with
the instance and the user-data of the ISO. It is not switched off, because the cached `bootcmd` starts the guest in a machine that
is made from a captured disk. The other lines hold if the cache is lost, for example because a new version cannot read it.
"""

from hvo_guest.codes import StepFailed
from hvo_guest.settings import Settings
from hvo_guest.system import MARK, System

_FOLDER = "/etc/cloud/cloud.cfg.d"
_FILE = _FOLDER + "/zz-hyperv-operator.cfg"
"""Its name sorts after those of packages and installers (90_dpkg.cfg, 99-installer.cfg): the last file decides."""
_NAME = "preserve_hostname: true\nmanage_etc_hosts: false\n"
_NETWORK = "network: {config: disabled}\n"
_INSTANCE = "manual_cache_clean: true\nssh_deletekeys: false\nusers: []\n"
_RUNNING, _FINISHED = "/run/cloud-init", "/run/cloud-init/result.json"
_DISABLED = "/run/cloud-init/disabled"
_KEYS_MADE = "/var/lib/cloud/instance/sem/config_ssh"


def keep_name(system: System) -> None:
    """Tell cloud-init to leave the hostname alone; lines that are there already are kept."""
    _add(system, _NAME)


def keep_network(system: System) -> None:
    """Tell cloud-init to leave hostname and network alone."""
    _add(system, _NAME + _NETWORK)


def apply(system: System, settings: Settings) -> None:  # noqa: ARG001 - all steps have the same signature
    """Tell cloud-init to keep accounts and host keys, once it has made the host keys of this VM."""
    if _is_busy(system):
        raise StepFailed("CloudInitBusy")
    _add(system, _NAME + _INSTANCE)


def _is_busy(system: System) -> bool:
    """Return whether cloud-init may still have to make host keys at this boot."""
    if not system.exists(_RUNNING) or system.exists(_DISABLED):
        return False
    return not system.exists(_FINISHED) and not system.exists(_KEYS_MADE)


def _add(system: System, lines: str) -> None:
    if not system.exists(_FOLDER):
        return
    present = (system.read(_FILE) or MARK).splitlines()
    missing = [line for line in lines.splitlines() if line not in present]
    system.write(_FILE, "\n".join(present + missing) + "\n", 0o644)
