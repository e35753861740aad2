"""Answers in a stream, whose end says whether it was reached."""

from starlette.responses import StreamingResponse
from starlette.types import Send

from spote.entrypoints.logs import get_logger
from spote.errors import SpoteError

log = get_logger(__name__)


class CutStream(StreamingResponse):
    """An error cuts it off: the server closes the connection, as bytes that were announced are missing."""

    async def stream_response(self, send: Send) -> None:
        try:
            await super().stream_response(send)
        except SpoteError as error:
            log.info("answer cut off", reason=error.message)
