"""The offline subcommands of `hyperv-operator`. They read files only, and need neither a cluster nor a host.

Nothing here imports an adapter, a handler or a framework, so that a check in CI starts in a fraction of a second.
"""
