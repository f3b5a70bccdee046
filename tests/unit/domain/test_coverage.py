"""Coverage: all that is known counts once, and nothing is proven by what proves nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dr_orchestrator.domain.coverage import Coverage, Covered, Inventory, inventory
from dr_orchestrator.domain.drill import Drill, RecoveryPath
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.objective import Disruption
from dr_orchestrator.domain.posture.ruling import LAST, NOBODY, Ruling, Standing, Stood
from dr_orchestrator.domain.production import OnProduction
from dr_orchestrator.domain.programme import RealRun, due_states
from dr_orchestrator.domain.resource_type import Described, Told, Trait, Traits
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.service import Exclusion, Resource, Service
from dr_orchestrator.domain.since import Memory
from dr_orchestrator.domain.verdict import Verdict
from tests.support.calendar import drill

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
RECENT, LONG_AGO = NOW - timedelta(days=70), NOW - timedelta(days=400)
DB, FILES = (Resource(name, "rds-instance", f"{name}-prod", "us-east-1") for name in ("db", "files"))


def service(*resources: Resource, **more: object) -> Service:
    return replace(drill("x").service, resources={each.name: each for each in resources}, **more)  # type: ignore[arg-type]


def of(
    services: list[Service],
    drills: list[Drill],
    proven: dict[str, datetime] | None = None,
    newest: dict[str, RealRun] | None = None,
    seen: list[Stood] | None = None,
    before: dict[str, datetime] | None = None,
) -> Inventory:
    green = {(name, "", "latest"): (at,) for name, at in (proven or {}).items()}
    passed = {
        **(proven or {}),
        **{name: each.started_at for name, each in (newest or {}).items() if each.verdict.green},
    }
    states = due_states(drills, green, NOW, newest, {**passed, **(before or {})})
    return inventory(services, states, newest or {}, (NOW, seen) if seen is not None else None, NOW)


def only(found: Inventory, name: str = "db") -> Covered:
    (row,) = (each for each in found.rows if each.resource == name)
    return row


@pytest.mark.parametrize(
    ("proven", "standing"),
    [
        ({}, Coverage.NEVER),
        ({"a": RECENT}, Coverage.PROVEN),
        ({"a": LONG_AGO}, Coverage.OVERDUE),
    ],
)
def test_a_resource_stands_as_its_drill_does(proven: dict[str, datetime], standing: Coverage) -> None:
    """Proven last quarter is proven, proven a year ago is overdue, and without a run it never was."""
    assert only(of([service(DB)], [drill("a")], proven)).standing is standing


def test_the_worst_drill_on_the_primary_path_counts() -> None:
    """One of two that was never proven leaves the resource unproven; a fallback beside them changes nothing."""
    fallback = replace(drill("c"), path=RecoveryPath.FALLBACK)
    row = only(of([service(DB)], [drill("a"), drill("b"), fallback], {"a": RECENT, "c": LONG_AGO}))
    assert row.standing is Coverage.NEVER
    assert row.why.startswith("b: never proven")
    assert only(of([service(DB)], [drill("a"), fallback], {"a": RECENT})).standing is Coverage.PROVEN
    assert only(of([service(DB)], [fallback], {"c": LONG_AGO})).standing is Coverage.OVERDUE


def test_what_no_drill_restores_was_never_proven() -> None:
    """A resource beside the drilled one counts, and says why; a store of an environment is drilled with that."""
    row = only(of([service(DB, FILES)], [drill("a")], {"a": RECENT}), "files")
    assert (row.standing, row.why) == (Coverage.NEVER, "no drill restores it")
    filled = replace(drill("a"), stores={"Files": FILES})
    assert only(of([service(DB, FILES)], [filled], {"a": RECENT}), "files").standing is Coverage.PROVEN


def test_a_failover_of_production_restores_nothing() -> None:
    """However often it passed, no backup was restored by it."""
    on = replace(drill("a"), production=object.__new__(OnProduction))
    assert only(of([service(DB)], [on], {"a": RECENT})).why == "no drill restores it"


def test_what_passed_and_no_longer_stands_has_lapsed() -> None:
    """A change since the proof is told, and so is a run that failed since; what never passed is told as that."""
    passed = RealRun("r-1", RECENT, Verdict.PASSED, "as it was", "latest")
    row = only(of([service(DB)], [drill("a")], newest={"a": passed}))
    assert (row.standing, row.changed) == (Coverage.LAPSED, True)
    failed = replace(passed, verdict=Verdict.FAILED)
    row = only(of([service(DB)], [drill("a")], newest={"a": failed}))
    assert (row.standing, row.changed) == (Coverage.NEVER, False)
    row = only(of([service(DB)], [drill("a")], newest={"a": failed}, before={"a": RECENT}))
    assert (row.standing, row.changed) == (Coverage.LAPSED, False)
    row = only(of([service(DB)], [drill("a")], newest={"a": failed}, before={"a": LONG_AGO}))
    assert row.standing is Coverage.OVERDUE


def test_an_exclusion_holds_to_its_last_day() -> None:
    """On that day it holds; on the next the resource stands as its drills do, and says whose word it was."""
    last = Exclusion("Dana", "no backup of it yet", date(2026, 11, 30), "drills/orders.yaml:9:exclusions.db")
    row = only(of([service(DB, exclusions={"db": last})], [drill("a")]))
    assert row.standing is Coverage.EXCLUDED
    assert "no backup of it yet; Dana, until 2026-11-30" in row.why
    over = replace(last, expires=date(2026, 11, 29))
    row = only(of([service(DB, exclusions={"db": over})], [drill("a")]))
    assert row.standing is Coverage.NEVER
    assert "its exclusion of Dana expired on 2026-11-29" in row.why


def unclaimed(name: str, standing: Standing = Standing.SHORT, rule: Rule = Rule.UNCLAIMED) -> Stood:
    ruling = Ruling(rule, standing, f"of {name}", "", Severity.MEDIUM)
    return Stood(NOBODY, NOBODY, "", LAST, "", "dynamodb-table", name, "us-east-1", ruling)


def test_what_no_service_claims_counts_too() -> None:
    """Each resource of the newest look that no file declares is unassigned; what could not be asked is told."""
    seen = [unclaimed("carts"), unclaimed("logs", Standing.UNKNOWN), unclaimed("orders", rule=Rule.UNDRILLED)]
    found = of([service(DB)], [drill("a")], {"a": RECENT}, seen=seen)
    assert found.counted == {
        Coverage.PROVEN: 1,
        Coverage.OVERDUE: 0,
        Coverage.LAPSED: 0,
        Coverage.NEVER: 0,
        Coverage.EXCLUDED: 0,
        Coverage.UNASSIGNED: 1,
    }
    assert only(found, "carts").standing is Coverage.UNASSIGNED
    assert found.not_seen == ("of logs",)
    assert found.counted.total() == len(found.rows)


def test_nobody_who_looked_is_told_as_nobody() -> None:
    """Without a look there is no word on what no service claims: neither some nor none."""
    assert of([service(DB)], [drill("a")]).looked_at is None


def test_each_drill_stands_under_its_disruption() -> None:
    """The matrix has a cell for each disruption that a drill of the resource is for."""
    zone = replace(drill("b"), disruption=Disruption.AVAILABILITY_ZONE)
    row = only(of([service(DB)], [drill("a"), zone], {"b": RECENT}))
    assert {where: [each.standing for each in cells] for where, cells in row.cells.items()} == {
        Disruption.INFRASTRUCTURE: [Coverage.NEVER],
        Disruption.AVAILABILITY_ZONE: [Coverage.PROVEN],
    }


def test_another_engine_is_told_and_takes_no_proof_away() -> None:
    """Held against the newest real run that passed; of one that failed, which proves nothing, nothing is told."""
    before, now = (
        Told(Described("db", DB.id, DB.region, Traits("postgres", version, 10)), at, "111111111111", False)
        for version, at in (("15.4", RECENT), ("16.3", NOW))
    )
    told = Memory({DB.type: frozenset(Trait)}, {"r-1": {"db": before}}, {("shop", "db", False): now})
    made = replace(service(DB), name="shop")
    a = replace(drill("a"), service=made, resource=DB)

    def row(verdict: Verdict) -> Covered:
        newest = {"a": RealRun("r-1", RECENT, verdict, "", "latest")}
        green = {("a", "", "latest"): (RECENT,)}
        states = due_states([a], green if verdict.green else {}, NOW, newest, {"a": RECENT})
        return only(inventory([made], states, newest, None, NOW, told))

    found = row(Verdict.PASSED)
    assert (found.standing, found.changed) == (Coverage.PROVEN, False)
    assert found.why_changed == "changed since it was proven: engine postgres 15.4 → 16.3"
    assert (row(Verdict.FAILED).since, row(Verdict.FAILED).why_changed) == ((), "")
