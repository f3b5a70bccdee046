"""A replica with an instance and a cluster, real PostgreSQL behind both: each entered, proven in depth, told apart."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.run import Role, Run
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.reporting.export import run_json
from tests.support import born_shop
from tests.support.born_cluster import BEATS, BOTH
from tests.support.born_shop import CHECKS
from tests.support.real_shop import CLUSTER, INSTANCE, PASSWORD, RealShop
from tests.support.shop import ended, run

pytestmark = pytest.mark.slow
TELL = "import json, os; print(json.dumps(dict(check=os.environ['PGUSER'], outcome='passed')))"
SQL = "SELECT * FROM orders"
DEEP = f"""\
      - {{name: boards are there, rows-at-least: {{database: Boards, table: orders, minimum: 3}}}}
      - {{name: whole, mandatory: false, whole-read: {{database: Database, within: 720h}}}}
      - {{name: boards whole, mandatory: false, whole-read: {{database: Boards, within: 720h}}}}
      - {{name: sound, mandatory: false, integrity: {{database: Boards, within: 720h, against: source,
          require: [checksums]}}}}
      - {{name: fast, mandatory: false, answers-within: {{database: Database, sql: {SQL}, times: 3, limit: 2m}}}}
      - {{name: none lost, mandatory: false, counts: {{database: Boards, against: source, within: 720h,
          tables: {{orders: {{}}}}}}}}
      - {{name: suite, mandatory: false, command: {{database: Boards, run: ["{sys.executable}", "-c", "{TELL}"]}}}}
"""
STORES = {
    **dict.fromkeys(("whole", "fast", "orders are there", "orders beat"), "orders-db"),
    **dict.fromkeys(("boards whole", "sound", "none lost", "suite", "suite: orders", "boards beat"), "boards-db"),
    "heartbeat": "sessions",
}


def write(drills: Path) -> None:
    """Declare a replica that has both, and checks of either."""
    born_shop.put(drills, CHECKS + BEATS.lstrip("\n") + DEEP, BOTH)
    file = drills / "shop.yaml"
    file.write_text(file.read_text().replace(born_shop.BORN, f"{born_shop.BORN}, Boards: boards-db"))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealShop]:
    with born_shop.born_shop(tmp_path_factory.mktemp("deep"), write) as made:
        yield made


@pytest.fixture(scope="module")
def found(shop: RealShop) -> Run:
    return run(shop.here, "shop-replica")


def test_each_database_is_entered_and_proven_in_depth(found: Run) -> None:
    """PASSED and CLEAN; each result is of the store whose database it asked, and no password is told."""
    assert found.closing is not None
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing.reasons
    results = {check.name: check for check in found.checks}
    assert {name: results[name].store for name in STORES} == STORES
    assert {name: results[name].outcome for name in STORES} == dict.fromkeys(STORES, Outcome.PASSED)
    assert results["boards are there"].observed == "5 rows"
    assert PASSWORD not in str(found)


def test_the_cluster_is_opened_by_its_own_secret(found: Run) -> None:
    """RDS manages its master user there: the password of then is refused, and none is made anew."""
    (step,) = (each for each in found.steps if each.role is Role.LOG_IN)
    of_each = dict(each.split(": ", 1) for each in step.detail.split("; ") if ": " in each)
    assert "its own secret, which RDS manages" in of_each["Boards"]
    assert "own secret" not in of_each["Database"]
    assert not [each for each in found.steps if each.role is Role.RESET]


def test_the_rpa_is_that_of_the_store_that_lost_most(found: Run) -> None:
    """Of three: how far the others are from it is told."""
    assert found.closing is not None
    newest = {check.name: check.newest for check in found.checks if check.newest}
    beats = [newest[name] for name in ("orders beat", "boards beat", "heartbeat")]
    measured = found.closing.measures
    assert measured.newest_data == min(beats)
    assert measured.rpa_skew == max(beats) - min(beats)


def test_the_copy_is_whole_once_the_last_database_is(found: Run) -> None:
    """One moment, after the last of those that read all: before that a part of it may still lie in the backup."""
    (event,) = (event for event in found.events if event.moment is Moment.DATA_WHOLE)
    told = run_json(found)["hydration"]
    assert told["kept"] is True
    both = [check.duration for check in found.checks if check.reads_whole]
    verified = next(each for each in found.events if each.moment is Moment.SERVICE_VERIFIED)
    assert len(both) == 2
    assert event.offset - verified.offset >= sum((each for each in both if each), start=type(event.offset)())


def test_nothing_reached_production_from_within(shop: RealShop, found: Run) -> None:
    """The probe was tried in both, and no call of the run names a source of production beside the copy."""
    assert [step.tried for step in found.steps if step.role is Role.PROBE] == [True]
    changed = [
        each.action
        for each in shop.lab.journal
        if {INSTANCE, CLUSTER} & set(map(str, each.params.values())) and found.header.id in str(each.params)
    ]
    assert changed == []
