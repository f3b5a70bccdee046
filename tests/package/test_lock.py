"""The locks that a fresh machine installs from: what was tested, on every platform, from wherever it installs."""

from __future__ import annotations

import itertools
import re
import tomllib
from typing import NamedTuple

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from dr_orchestrator.settings import CHECKOUT

PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
LOCKS = ("requirements.lock", "requirements-uv.lock")
PYTHONS = ("3.11.0", "3.11.9", "3.12.8", "3.13.1", "3.14.0")
MACHINES = (("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "x86_64"), ("darwin", "arm64"))


class Pin(NamedTuple):
    """One release that a lock names, and where it is for."""

    name: str
    version: Version
    requirement: Requirement
    hashes: tuple[str, ...]

    def serves(self, machine: dict[str, str]) -> bool:
        marker = self.requirement.marker
        return marker is None or marker.evaluate(machine)


LOCKED = ("lab", "mssql", "oracle", "dev")
"""The extras that the lock serves."""


def pins(lock: str) -> list[Pin]:
    """Every release of one lock; what is neither a comment nor a pin with its hashes is an error."""
    text = re.sub(r"^#.*\n", "", (CHECKOUT / lock).read_text(), flags=re.MULTILINE).replace("\\\n", "")
    return [read(line) for line in text.splitlines()]


def read(line: str) -> Pin:
    stated, *hashes = re.split(r"\s+--hash=", line.strip())
    requirement = Requirement(stated)
    (bound,) = requirement.specifier
    assert bound.operator == "=="
    return Pin(canonicalize_name(requirement.name), Version(bound.version), requirement, tuple(hashes))


def declared() -> list[Requirement]:
    """All that pyproject.toml asks for: to run, to develop, to build."""
    project, extras = PROJECT["project"], PROJECT["project"]["optional-dependencies"]
    texts = [
        *project["dependencies"],
        *itertools.chain(*(extras[name] for name in LOCKED)),
        *PROJECT["build-system"]["requires"],
    ]
    requirements = [Requirement(text) for text in texts]
    return [asked for asked in requirements if asked.name != project["name"]]


def environment(python: str, system: str, machine: str) -> dict[str, str]:
    return {
        **{key: str(value) for key, value in default_environment().items()},
        "python_version": python.rpartition(".")[0],
        "python_full_version": python,
        "sys_platform": system,
        "platform_machine": machine,
    }


@pytest.mark.parametrize("asked", declared(), ids=str)
def test_every_dependency_is_locked_within_its_bounds(asked: Requirement) -> None:
    """What pyproject.toml asks for stands in the lock, in a release that pyproject.toml allows."""
    found = [pin for pin in pins("requirements.lock") if pin.name == canonicalize_name(asked.name)]

    assert found, "run `make lock UPGRADE=`"
    assert [pin.version for pin in found if not asked.specifier.contains(pin.version)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_nothing_is_installed_unseen(lock: str) -> None:
    """Each release has SHA-256 sums, or it would be whatever the network hands out."""
    for pin in pins(lock):
        assert pin.hashes, pin.name
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest) for digest in pin.hashes), pin.name


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_says_what_and_never_from_where(lock: str) -> None:
    """No address and no option: each machine installs from the index that it is set up for."""
    text = (CHECKOUT / lock).read_text()

    assert "://" not in text
    assert re.findall(r"^\s*(?!--hash=)(-\S+)", text, flags=re.MULTILINE) == []


@pytest.mark.parametrize(("system", "machine"), MACHINES)
@pytest.mark.parametrize("python", PYTHONS)
def test_one_release_of_each_dependency_serves_each_machine(python: str, system: str, machine: str) -> None:
    """Linux and macOS, Intel and ARM, each Python: nothing that was asked for is left out or named twice."""
    here = environment(python, system, machine)
    chosen = [pin.name for pin in pins("requirements.lock") if pin.serves(here)]

    assert sorted(chosen) == sorted(set(chosen))
    assert {canonicalize_name(asked.name) for asked in declared()} <= set(chosen)


def test_the_installer_is_locked_by_itself() -> None:
    """Only uv stands in its lock, within its bounds: pip does without it where it cannot be had."""
    (bound,) = (Requirement(text) for text in PROJECT["dependency-groups"]["installer"])
    (pin,) = pins("requirements-uv.lock")

    assert pin.name == bound.name == "uv"
    assert bound.specifier.contains(pin.version)
    assert "uv" not in {other.name for other in pins("requirements.lock")}
