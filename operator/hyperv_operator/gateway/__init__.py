"""The REST gateway: HTTP and websockets in front of the Kubernetes API, with the rights of each caller and none of its own.

A process of its own (`hyperv-operator gateway`), without state: any number of them may run.
"""
