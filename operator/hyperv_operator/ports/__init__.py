"""What the reconcilers need from the outside, as Protocols. Adapters implement them; `app` wires them.

hosts       endpoints, credentials and `HostAgent`, which blocks and runs in the executor's threads
tasks       the bounded executor: what a task is, and what it reports while it runs
kubernetes  custom resources, Secrets, namespaces and Events
access      who asks the aggregated API, and whether that is allowed
logs        the log of runs
notifications what notifications are about, and what survives a restart of them
runtime     the clock, metrics and redaction

Everything but `HostAgent` and `TaskContext` is used on the event loop.
"""

from __future__ import annotations

from hyperv_operator.ports.access import AccessReviews, FrontProxies, FrontProxy, User
from hyperv_operator.ports.hosts import (
    AccountCredentials,
    CertificateCredentials,
    HostAgent,
    HostCredentials,
    HostEndpoint,
    KeytabCredentials,
    PasswordCredentials,
)
from hyperv_operator.ports.kubernetes import (
    CanaryLease,
    Events,
    JsonObject,
    Leases,
    NamespaceLabels,
    Namespaces,
    ObjectRef,
    Objects,
    SecretData,
    Secrets,
    Watcher,
)
from hyperv_operator.ports.logs import LogSource, RunLogs
from hyperv_operator.ports.notifications import Notifications, Subject, Subjects, Watermarks
from hyperv_operator.ports.runtime import Clock, Metrics, Redaction
from hyperv_operator.ports.tasks import (
    AgentReport,
    Lane,
    LoggedOn,
    LogLine,
    LogStream,
    RemoteTask,
    RemoteTasks,
    T,
    TaskContext,
    TaskHeld,
)

__all__ = [
    "AccessReviews",
    "AccountCredentials",
    "AgentReport",
    "CanaryLease",
    "CertificateCredentials",
    "Clock",
    "Events",
    "FrontProxies",
    "FrontProxy",
    "HostAgent",
    "HostCredentials",
    "HostEndpoint",
    "JsonObject",
    "KeytabCredentials",
    "Lane",
    "Leases",
    "LogLine",
    "LogSource",
    "LogStream",
    "LoggedOn",
    "Metrics",
    "NamespaceLabels",
    "Namespaces",
    "Notifications",
    "ObjectRef",
    "Objects",
    "PasswordCredentials",
    "Redaction",
    "RemoteTask",
    "RemoteTasks",
    "RunLogs",
    "SecretData",
    "Secrets",
    "Subject",
    "Subjects",
    "T",
    "TaskContext",
    "TaskHeld",
    "User",
    "Watcher",
    "Watermarks",
]
