"""Times: milliseconds since 1970 in the database, `datetime` in UTC in the shapes."""

from datetime import UTC, datetime


def to_time(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def to_time_or_none(ms: int | None) -> datetime | None:
    return None if ms is None else to_time(ms)


def to_ms(time: datetime) -> int:
    """Of an aware time."""
    return round(time.timestamp() * 1000)
