"""Step Account: the local administrator. Also what the Ssh step shares with it: making accounts, and their sudo rights."""

from hvo_guest.settings import Settings
from hvo_guest.system import System, User
from hvo_guest.codes import StepFailed

SUDOERS = "/etc/sudoers.d"
_ADMIN = SUDOERS + "/90-hyperv-operator"
ROOT = "root"


def apply(system: System, settings: Settings) -> None:
    """Have the account, with its password and the right to become root."""
    name = settings.account
    user = ensure(system, name)
    # Whether it has the password already cannot be told without its hash; to set it again changes nothing else.
    system.run(["chpasswd"], stdin="%s:%s\n" % (name, settings.password), failure="PasswordRefused")
    if name == ROOT:
        system.remove(_ADMIN)
    else:
        # SUSE's default asks for root's password (targetpw), which nobody has been given.
        grant(system, _ADMIN, "Defaults:{0} !targetpw\n{0} ALL=(ALL:ALL) ALL\n".format(sudo_name(user)))


def ensure(system: System, name: str) -> User:
    """Return the account of that name; it is made if the system does not know it."""
    found = system.user(name)
    if found:
        return found
    command = ["useradd", "--create-home", "--shell", "/bin/bash"]
    if system.try_run(["getent", "group", name])[0] == 0:
        command += ["--gid", name]  # useradd refuses to make an account's own group when there is one of that name
    system.run([*command, name], failure="AccountRefused")
    found = system.user(name)
    if not found:
        raise StepFailed("AccountRefused")
    return found


def sudo_name(user: User) -> str:
    """Return how sudo's rules name the account: a word of capitals alone would be an alias there."""
    return "#%d" % user.uid if user.name.isupper() else user.name


def can_grant(system: System) -> bool:
    """Tell whether the system has sudo."""
    return system.has("visudo") and system.exists(SUDOERS)


def grant(system: System, name: str, rules: str) -> None:
    """Write sudo rules; a file that sudo would refuse, and then refuse everybody, never gets its name."""
    if not can_grant(system):
        raise StepFailed("SudoMissing")
    text = "# Written by hyperv-operator's guest.\n" + rules

    def accept(path: str) -> None:
        system.run(["visudo", "-c", "-q", "-f", path], failure="SudoersRefused")

    system.write(name, text, 0o440, accept)
