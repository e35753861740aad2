"""For the operator: how much there is, and whether what is kept twice agrees."""

from spote.domain.notes.queries import checks
from spote.storage import Connection


def count_everything(db: Connection) -> dict[str, int]:
    """Of all accounts."""
    return {
        "notes": checks.count_live_notes(db),
        "trashed_notes": checks.count_trashed_notes(db),
        "revisions": checks.count_revisions(db),
    }


def find_disagreements(db: Connection) -> list[str]:
    """A sentence for each kind of disagreement; empty where there is none. Reads every note of every account."""
    superfluous = checks.count_words(db) - checks.count_live_notes(db)
    found = {
        "live notes are missing in the index of words": checks.count_without_words(db),
        "entries of the index of words belong to no live note": max(0, superfluous),
        "notes lack their current version in the history": checks.count_without_revision(db),
        "buckets are counted wrong": checks.count_wrong_buckets(db),
        "notes are found by other tags than their own": checks.count_wrong_tags(db),
    }
    return [f"{number:,} {what}" for what, number in found.items() if number]
