"""Digests and revisions never change by themselves: a run that is open resumes, and what was drilled is not due again.

`tests/golden/drills` are drill files as teams have them since 0.1.0: the sample company's, files with every key, and
files with nothing that can be left out. `tests/golden/digests.json` is never written anew: a new key gets a drill file
of its own, and its default is left out of the digest.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dr_orchestrator.domain.drill import Catalogue
from tests.support.types import load

GOLDEN = Path(__file__).parents[2] / "golden"
DIGESTS = json.loads((GOLDEN / "digests.json").read_text())


@pytest.fixture(scope="module", params=[*DIGESTS])
def both(request: pytest.FixtureRequest) -> tuple[Catalogue, dict[str, object]]:
    return load(GOLDEN / "drills" / request.param), DIGESTS[request.param]


def test_a_drill_keeps_its_digest(both: tuple[Catalogue, dict[str, object]]) -> None:
    """A drill file that was not edited has the digest that the ledgers of today's teams hold."""
    catalogue, golden = both
    assert {name: drill.digest for name, drill in catalogue.drills.items()} == golden["drills"]


def test_a_workspace_keeps_its_revision(both: tuple[Catalogue, dict[str, object]]) -> None:
    """Drill files that were not edited are of the revision that reports were stamped with."""
    catalogue, golden = both
    assert catalogue.revision == golden["revision"]
