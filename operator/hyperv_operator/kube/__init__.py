"""The Kubernetes adapter over kubernetes-asyncio. It decides nothing; every failure is a `ClusterError`.

client      opening the API client, and its exceptions as `ClusterError`
objects     the operator's custom resources
core        Secrets, Namespaces and Events
namespaces  a cache of namespace labels, kept up to date by a watch
canary      a Lease that shows whether watches are still delivering
"""
