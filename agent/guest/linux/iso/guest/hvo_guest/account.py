"""Step Account: the local administrator. The step Ssh shares how accounts are created and given sudo rights."""

import re
import time

from hvo_guest.codes import NotAsRequested, StepFailed
from hvo_guest.settings import Settings
from hvo_guest.system import System, User

SUDOERS = "/etc/sudoers.d"
_ADMIN = SUDOERS + "/90-hyperv-operator"
ROOT = "root"
_ACCOUNT_FIELD, _PASSWORD_FIELD = "guest_la_uid", "guest_la_pw"
NO_SHELLS = ("/nologin", "/false", "/sync", "/shutdown", "/halt")
_DAY = 86400


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
        grant(system, _ADMIN, user, "Defaults:{0} !targetpw\n{0} ALL=(ALL:ALL) ALL\n")
    check(system, settings)


def check(system: System, settings: Settings) -> None:
    """Raise NotAsRequested unless the account can log in with a password and has its sudo rights."""
    user = system.user(settings.account)
    if not user or user.shell.endswith(NO_SHELLS):
        raise NotAsRequested(_ACCOUNT_FIELD)
    exit_code, line = system.try_run(["getent", "shadow", user.name])
    if exit_code == 0:  # without shadow passwords, chpasswd has written /etc/passwd
        _, password, *rest = [*line.strip().split(":"), "", "", "", "", "", "", ""]
        if not password or password[0] in "!*":
            raise NotAsRequested(_PASSWORD_FIELD)
        if rest[5].isdigit() and int(rest[5]) * _DAY <= time.time():
            raise NotAsRequested(_ACCOUNT_FIELD)  # the account has expired
    if user.name != ROOT and not has_grant(system, user, r"ALL"):
        raise NotAsRequested(_ACCOUNT_FIELD)


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


def can_grant(system: System) -> bool:
    """Return whether the system has sudo."""
    return system.has("visudo") and system.exists(SUDOERS)


def has_grant(system: System, user: User, tags: str) -> bool:
    """Return whether sudo lists the right to run everything as everybody for the account; `tags` is a regular expression."""
    exit_code, rights = system.try_run(["sudo", "-n", "-l", "-U", user.name])
    return exit_code == 0 and bool(re.search(r"^\s+\(ALL( : ALL)?\) %s\s*$" % tags, rights, re.MULTILINE))


def grant(system: System, name: str, user: User, rules: str) -> None:
    """Write sudo rules after visudo has accepted them: with an invalid file, sudo rejects every user.

    They name the account by its number, because a name can be a word of sudo (`Defaults`, `ALL`) or an alias.
    """
    if not can_grant(system):
        raise StepFailed("SudoMissing")
    text = "# Written by hyperv-operator's guest for the account %s.\n" % user.name + rules.format("#%d" % user.uid)

    def accept(path: str) -> None:
        system.run(["visudo", "-c", "-q", "-f", path], failure="SudoersRefused")

    system.write(name, text, 0o440, accept)
