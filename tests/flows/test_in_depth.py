"""Drills that go deep: an instance's copy off the clock, a cluster's on it, real databases behind both."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from dr_orchestrator.domain.clock import Moment, span
from dr_orchestrator.domain.run import Role, Run
from dr_orchestrator.domain.verdict import Cleanup, Outcome
from dr_orchestrator.reporting.export import run_json
from tests.support.catalogues import catalogue
from tests.support.real_shop import CLUSTER, DRILLS, INSTANCE, RealShop, real_shop
from tests.support.shop import run

pytestmark = pytest.mark.slow
TELL = "import json, os; print(json.dumps(dict(check=os.environ['PGUSER'], outcome='passed')))"
CHECKS = f"""\
      - {{name: whole, mandatory: WORD, whole-read: {{within: 6h}}}}
      - {{name: sound, mandatory: WORD, integrity: {{against: source, require: [checksums]}}}}
      - {{name: fast, mandatory: WORD, answers-within: {{sql: SELECT * FROM heartbeat, times: 3, limit: 1m}}}}
      - {{name: none lost, mandatory: WORD, counts: {{against: source}}}}
      - {{name: suite, mandatory: WORD, command: {{run: ["{sys.executable}", "-c", "{TELL}"]}}}}
"""
DEEP = ["whole", "sound", "fast", "none lost", "suite", "suite: orders"]


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealShop]:
    checks = CHECKS.replace("WORD", "false"), CHECKS.replace("WORD", "true")
    with real_shop(tmp_path_factory.mktemp("deep"), *checks) as made:
        yield made


def passed(real: RealShop, source: str) -> Run:
    """A drill of it, in which each of them has passed, with the time that it took."""
    found = run(real.here, DRILLS[source])
    assert found.closing is not None
    assert (found.closing.verdict.green, found.closing.cleanup) == (True, Cleanup.CLEAN), found.closing.reasons
    results = {check.name: check for check in found.checks}
    assert [(name, results[name].outcome) for name in DEEP] == [(name, Outcome.PASSED) for name in DEEP]
    assert all(results[name].duration and results[name].figures for name in DEEP[:-1])
    assert all(results[name].store for name in DEEP)
    return found


def test_what_is_optional_is_off_the_clock(real: RealShop) -> None:
    """The recovery ends before it begins; the copy is whole after that, and told to be."""
    found = passed(real, INSTANCE)
    depth = next(step for step in found.steps if step.role is Role.PROVE_IN_DEPTH)
    verified = next(event for event in found.events if event.moment is Moment.SERVICE_VERIFIED)
    whole = next(event for event in found.events if event.moment is Moment.DATA_WHOLE)
    assert verified.offset < depth.offset < whole.offset
    told = run_json(found)
    assert told["hydration"]["kept"] is True
    assert told["hydration"]["actual_s"] > told["rto"]["actual_s"]
    (check,) = (each for each in told["checks"] if each["name"] == "whole")
    assert (check["figures"]["whole"], check["reads_whole"]) == (True, True)


def test_what_is_mandatory_is_a_part_of_the_recovery(real: RealShop) -> None:
    """A cluster's copy is whole before its service is verified; there is no step beside."""
    found = passed(real, CLUSTER)
    lasted = span(found.events, Moment.DATA_WHOLE, Moment.SERVICE_VERIFIED)
    assert lasted is not None
    assert lasted.total_seconds() > 0
    assert not any(step.role is Role.PROVE_IN_DEPTH for step in found.steps)


def test_production_is_only_read(real: RealShop) -> None:
    """All that its catalogue holds is as it was, and no statement begins with a word that changes anything."""
    before, held = real.said_of_us(INSTANCE), catalogue(real.url(INSTANCE))
    passed(real, INSTANCE)
    assert catalogue(real.url(INSTANCE)) == held
    said = [line for line in real.said_of_us(INSTANCE)[len(before) :] if "connection" not in line and "|" not in line]
    words = {line.split()[0] for line in said if line.split()}
    harmless = {"BEGIN", "ROLLBACK", "COMMIT", "SAVEPOINT", "RELEASE", "DEALLOCATE", "SELECT", "SET"}
    assert {"BEGIN", "SELECT"} <= words <= harmless
