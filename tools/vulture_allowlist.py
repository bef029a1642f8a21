"""Names that vulture takes for dead: frameworks, serialisers and agents use them. `make check` reads this file; nothing runs it.

Names are given as attributes of what they belong to, so that mypy finds an entry whose name is gone.
"""

from __future__ import annotations

import sys
from xml.parsers.expat import XMLParserType

import re2
from fastapi import FastAPI
from psrpcore.types import PSObject
from pypsrp.wsman import WSMan

from e2e.fleet import _Worker
from hostsim.faults import CmdletFault
from hostsim.wsman import WsmanServer
from hyperv_operator.api.host import Capacity, HyperVHostStatus
from hyperv_operator.api.inventory import HyperVHostInventoryStatus, ReportedImage, ReportedMachine
from hyperv_operator.api.machine import HyperVMachineSpec, Run
from hyperv_operator.executor.diagnostics import BreakerSummary, ExecutorSummary
from hyperv_operator.gateway.problems import ProblemDocument
from hyperv_operator.gateway.serve import _Server
from hyperv_operator.protocol.guest import GuestProgress, _Ready
from hyperv_operator.protocol.job import DesiredVm, RunRef
from hyperv_operator.protocol.records import Step, StepState
from hyperv_operator.protocol.rollout import RolloutCode
from hyperv_operator.telemetry.logs import LogFormatter
from hyperv_operator.telemetry.logs import _Handler as LogHandler
from hyperv_operator.winrm.runspace import HostRunspacePool
from hyperv_operator.winrm.transport import HostTransport
from hyperv_operator.winrm.wire import HostAdapter
from mutants.operators import MembershipNegated
from receivers.server import _Handler
from receivers.server import _Server as ReceiverServer

# Written to the status of resources.
Capacity.memory_gib
HyperVHostInventoryStatus.observed_at
HyperVHostStatus.unreadable_count
HyperVHostStatus.unreadable_lines
HyperVHostStatus.unreadable_vm_count
HyperVHostStatus.unreadable_vms
ReportedImage.size_gib
ReportedMachine.gb_ram
ReportedMachine.machine_ref
Run.step_progress

# Part of the resource definition; the operator reads it on its own, from the resource as it is stored.
HyperVMachineSpec.deletion_policy

# Sent to the agent.
DesiredVm.gb_ram
RunRef.wait_seconds

# Parsed from what agents and guests send.
GuestProgress.APPLIED
RolloutCode.DIGEST_MISMATCH
RolloutCode.DISK_FULL
RolloutCode.INVALID_REQUEST
RolloutCode.UPLOAD_BROKEN
_Ready.protocol
Step.COPY_PROVISIONING_ISO
Step.EJECT_PROVISIONING_ISO
Step.PRE_CHECKS
Step.PUBLISH_PROVISIONING_DATA
Step.PURGE_PROVISIONING_DATA
Step.REGISTER_CLUSTER
Step.REGISTER_VM
Step.REMOVE_CLUSTER_ROLE
Step.REMOVE_FILES
Step.REMOVE_VM
Step.SET_MEMORY
Step.SET_POWER
Step.SET_PROCESSOR
Step.VERIFY_REMOVED
Step.WAIT_FOR_GUEST
Step.WAIT_FOR_PROVISIONING_KEY
StepState.SKIPPED

# Read by the fake Hyper-V module.
CmdletFault.milliseconds

# Called by name.
WsmanServer._delete
WsmanServer._enumerate
WsmanServer._pull
WsmanServer._signal
_Worker.registrations
HostAdapter.cert_verify
HostRunspacePool._receive
HostTransport._build_auth_basic
HostTransport._build_session
HostTransport._send_request

# Read by RE2.
re2.Options.log_errors
re2.Options.max_mem

# Read by the interpreter.
sys.dont_write_bytecode

# Called by a base class.
MembershipNegated.mutate
LogFormatter.process_log_record
LogHandler.handleError
sys.unraisablehook
_Server.capture_signals
_Handler.do_POST
_Handler.log_message
_Handler.protocol_version
ReceiverServer.daemon_threads
ReceiverServer.handle_error

# The description of problem documents, which are written as dictionaries.
ProblemDocument.active_version
FastAPI.openapi


def used_by_pypsrp(wsman: WSMan, shown: PSObject) -> None:
    """Attributes that pypsrp and psrpcore read."""
    wsman.operation_timeout
    shown.type_names


def shown_by_debug_executor(breaker: BreakerSummary, executor: ExecutorSummary) -> None:
    """Fields of the JSON at /debug/executor."""
    breaker.cooldown_remaining_seconds
    executor.breakers
    executor.closing
    executor.lanes


def used_by_expat(parser: XMLParserType) -> None:
    """Attributes that expat's parser reads."""
    parser.StartElementHandler
    parser.EndElementHandler
    parser.CharacterDataHandler
    parser.StartDoctypeDeclHandler


def used_by_uvicorn(server: _Server) -> None:
    """Attributes that uvicorn reads."""
    server.should_exit
