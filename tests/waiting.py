"""Waiting for what comes by itself, a moment after the answer that began it; and for a window on the clock."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
QUARTER = 900  # seconds


def until(condition: Callable[[], T | None], seconds: float = 60) -> T:
    """What it gives, as soon as that is true; fails when it is not in that time. The patience is for a busy machine."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"it did not come to that in {seconds} seconds"
        time.sleep(0.05)
    return found


async def until_async(condition: Callable[[], T | None], seconds: float = 60) -> T:
    """As `until`, while other tasks go on."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"it did not come to that in {seconds} seconds"
        await asyncio.sleep(0.01)
    return found


def within_a_window(seconds: float, window: int = 60) -> None:
    """Returns where that much is left of the minute, or the quarter of an hour, on the clock in which limits count."""
    left = window - time.time() % window
    if left < seconds:
        time.sleep(left + 0.1)
