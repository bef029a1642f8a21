"""Metrics, JSON logs with redaction, liveness. Is told what happens and never asks."""
