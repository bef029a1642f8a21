"""Hyper-V virtual machines from Kubernetes resources."""

from importlib import metadata


def version() -> str:
    """Return the version of the package, for clients and servers; `unknown` in a checkout that is not installed."""
    try:
        return metadata.version("hyperv-operator")
    except metadata.PackageNotFoundError:
        return "unknown"
