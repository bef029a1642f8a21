"""Step Ssh: the account for configuration management and its authorized key."""

import os
import stat
from contextlib import suppress
from typing import Optional, Tuple

from hvo_guest import account
from hvo_guest.codes import NotAsRequested, StepFailed
from hvo_guest.settings import Settings
from hvo_guest.system import System, User

_RULES = account.SUDOERS + "/91-hyperv-operator-ssh"
_KEYS, _TEMPORARY = "authorized_keys", ".authorized_keys.hvo"
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_MAX_KEYS = 1_000_000
_USER_FIELD, _KEY_FIELD = "cnf_ansible_ssh_user", "cnf_ansible_ssh_key"


def apply(system: System, settings: Settings) -> None:
    """Ensure that the account and its key exist. Without them, remove the rights that an earlier machine was given."""
    if settings.ssh is None:
        system.remove(_RULES)
        return
    user = account.ensure(system, settings.ssh.user)
    _authorise(system, user, settings.ssh.keys)
    if account.can_grant(system) and user.name != account.ROOT:
        # The account has no password that sudo could ask for.
        account.grant(system, _RULES, user, "{0} ALL=(ALL:ALL) NOPASSWD: ALL\n")
    check(system, settings)


def check(system: System, settings: Settings) -> None:
    """Raise NotAsRequested unless the account can log in, sshd reads its keys, and it has its sudo rights."""
    if settings.ssh is None:
        return
    user = system.user(settings.ssh.user)
    if not user or user.shell.endswith(account.NO_SHELLS):
        raise NotAsRequested(_USER_FIELD)
    if not _is_authorised(system, user, settings.ssh.keys) or not _is_read(system, user):
        raise NotAsRequested(_KEY_FIELD)
    if account.can_grant(system) and user.name != account.ROOT and not account.has_grant(system, user, "NOPASSWD: ALL"):
        raise NotAsRequested(_USER_FIELD)


def _is_authorised(system: System, user: User, keys: Tuple[str, ...]) -> bool:
    """Return whether the file has the keys, and belongs to the account as sshd demands (StrictModes)."""
    home = system.path(user.home)
    file = os.path.join(home, ".ssh", _KEYS)
    try:
        for path in (home, os.path.dirname(file), file):
            found = os.stat(path)
            if found.st_mode & 0o022 or found.st_uid not in (0, user.uid):
                return False
        with open(file, encoding="utf-8", errors="surrogateescape") as content:
            return set(keys) <= {line.strip() for line in content}
    except OSError:
        return False


def _is_read(system: System, user: User) -> bool:
    """Return whether sshd, as it is configured for this account, reads the file; True if it cannot be asked."""
    if not system.has("sshd"):
        return True
    exit_code, output = system.try_run(["sshd", "-T", "-C", "user=%s,host=localhost,addr=127.0.0.1" % user.name])
    if exit_code != 0:
        return True
    options = dict(line.split(None, 1) for line in output.splitlines() if len(line.split(None, 1)) == 2)
    if options.get("pubkeyauthentication") == "no" or (
        user.name == account.ROOT and options.get("permitrootlogin") == "no"
    ):
        return False
    files = options.get("authorizedkeysfile", ".ssh/" + _KEYS).split()
    expanded = {file.replace("%h", user.home).replace("%u", user.name) for file in files}
    return bool(expanded & {".ssh/" + _KEYS, user.home + "/.ssh/" + _KEYS})


def _authorise(system: System, user: User, keys: Tuple[str, ...]) -> None:
    """Add the missing keys to authorized_keys.

    The account controls its home and may have existed before. Folders are kept open and links are not followed, so that
    root is not tricked into writing elsewhere.
    """
    home = system.path(user.home)
    try:
        home_fd = os.open(home, _FOLDER_FLAGS)
    except OSError:
        raise StepFailed("PathRefused") from None
    try:
        with suppress(FileExistsError):
            os.mkdir(".ssh", 0o700, dir_fd=home_fd)
        try:
            folder = os.open(".ssh", _FOLDER_FLAGS, dir_fd=home_fd)
        except OSError:
            raise StepFailed("PathRefused") from None
    finally:
        os.close(home_fd)
    try:
        os.fchown(folder, user.uid, user.gid)
        os.fchmod(folder, 0o700)
        before = _read(folder) or ""
        missing = [key for key in keys if key not in before.splitlines()]
        text = before if before.endswith("\n") or not before else before + "\n"
        _replace(folder, user, text + "".join(key + "\n" for key in missing))
    finally:
        os.close(folder)
    if system.has("restorecon"):
        # With SELinux, sshd does not read a key file without its label.
        system.run(["restorecon", "-R", os.path.join(home, ".ssh")])


def _read(folder: int) -> Optional[str]:
    try:
        descriptor = os.open(_KEYS, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except FileNotFoundError:
        return None
    except OSError:
        raise StepFailed("PathRefused") from None
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise StepFailed("PathRefused")
        content = file.read(_MAX_KEYS + 1)
    if len(content) > _MAX_KEYS:
        raise StepFailed("PathRefused")
    return content.decode("utf-8", "surrogateescape")


def _replace(folder: int, user: User, text: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(_TEMPORARY, dir_fd=folder)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(_TEMPORARY, flags, 0o600, dir_fd=folder)
    with open(descriptor, "wb") as file:
        file.write(text.encode("utf-8", "surrogateescape"))
        file.flush()
        os.fchown(descriptor, user.uid, user.gid)
        os.fchmod(descriptor, 0o600)
        os.fsync(descriptor)
    os.rename(_TEMPORARY, _KEYS, src_dir_fd=folder, dst_dir_fd=folder)
    os.fsync(folder)
