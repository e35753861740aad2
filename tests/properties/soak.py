"""How much these tests do: a bounded part each time, everything when SPOTE_SOAK=1 is set (`make soak`)."""

import os

from hypothesis import HealthCheck, settings

SOAK = os.environ.get("SPOTE_SOAK") == "1"


def rounds(few: int, many: int) -> int:
    return many if SOAK else few


def examples(few: int, many: int, **more: int) -> settings:
    """For hypothesis: the few are the same in each run, so that a red test stays red; the many are new each time."""
    return settings(
        max_examples=rounds(few, many),
        deadline=None,
        derandomize=not SOAK,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
        **more,  # type: ignore[arg-type]
    )
