"""The HTTP server: uvicorn, with a limit on headers and a way to stop that lets requests finish."""

import json
import signal
import sys

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from spote.entrypoints import metrics
from spote.entrypoints.logs import set_up_logs
from spote.settings import Settings

APP = "spote.app:create_server_app"
ON_STOP = "on_stop"  # in the app's state: called once the server is asked to stop


def serve(settings: Settings, app: str = APP) -> None:
    """Answer until a signal says stop. The settings also reach further processes, through the environment."""
    set_up_logs(settings)
    # uvicorn lets requests finish, then raises the signal again; a stop that was asked for is no failure.
    signal.signal(signal.SIGTERM, _end)
    if settings.metrics and settings.workers > 1:
        metrics.share_between_processes(settings.data / "metrics")
    uvicorn.run(
        app,
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        http=LimitedProtocol,
        h11_max_incomplete_event_size=settings.header_max_bytes,
        loop="uvloop",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        timeout_graceful_shutdown=settings.shutdown_seconds,
        timeout_keep_alive=60,
        limit_concurrency=None,
    )


def _end(*_: object) -> None:
    """Another signal while Python tidies up, which takes a moment, would end it as a failure."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(0)


class LimitedProtocol(HttpToolsProtocol):
    """httptools reads headers without end. Server processes get this class by its name, the limit by `config`."""

    header_bytes = 0  # of this request, as parsed
    waiting_bytes = (
        0  # that came while its headers were incomplete: httptools tells of a header when it ends
    )
    is_in_headers = False

    @property
    def _is_over_the_limit(self) -> bool:
        most = self.config.h11_max_incomplete_event_size or 0
        return max(self.header_bytes, self.waiting_bytes) > most

    def on_message_begin(self) -> None:
        self.header_bytes, self.is_in_headers = 0, True
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self.header_bytes += len(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self.header_bytes += len(name) + len(value)
        if not self._is_over_the_limit:
            super().on_header(
                name, value.strip(b" \t")
            )  # RFC 9110 §5.5; the parser leaves what follows

    def on_headers_complete(self) -> None:
        self.is_in_headers = False
        if not self._is_over_the_limit:
            super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        began_before = self.is_in_headers
        super().data_received(data)
        still = began_before and self.is_in_headers
        self.waiting_bytes = self.waiting_bytes + len(data) if still else 0
        if self._is_over_the_limit and not self.transport.is_closing():
            self._refuse(
                "431 Request Header Fields Too Large",
                "The request's headers are too large.",
                "too_large",
            )

    def shutdown(self) -> None:
        """The server stops: streams that would go on for ever are told so, before each request's end is waited for."""
        if stop := self.app_state.get(ON_STOP):
            stop()
        super().shutdown()

    def send_400_response(self, msg: str) -> None:
        """As every error: JSON."""
        self._refuse("400 Bad Request", "This is not a valid HTTP request.", "invalid_input")

    def _refuse(self, status: str, message: str, code: str) -> None:
        self.transport.write(_problem(status, message, code))
        self.transport.close()


def _problem(status: str, message: str, code: str) -> bytes:
    body = json.dumps({"message": message, "code": code})
    return (
        f"HTTP/1.1 {status}\r\nconnection: close\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}"
    ).encode()
