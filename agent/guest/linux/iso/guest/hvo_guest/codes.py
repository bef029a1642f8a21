"""The closed lists of steps and codes that the guest reports, and the error that carries a code.

Never free text: what a command or a field says could echo a password.
"""

READ = "Read"
HOSTNAME = "Hostname"
ACCOUNT = "Account"
NETWORK = "Network"
SSH = "Ssh"
DONE = "Done"
STEPS = (READ, HOSTNAME, ACCOUNT, NETWORK, SSH, DONE)

NO_CODE = "None"
CODES = (
    NO_CODE,
    "UnsupportedProtocol",
    "WrongFamily",
    "InvalidData",
    "CommandMissing",
    "CommandFailed",
    "CommandTimedOut",
    "HostnameNotSet",
    "AccountRefused",
    "PasswordRefused",
    "SudoMissing",
    "SudoersRefused",
    "NoInterface",
    "NoNetworkService",
    "AddressMissing",
    "PathRefused",
    "FileFailed",
    "Internal",
)

ONCE = frozenset({"UnsupportedProtocol", "WrongFamily", "InvalidData"})
"""Codes of what trying again cannot change."""


class StepFailed(Exception):
    """A step could not be done; `code` is one of CODES and is all that may be told of it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code if code in CODES else "Internal"
