"""The closed lists of steps and codes that the guest publishes, and the exception with a code.

The guest publishes no free text, because the output of a command could repeat a password.
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

NOT_RETRIED = frozenset({"UnsupportedProtocol", "WrongFamily", "InvalidData"})
"""Codes of failures that another try cannot fix."""


class StepFailed(Exception):
    """A step has failed. `code` is one of CODES and is all that may be published about it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code if code in CODES else "Internal"
