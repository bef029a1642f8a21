"""The command line of `hyperv-operator`."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence

from hyperv_operator.errors import OperatorError

Command = Callable[[Namespace], int]
_CODES = "exit codes: 0 no errors, 1 errors found, 2 the check could not run"


def run_offline(arguments: Sequence[str]) -> int | None:
    """Run a subcommand and return its exit code; None if the operator or the gateway is to run. Raises `SystemExit` for usage errors."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    command: Command | None = chosen.command
    if command is None:
        return None
    if command is _validate and not chosen.filename and not chosen.files:
        parser.error("validate needs files: name at least one, or use -f - for standard input")
    try:
        code = command(chosen)
        sys.stdout.flush()
    except OperatorError as error:
        sys.stderr.write(f"hyperv-operator: {error.message}\n")
        return 2
    except BrokenPipeError:
        # The reader of the output has closed it. Python would report that again when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    return code


def _validate(arguments: Namespace) -> int:
    from hyperv_operator.commands import validate

    return validate.run(arguments)


def _lint(arguments: Namespace) -> int:
    from hyperv_operator.commands import schemas

    return schemas.lint(arguments)


def _diff(arguments: Namespace) -> int:
    from hyperv_operator.commands import schemas

    return schemas.diff(arguments)


def _parser() -> ArgumentParser:
    parser = ArgumentParser("hyperv-operator", description="Hyper-V virtual machines from Kubernetes resources.")
    parser.set_defaults(command=None)
    commands = parser.add_subparsers(metavar="COMMAND")
    commands.add_parser("run", help="run the operator with the settings of the environment (also without a command)")
    commands.add_parser("gateway", help="run the REST gateway and the console with the settings of the environment")
    _add_validate(commands.add_parser("validate", help="check manifests offline", epilog=_CODES))
    schema = commands.add_parser("schema", help="check and compare schema files")
    actions = schema.add_subparsers(metavar="ACTION", required=True)
    lint = actions.add_parser("lint", help="print all mistakes in a schema file", epilog=_CODES)
    lint.add_argument("file", metavar="FILE")
    diff = actions.add_parser(
        "diff", help="print the changes between two schemas, and whether they need a new version", epilog=_CODES
    )
    diff.add_argument("old", metavar="OLD")
    diff.add_argument("new", metavar="NEW")
    for one, command in ((lint, _lint), (diff, _diff)):
        one.add_argument("-o", "--output", choices=("text", "json"), default="text")
        one.set_defaults(command=command)
    return parser


def _add_validate(parser: ArgumentParser) -> None:
    parser.add_argument("files", nargs="*", metavar="FILE", help="files, folders (recursively) or - for standard input")
    parser.add_argument(
        "-f", "--filename", action="append", default=[], metavar="FILE", help="the same, as in kubectl; repeatable"
    )
    parser.add_argument("-o", "--output", choices=("text", "json", "github"), default="text")
    parser.add_argument("-n", "--namespace", default="", help="namespace of machines without metadata.namespace")
    parser.add_argument("--strict", action="store_true", help="treat warnings as errors")
    parser.add_argument(
        "--schema",
        default=os.environ.get("HVO_SCHEMA_FILE"),
        metavar="FILE",
        help="schema to check against; default: HVO_SCHEMA_FILE, else the one that is part of the operator",
    )
    parser.add_argument(
        "--host-manifests",
        action="append",
        default=[],
        metavar="FILE",
        help="files or folders with all HyperVHosts (and Namespaces) to check machines against; they are not checked; repeatable",
    )
    parser.set_defaults(command=_validate)
