"""Tells, without the network, whether the lock files still fit the names in pyproject.toml."""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

Pins = dict[str, str]  # name → version

PIN = re.compile(r"^([\w.-]+)(?:\[[\w,.-]+\])?==(\S+)", re.MULTILINE)


def main() -> int:
    """Print what `make lock` has to mend; 1 if there is anything."""
    faults = list(find_faults())
    print("\n".join(faults) or "The lock files fit pyproject.toml.")
    return 1 if faults else 0


def find_faults() -> Iterator[str]:
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    yield from unmet(project["project"]["dependencies"], "requirements.txt")
    yield from unmet(groups["dev"], "requirements-dev.txt")
    build = [*project["build-system"]["requires"], *groups["build"]]
    yield from unmet(build, "requirements-build.txt")
    yield from disagreements("requirements-dev.txt", "requirements.txt")
    yield from disagreements("requirements-build.txt", "requirements-dev.txt")


def pins_in(file: str) -> Pins:
    text = Path(file).read_text(encoding="utf-8")
    return {canonicalize_name(name): version for name, version in PIN.findall(text)}


def unmet(requirements: list[str], file: str) -> Iterator[str]:
    pins = pins_in(file)
    for requirement in map(Requirement, requirements):
        version = pins.get(canonicalize_name(requirement.name))
        if version is None or not requirement.specifier.contains(version, prereleases=True):
            yield f"{file}: has {version or 'nothing'} for {requirement}; run make lock"


def disagreements(file: str, other_file: str) -> Iterator[str]:
    """Both get installed into one environment, so that a package has one version in both."""
    others = pins_in(other_file)
    for name, version in pins_in(file).items():
        if others.get(name, version) != version:
            yield f"{file}: {name} {version}, but {others[name]} in {other_file}; run make lock"


if __name__ == "__main__":
    sys.exit(main())
