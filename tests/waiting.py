"""Waiting for what comes by itself, a moment after the answer that began it."""

import time
from collections.abc import Callable


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Returns as soon as it holds; fails when it does not hold in that time. The patience is for a busy machine."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"it did not come to that in {seconds} seconds"
        time.sleep(0.05)
