"""How much these tests do: a bounded part each time, everything when SPOTE_SOAK=1 is set (`make soak`)."""

import os

from hypothesis import HealthCheck, Phase, settings

SOAK = os.environ.get("SPOTE_SOAK") == "1"


def rounds(few: int, many: int) -> int:
    return many if SOAK else few


def examples(few: int, many: int, **more: int) -> settings:
    """For hypothesis: the few are the same in each run, so that a red test stays red; the many are new each time.

    Only with the many a failing example is made small, which may take minutes.
    """
    return settings(
        max_examples=rounds(few, many),
        deadline=None,
        derandomize=not SOAK,
        database=None,
        phases=[phase for phase in Phase if SOAK or phase is not Phase.shrink],
        report_multiple_bugs=False,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
        **more,  # type: ignore[arg-type]
    )
