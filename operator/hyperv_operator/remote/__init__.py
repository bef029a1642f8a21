"""The bounded executor for blocking calls. Knows nothing of Hyper-V or Kubernetes."""
