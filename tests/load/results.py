"""How benchmarks tell what they found: what was measured, what was promised, whether it holds."""

import platform
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Result:
    what: str
    measured: str
    promise: str
    holds: bool


def table(results: list[Result]) -> str:
    rows = [
        f"| {one.what} | {one.measured} | {one.promise} | {'yes' if one.holds else '**no**'} |"
        for one in results
    ]
    cores, gib = psutil.cpu_count(), psutil.virtual_memory().total >> 30
    machine = f"{cores} cores, {gib} GiB, {platform.system()}, Python {platform.python_version()}"
    return "\n".join(
        [
            f"Measured on: {machine}",
            "",
            "| what | measured | promise | holds |",
            "|---|---|---|---|",
            *rows,
        ]
    )
