"""The kopf edge: thin handlers that parse, wake and call one reconciler. Sees no adapter."""
