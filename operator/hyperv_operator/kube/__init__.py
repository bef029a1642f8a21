"""The Kubernetes adapter over kubernetes-asyncio. Decides nothing; raises ClusterError."""
