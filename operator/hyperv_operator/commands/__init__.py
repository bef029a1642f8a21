"""The offline subcommands of `hyperv-operator`: they read files, talk to nobody, and need neither cluster nor host.

Nothing here may import an adapter, a handler or a framework: a check in CI starts in a fraction of a second.
"""
