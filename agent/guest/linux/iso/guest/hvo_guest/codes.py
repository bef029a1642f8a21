"""The closed lists of steps and codes that the guest publishes, and the exception with a code.

The guest publishes no free text, because the output of a command could repeat a password.
"""

READ = "Read"
HOSTNAME = "Hostname"
ACCOUNT = "Account"
NETWORK = "Network"
SSH = "Ssh"
CLOUD_INIT = "CloudInit"
DONE = "Done"
STEPS = (READ, HOSTNAME, ACCOUNT, NETWORK, SSH, CLOUD_INIT, DONE)

NO_CODE = "None"
CODES = (
    NO_CODE,
    "UnsupportedProtocol",
    "WrongFamily",
    "InvalidData",
    "CommandMissing",
    "CommandFailed",
    "CommandTimedOut",
    "NotAsRequested",
    "AccountRefused",
    "PasswordRefused",
    "SudoMissing",
    "SudoersRefused",
    "NoInterface",
    "NoNetworkService",
    "AddressMissing",
    "RouteMissing",
    "PathRefused",
    "FileFailed",
    "CloudInitBusy",
    "Internal",
)

NOT_RETRIED = frozenset({"UnsupportedProtocol", "WrongFamily", "InvalidData"})
"""Codes of failures that another try cannot fix."""


class StepFailed(Exception):
    """A step has failed. `code` is one of CODES; it and `field` are all that may be published about it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code if code in CODES else "Internal"
        self.field = ""


class NotAsRequested(StepFailed):
    """The system does not have a field of the job schema as it was requested. `field` is its id."""

    def __init__(self, field: str) -> None:
        super().__init__("NotAsRequested")
        self.field = field
