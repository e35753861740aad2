"""Structured log lines on standard error: a time, a level, the request's id, and never a token."""

import logging
import sys
from contextlib import suppress
from typing import Any

_rich = sys.modules.get("rich")
sys.modules["rich"] = None  # type: ignore[assignment]  # structlog would load it, a sixth of our start, for nothing
import structlog  # noqa: E402

if _rich is None:
    del sys.modules["rich"]
else:
    sys.modules["rich"] = _rich

from spote.domain.tokens import without_tokens  # noqa: E402
from spote.settings import LogFormat, Settings  # noqa: E402

bind_to_request = structlog.contextvars.bound_contextvars
get_logger = structlog.get_logger


def set_up_logs(settings: Settings) -> None:
    """For our own lines and for those of libraries. Safe to call again."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    level = getattr(logging, settings.log_level.upper())
    structlog.configure(
        processors=[*shared, _Rendered(settings.log_format)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(_StandardError()),  # type: ignore[arg-type]
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _Rendered(settings.log_format),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("uvicorn.error").setLevel(max(level, logging.INFO))


class _StandardError:
    """A line that it cannot take is lost, and no request with it: the log may lie on a disk that is full."""

    def write(self, text: str) -> None:
        with suppress(OSError):
            sys.stderr.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            sys.stderr.flush()


class _Rendered:
    """The last step: one line, without tokens, whoever wrote it."""

    def __init__(self, log_format: LogFormat) -> None:
        self._render: Any = (
            structlog.processors.JSONRenderer()
            if log_format is LogFormat.JSON
            else structlog.dev.ConsoleRenderer(colors=False)
        )

    def __call__(self, logger: object, name: str, event: Any) -> str:
        return without_tokens(str(self._render(logger, name, event)))
