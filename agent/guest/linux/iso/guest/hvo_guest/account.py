"""Step Account: the local administrator. The step Ssh shares how accounts are created and given sudo rights."""

from hvo_guest.codes import StepFailed
from hvo_guest.settings import Settings
from hvo_guest.system import System, User

SUDOERS = "/etc/sudoers.d"
_ADMIN = SUDOERS + "/90-hyperv-operator"
ROOT = "root"


def apply(system: System, settings: Settings) -> None:
    """Ensure that the account exists, with its password and with sudo rights."""
    name = settings.account
    user = ensure(system, name)
    # The current password cannot be compared without its hash, and setting it again has no other effect.
    system.run(["chpasswd"], stdin="%s:%s\n" % (name, settings.password), failure="PasswordRefused")
    if name == ROOT:
        system.remove(_ADMIN)
    else:
        # SUSE's default (targetpw) asks for the password of root, which nobody knows.
        grant(system, _ADMIN, "Defaults:{0} !targetpw\n{0} ALL=(ALL:ALL) ALL\n".format(sudo_name(user)))


def ensure(system: System, name: str) -> User:
    """Return the account with that name, and create it if it does not exist."""
    found = system.user(name)
    if found:
        return found
    command = ["useradd", "--create-home", "--shell", "/bin/bash"]
    if system.try_run(["getent", "group", name])[0] == 0:
        command += ["--gid", name]  # useradd does not create the account's own group if a group has that name
    system.run([*command, name], failure="AccountRefused")
    found = system.user(name)
    if not found:
        raise StepFailed("AccountRefused")
    return found


def sudo_name(user: User) -> str:
    """Return the name of the account in sudo rules, where a name in capitals would be an alias."""
    return "#%d" % user.uid if user.name.isupper() else user.name


def can_grant(system: System) -> bool:
    """Return whether the system has sudo."""
    return system.has("visudo") and system.exists(SUDOERS)


def grant(system: System, name: str, rules: str) -> None:
    """Write sudo rules after visudo has accepted them: with an invalid file, sudo rejects every user."""
    if not can_grant(system):
        raise StepFailed("SudoMissing")
    text = "# Written by hyperv-operator's guest.\n" + rules

    def accept(path: str) -> None:
        system.run(["visudo", "-c", "-q", "-f", path], failure="SudoersRefused")

    system.write(name, text, 0o440, accept)
