"""The Kubernetes adapter over kubernetes-asyncio. It decides nothing; every failure is a `ClusterError`.

client      opening the API client, and its exceptions as `ClusterError`
watches     the watches of the operator's own kinds, which list again at every resync
objects     the operator's custom resources
core        Secrets and Namespaces
events      the queue of Events, and the task that writes them
namespaces  a cache of namespace labels, kept up to date by a watch
canary      a Lease that shows whether watches are still delivering
"""
