"""Streams of agents that one server process holds open, and messages to them that came to another."""

from spote.domain.streams.service import (
    MESSAGE,
    close_stream,
    open_stream,
    send_message,
    sweep_streams,
    take_messages,
)

__all__ = [
    "MESSAGE",
    "close_stream",
    "open_stream",
    "send_message",
    "sweep_streams",
    "take_messages",
]
