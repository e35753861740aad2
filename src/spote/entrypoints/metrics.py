"""Counters for Prometheus, at `/metrics` where the setting asks for them."""

import os
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # where several server processes add up their numbers


class Metrics:
    """Loaded only where it is switched on."""

    def __init__(self) -> None:
        from prometheus_client import (  # noqa: PLC0415 - costs start-up time
            CollectorRegistry,
            Counter,
            Histogram,
        )

        self._registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter(
            "spote_requests", "Requests answered.", labels, registry=self._registry
        )
        self._seconds = Histogram(
            "spote_request_seconds",
            "Time to answer, in seconds.",
            ("method", "route"),
            registry=self._registry,
        )

    def record(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def route(self) -> Route:
        return Route("/metrics", self._show, methods=["GET"], include_in_schema=False)

    async def _show(self, request: Request) -> Response:
        from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest  # noqa: PLC0415
        from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415

        registry = self._registry
        if FOLDER in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def share_between_processes(folder: Path) -> None:
    """Before the server's processes start: an empty folder for their numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.db"):
        old.unlink(missing_ok=True)
    os.environ[FOLDER] = str(folder)
