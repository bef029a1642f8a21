"""A real Kubernetes API server for tests and the demo: kube-apiserver, etcd, kubectl and helm, no container engine.

`ControlPlane.start()` starts one. It has no controller manager, no scheduler and no kubelet: no Pods run, dependents of a deleted
owner are not garbage-collected, a deleted Namespace stays Terminating, a new Namespace gets no `default` ServiceAccount, and
aggregated ClusterRoles are not updated.

This package does not import the operator.
"""

from controlplane.commands import CommandFailed
from controlplane.plane import ControlPlane
from controlplane.waiting import WaitTimedOut, wait_until

__all__ = ["CommandFailed", "ControlPlane", "WaitTimedOut", "wait_until"]
