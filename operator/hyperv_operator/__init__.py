"""Hyper-V virtual machines from Kubernetes resources."""
