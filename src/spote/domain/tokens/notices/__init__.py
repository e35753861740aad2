"""Mails to owners about their tokens: planned in the database, sent once."""

from spote.domain.tokens.notices.service import (
    Notice,
    finish_notice,
    has_notices,
    plan_notices,
    plan_report_notice,
    take_notices,
)

__all__ = [
    "Notice",
    "finish_notice",
    "has_notices",
    "plan_notices",
    "plan_report_notice",
    "take_notices",
]
