"""Metrics, JSON logs with redaction, and health probes. It receives data and reads none."""
