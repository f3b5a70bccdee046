"""The example workspaces, each in a lab of this process that has what its estate file says."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import httpx
import yaml

from dr_orchestrator import wiring
from dr_orchestrator.domain import lost_region, planes
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.lab import Lab
from dr_orchestrator.settings import CHECKOUT, Pace, Settings
from dr_orchestrator.wiring.lab import serve
from tests.support import elsewhere

EXAMPLES = CHECKOUT / "examples"
GREEN = (Verdict.PASSED, Verdict.PASSED_WITH_FINDINGS)


def names() -> list[str]:
    """The example workspaces that there are."""
    return sorted(each.name for each in EXAMPLES.iterdir() if (each / "drills").is_dir())


def drills(name: str) -> list[str]:
    """Every drill that an example declares."""
    files = sorted((EXAMPLES / name / "drills").glob("*.yaml"))
    return [drill for each in files for drill in yaml.safe_load(each.read_text(encoding="utf-8")).get("drills", {})]


@contextmanager
def started(
    name: str, at: Path, clock: Clock, pace: Pace | None = None, **given: Any
) -> Iterator[tuple[Lab, wiring.App]]:
    """Within: a lab of what an example has, and a copy of the workspace that is in use."""
    home = at / name
    shutil.copytree(EXAMPLES / name, home, ignore=shutil.ignore_patterns(".dro", "baselines", "generated"))
    settings = Settings(home, f"sqlite:///{home / 'ledger.db'}", pace or Pace(), bundled=False)
    with ExitStack() as undo:
        lab = undo.enter_context(serve(clock, estate=home / "estate.yaml", state=at, **given))
        undo.enter_context(mock.patch.dict(os.environ, {**lab.environment(), "DRO_HOME": str(home)}))
        undo.enter_context(mock.patch("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None)))
        yield lab, undo.enter_context(wiring.using(wiring.App(settings, clock)))


def standing(lab: Lab) -> dict[str, list[str]]:
    """All that is in the lab, by what it is and its name; of backups, which production goes on to take, the drills'."""
    state = httpx.get(f"{lab.endpoint}/lab/state", trust_env=False).json()
    told = {kind: sorted(found) for kind, found in state.items() if isinstance(found, dict)}
    gone = {name for name, each in state["stacks"].items() if "DELETE_COMPLETE" in each["status"]}
    told["stacks"] = [each for each in told["stacks"] if each not in gone]
    ended = {id for id, each in state["machines"].items() if each["status"] == "terminated"}  # EC2 tells them an hour
    told["machines"] = [each for each in told["machines"] if each not in ended]
    del told["change sets"]  # of a stack that is gone
    told["in the other region"] = elsewhere.standing(elsewhere.AWAY)
    for kind in ("snapshots", "cluster_snapshots", "in the other region"):
        told[kind] = [each for each in told.get(kind, []) if each.startswith("dro-")]
    return told


def passed(found: Run) -> None:
    """The drill is green, each of its checks passed, and nothing of it is left."""
    assert found.closing is not None
    told = [f"{each.name}: {each.outcome} {each.observed}" for each in found.checks]
    if found.closing.verdict not in GREEN:
        raise AssertionError("\n".join((*map(str, found.closing.reasons), *told)))
    asked = [
        each for each in found.checks if each.name not in (planes.CHECK, lost_region.CHECK)
    ]  # no drill changes them
    assert {each.outcome for each in asked} == {Outcome.PASSED}, "\n".join(told)
    assert found.closing.cleanup is Cleanup.CLEAN, found.closing.cleanup_reasons
