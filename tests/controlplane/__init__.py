"""A real Kubernetes API server for tests and the demo: kube-apiserver, etcd, kubectl and helm, no container engine.

`ControlPlane.start()` gives one. What it is *not*: there is no controller manager, no scheduler and no kubelet. So
nothing runs Pods, nothing deletes what an ownerReference points to, a deleted Namespace stays Terminating, no `default`
ServiceAccount appears in a new Namespace, and aggregated ClusterRoles stay as they are.

This package knows nothing of the operator and imports nothing of it: it is the outside world.
"""

from controlplane.commands import CommandFailed
from controlplane.plane import ControlPlane
from controlplane.waiting import WaitTimedOut, wait_until

__all__ = ["CommandFailed", "ControlPlane", "WaitTimedOut", "wait_until"]
