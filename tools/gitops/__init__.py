"""What Argo CD gets: test data of its health checks, with statuses as the operator writes them, and the ConfigMap's patch."""
