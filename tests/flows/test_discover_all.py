"""The promise of an afternoon: an estate of more than 200 resources, from nothing to drills that can be run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dr_orchestrator.catalog import load
from dr_orchestrator.cli import main
from dr_orchestrator.errors import Exit
from dr_orchestrator.resources import TYPES
from tests.support import gaps, wild


def told(capsys: Any, *arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the JSON of `dro discover`."""
    capsys.readouterr()
    code = main.run(["discover", "--json", *arguments])
    return code, json.loads(capsys.readouterr().out)


def test_two_hundred_resources_are_drillable_once_their_gaps_are_filled(home: Path, capsys: Any) -> None:
    """Each is in one draft; `dro check` names each gap once, and nothing runs before; then all load, and no more is
    proposed.
    """
    with wild.lab() as made, made.workspace(home):
        wild.populate(made, 210)
        code, seen = told(capsys, "--write", "--rest", "legacy")
        assert (code, seen["resources"]) == (Exit.PASSED, 212)
        assert main.run(["check"]) == Exit.USAGE
        lines = capsys.readouterr().err.splitlines()
        gapped = [line for line in lines if "a gap: " in line]
        assert len(gapped) == len(set(gapped)) == sum(each["gaps"] for each in seen["proposals"]) == len(lines) - 1
        assert gaps.fill(home / "drills") == len(gapped)
        catalogue = load(home / "drills", TYPES)
        assert len(catalogue.drills) == sum(len(each["drills"]) for each in seen["proposals"]) > 100
        assert len([one for each in catalogue.services.values() for one in each.resources]) == 212
        code, seen = told(capsys, "--rest", "legacy")
        assert (code, seen["proposals"]) == (Exit.PASSED, [])
