"""The gateway's own metrics. Labels hold route templates, never what a client has sent."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class GatewayMetrics:
    """The metrics, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "hyperv_operator_gateway_requests",
            "Requests that were answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "hyperv_operator_gateway_request_seconds",
            "Time until an answer was sent completely; streams excepted.",
            ["route"],
            registry=self.registry,
        )
        self.streams = Gauge("hyperv_operator_gateway_streams", "Open streams.", ["kind"], registry=self.registry)
        self.feeds = Gauge(
            "hyperv_operator_gateway_feeds",
            "Watches of the Kubernetes API that the open streams share.",
            registry=self.registry,
        )
        self.dropped = Counter(
            "hyperv_operator_gateway_streams_dropped",
            "Streams that were ended because the client did not keep up.",
            registry=self.registry,
        )
        self.refused = Counter(
            "hyperv_operator_gateway_limited",
            "Requests and streams that were refused by a limit.",
            ["limit"],
            registry=self.registry,
        )
