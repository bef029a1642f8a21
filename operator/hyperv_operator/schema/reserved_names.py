"""Names that have the right form and still cannot be used, because Windows, Linux or this product gives them a meaning.

Each rule is a regular expression that a refused value matches as a whole. The custom resources have the same rules in CEL.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hyperv_operator.schema.os_family import OsFamily

_ALL: Final = frozenset(OsFamily)
_WINDOWS: Final = frozenset({OsFamily.WINDOWS})
_LINUX: Final = frozenset({OsFamily.LINUX})


@dataclass(frozen=True)
class NameRule:
    """Values of a field that are refused."""

    field: str
    families: frozenset[OsFamily]
    """The OS families of guests that the rule is about."""
    refused: str
    """Regular expression of the refused values, in lower case unless `exact`. It begins with ^ and ends with $."""
    code: str
    message: str
    exact: bool = False
    """Whether capitals count."""

    def text(self, value: str) -> str:
        """Return what `refused` is matched against: ASCII letters in lower case, as the API server's rules do it."""
        return value if self.exact else "".join(one.lower() if one.isascii() else one for one in value)


def _any_of(words: str) -> str:
    return f"^({'|'.join(words.split())})$"


DEVICES: Final = "con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]"
"""Devices of DOS, which Windows finds in every folder and with every extension ("Naming Files, Paths, and Namespaces")."""
WINDOWS_WORDS: Final = (
    "anonymous batch builtin dialup interactive internet local network null proxy restricted self server service system users "
    "world"
)
"""Words that Windows reserves ("Naming conventions in Active Directory for computers, domains, sites, and OUs")."""
WINDOWS_ACCOUNTS: Final = (
    f"administrators defaultaccount everyone guest guests iis_iusrs none replicator wdagutilityaccount {WINDOWS_WORDS}"
)
"""Accounts and groups that every Windows has, with which a new account would share its name, and the reserved words. The built-in
Guest must not become an administrator."""
SUDOERS_WORDS: Final = "ALL Cmd_Alias Cmnd_Alias Defaults Host_Alias Runas_Alias User_Alias"
"""Words that have a meaning in the place of an account in sudoers(5)."""
LINUX_ACCOUNTS: Final = (
    "_apt adm avahi backup bin chrony daemon dbus ftp games gnats halt irc list lp mail man messagebus news nobody ntp operator polkitd "
    "postfix proxy rpc shutdown sshd sssd sync sys syslog systemd-[a-z-]+ tcpdump tss uucp uuidd www-data"
)
"""Accounts of the system (Linux Standard Base, Debian's base-passwd, and the services of usual images): they cannot log on."""
_PLACEHOLDER: Final = "^hvo-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
"""Names that VMs have while the agent makes them."""
_SYSTEM_ACCOUNT: Final = "is an account of the system on Linux, with which nobody can log on; choose another name."

RULES: Final = (
    NameRule(
        "image_name",
        _ALL,
        "^[.]+$",
        "reserved_name",
        "image_name consists of dots, which name a folder; give the name of the image's file without its extension.",
    ),
    NameRule(
        "image_name",
        _ALL,
        f"^({DEVICES}) *([.].*)?$",
        "reserved_name",
        "image_name is the name of a device in Windows, so no file can have it; rename the image.",
    ),
    NameRule(
        "image_name",
        _ALL,
        "^.*[.]a?vhdx?$",
        "reserved_name",
        "image_name has the extension of a disk, which the agent adds itself; leave it out.",
    ),
    NameRule(
        "vm_name",
        _ALL,
        f"^({DEVICES})$",
        "reserved_name",
        "vm_name is the name of a device in Windows, so no folder of the VM can have it; choose another name.",
    ),
    NameRule(
        "vm_name",
        _ALL,
        "^localhost$",
        "reserved_name",
        "vm_name localhost is every machine's name for itself; choose another name.",
    ),
    NameRule(
        "vm_name",
        _ALL,
        _PLACEHOLDER,
        "reserved_name",
        "vm_name is of the form that VMs have while they are made (hvo- and a UID); choose another name.",
    ),
    NameRule(
        "vm_name",
        _WINDOWS,
        _any_of(WINDOWS_WORDS),
        "reserved_name",
        "vm_name is a word that Windows reserves; choose another name.",
    ),
    NameRule(
        "guest_la_uid",
        _WINDOWS,
        _any_of(WINDOWS_ACCOUNTS),
        "reserved_name",
        "guest_la_uid is the name of a built-in account or group of Windows, or a word that it reserves; choose another name.",
    ),
    NameRule(
        "guest_la_uid",
        _WINDOWS,
        "^.*[.]$",
        "reserved_name",
        "guest_la_uid ends with a dot, which no account of Windows can; remove it.",
    ),
    NameRule(
        "guest_la_uid",
        _LINUX,
        _any_of(SUDOERS_WORDS),
        "reserved_name",
        "guest_la_uid is a keyword of sudoers(5); choose another name.",
        exact=True,
    ),
    NameRule("guest_la_uid", _LINUX, _any_of(LINUX_ACCOUNTS), "reserved_name", f"guest_la_uid {_SYSTEM_ACCOUNT}"),
    NameRule(
        "cnf_ansible_ssh_user",
        _LINUX,
        _any_of(LINUX_ACCOUNTS),
        "reserved_name",
        f"cnf_ansible_ssh_user {_SYSTEM_ACCOUNT}",
    ),
    NameRule(
        "guest_domain_jointarget",
        _WINDOWS,
        "^(.*[.])?[0-9]+[.]?$",
        "not_a_domain",
        "guest_domain_jointarget ends with a number, as an address does; give the DNS name of the domain, such as example.com.",
    ),
    NameRule(
        "guest_net_dnssuffix",
        _ALL,
        "^(.*[.])?[0-9]+[.]?$",
        "not_a_domain",
        "guest_net_dnssuffix ends with a number, as an address does; give a DNS suffix such as example.com.",
    ),
    NameRule(
        "guest_domain_joinuid",
        _WINDOWS,
        r"^([.]?\\.*|.*[\\@]|@.*|.*[\\@].*[\\@].*| .*|.* )$",
        "join_account",
        "guest_domain_joinuid names no account of a domain; give it as svc-join, EXAMPLE\\svc-join or svc-join@example.com.",
    ),
)
