"""What clients may repeat, and how often."""

from spote.domain.requests.model import PUBLIC, Incoming, RepeatableRequest, StoredAnswer
from spote.domain.requests.service import (
    find_answer,
    forget_account,
    forget_attempts,
    keep_answer,
    return_attempt,
    sweep,
    take_attempt,
    take_turn,
)

__all__ = [
    "PUBLIC",
    "Incoming",
    "RepeatableRequest",
    "StoredAnswer",
    "find_answer",
    "forget_account",
    "forget_attempts",
    "keep_answer",
    "return_attempt",
    "sweep",
    "take_attempt",
    "take_turn",
]
