"""What the ledger promises of large-incident drills: each item is claimed by one, settled once, and none forgotten."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from dr_orchestrator.domain.findings.by_exercise import Held
from dr_orchestrator.domain.findings.tracked import RaisedBy
from dr_orchestrator.domain.mass_restore.items import Item, ItemVerdict
from dr_orchestrator.domain.mass_restore.plan import TenantItems
from dr_orchestrator.domain.mass_restore.record import Handover, MassRecord
from dr_orchestrator.domain.mass_restore.remembered import Compared, Size
from dr_orchestrator.domain.mass_restore.sites import Site, SiteState
from dr_orchestrator.domain.mass_restore.summing import gaps_of
from dr_orchestrator.domain.mass_restore.waves import in_waves, items_of, waves_of
from dr_orchestrator.domain.objective import parse_limit
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger.ledger import SqlLedger, connect
from dr_orchestrator.ledger.times import BootTimes, this_boot
from tests.support.fakes import FakeClock
from tests.support.ledger_samples import START
from tests.support.mass_restores import plan, product, sites

SPAN = timedelta(minutes=1)
PLAN = plan(
    product("jira", "jira-pitr"),
    replace(product("config", "config-pitr", needs=("jira",)), checks=(TenantItems("items", "pk", newest="at"),)),
    rtos={1: parse_limit("< 6h")},
)
GONE = Site("gone", 2, SiteState.SOFT_DELETED, START, "asked for", 90)


def begun(ledger: SqlLedger, number: int = 6, id: str = "mass-1") -> MassRecord:
    them = [*sites(number, tier=2), Site("first", 1, line=80), GONE]
    items = items_of(PLAN, them)
    waves = waves_of(PLAN, items)
    of = MassRecord(id, PLAN, START, START + SPAN, simulated=True, auto=False, operator="Ada", at_once=2)
    ledger.mass_restores.begin(of, them, in_waves(items, waves), waves)
    return of


def claim(ledger: SqlLedger, holder: str = "one", most: int = 50) -> list[Item]:
    return ledger.mass_restores.claims.claim("mass-1", "jira-pitr", holder, most, SPAN)


def test_a_drill_is_read_back_as_it_was_begun(ledger: SqlLedger) -> None:
    """Its plan whole, with each check as what it is; its waves, of which the first is released; until when to undo."""
    of, drills = begun(ledger), ledger.mass_restores
    assert drills.named("latest") == drills.named("mass") == of
    assert [(each.number, each.team, each.released_by) for each in drills.waves(of.id)] == [
        (1, "Team One", "the start"),
        (2, "Team One", ""),
    ]
    assert [(each.drill, each.wave, each.run) for each in drills.containers(of.id)] == [
        ("jira-pitr", 1, ""),
        ("config-pitr", 2, ""),
    ]
    assert drills.sites(of.id)[-1]["undone_until"] == START + timedelta(days=14)
    assert len(drills.items(of.id)) == 16 and drills.proven() == []


def test_of_one_plan_one_drill_is_under_way(ledger: SqlLedger) -> None:
    """A second is refused, and told how to go on with the first."""
    begun(ledger)
    with pytest.raises(UsageError, match="mass-1 of many-sites is under way"):
        begun(ledger, id="mass-2")


def test_claims_are_batches_the_most_critical_first(ledger: SqlLedger) -> None:
    """And what one holds no other gets, until its time is over."""
    begun(ledger)
    clock = FakeClock()
    ledger.mass_restores.claims.times = BootTimes(clock, this_boot())
    first = claim(ledger, "one", 3)
    assert [each.site for each in first] == ["first", "gone", "site-1"]
    assert {each.site for each in claim(ledger, "two")} == {f"site-{at}" for at in range(2, 7)}
    assert claim(ledger, "three") == []
    clock.sleep(61)
    assert len(claim(ledger, "three")) == 8


def test_workers_of_several_connections_never_get_the_same(database_url: str) -> None:
    """Each item is claimed and settled exactly once, whoever comes first."""
    ledgers = [connect(database_url) for _ in range(4)]
    begun(ledgers[0], 60)

    def work(at: int) -> list[str]:
        mine, done = ledgers[at], list[str]()
        while some := claim(mine, f"worker-{at}", 3):
            for each in some:
                assert mine.mass_restores.claims.settle(replace(each, verdict=ItemVerdict.PASSED), f"worker-{at}")
                done.append(each.site)
        return done

    with ThreadPoolExecutor(4) as pool:
        done = [site for some in pool.map(work, range(4)) for site in some]
    assert Counter(done) == Counter([f"site-{at}" for at in range(1, 61)] + ["first", "gone"])
    for each in ledgers:
        each.close()


WORKS = """
import sys
from dataclasses import replace
from datetime import timedelta
from dr_orchestrator.domain.mass_restore.items import ItemVerdict
from dr_orchestrator.ledger.ledger import connect
ledger, name = connect(sys.argv[1]), sys.argv[2]
claims = ledger.mass_restores.claims
print("ready", flush=True)
sys.stdin.readline()
while some := claims.claim("mass-1", "jira-pitr", name, 2, timedelta(minutes=1)):
    for each in some:
        if claims.settle(replace(each, verdict=ItemVerdict.PASSED, reason=name), name):
            print(each.site, flush=True)
"""


@pytest.mark.slow
def test_two_processes_share_the_sites_of_one_event(database_url: str) -> None:
    """None is asked for twice, none by nobody, and each is settled by whoever claimed it."""
    ledger = connect(database_url)
    begun(ledger, 60)
    folder, pipe = Path(__file__).parents[2], subprocess.PIPE
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKS, database_url, name], stdin=pipe, stdout=pipe, text=True, cwd=folder
        )
        for name in ("one", "two")
    ]
    try:
        for each in workers:
            assert each.stdout is not None and each.stdout.readline() == "ready\n"
        for each in workers:
            assert each.stdin is not None
            each.stdin.write("go\n")
            each.stdin.flush()
        done = [each.communicate(timeout=600)[0].split() for each in workers]
    finally:
        for each in workers:
            each.kill()
            each.wait()
    assert Counter([*done[0], *done[1]]) == Counter([f"site-{at}" for at in range(1, 61)] + ["first", "gone"])
    held = {each.site: each.reason for each in ledger.mass_restores.items("mass-1") if each.product == "jira"}
    assert held == {site: name for name, some in zip(("one", "two"), done, strict=True) for site in some}
    ledger.close()


def test_who_claims_waits_for_nobody_that_is_just_claiming(postgres_ledger: str) -> None:
    """In PostgreSQL: what another transaction is taking is passed over, and the rest is had at once. In SQLite one
    writes at a time.
    """
    ledger = connect(postgres_ledger)
    begun(ledger)
    other = create_engine(make_url(postgres_ledger).set(drivername="postgresql+psycopg"))
    with other.connect() as connection, ThreadPoolExecutor(1) as aside:
        taking = "SELECT site FROM mass_item WHERE container = 'jira-pitr' AND site < 'site-4' FOR UPDATE"
        taken = set(connection.scalars(text(taking)))
        try:
            found = aside.submit(claim, ledger).result(timeout=60)
        finally:
            connection.rollback()
    other.dispose()
    assert taken == {"first", "gone", "site-1", "site-2", "site-3"}
    assert {each.site for each in found} == {"site-4", "site-5", "site-6"}
    assert {each.site for each in claim(ledger, "two")} == taken
    ledger.close()


def test_an_item_is_judged_once_and_by_whoever_holds_it(ledger: SqlLedger) -> None:
    """A worker that slept past its claim, or comes twice, changes nothing; all figures are kept."""
    begun(ledger)
    claims = ledger.mass_restores.claims
    item = claim(ledger, "one", 1)[0]
    whole = replace(
        item,
        run="r-1",
        verdict=ItemVerdict.FAILED,
        rule=Rule.TENANT_MISSING,
        reason="none",
        started_at=START,
        ended_at=START + SPAN,
        rta=SPAN,
        held=timedelta(seconds=1),
        rpa=timedelta(seconds=2),
        rows=0,
        newest=START,
        proven=False,
    )
    assert not claims.settle(whole, "two")
    assert claims.settle(whole, "one")
    assert not claims.settle(replace(whole, verdict=ItemVerdict.PASSED), "one")
    assert next(each for each in ledger.mass_restores.items("mass-1") if each.number == item.number) == whole


def test_what_cannot_be_asked_any_more_is_settled_all_the_same(ledger: SqlLedger) -> None:
    """Live ones inconclusive, a deleted one left alone; what was settled stays, another container's is open."""
    begun(ledger)
    claims = ledger.mass_restores.claims
    passed = claim(ledger, "one", 1)[0]
    claims.settle(replace(passed, verdict=ItemVerdict.PASSED), "one")
    claims.free("mass-1")
    assert claims.settle_rest("mass-1", "jira-pitr", Rule.CONTAINER_LOST, "it is gone", START) == 7
    found = Counter((each.product, each.verdict) for each in ledger.mass_restores.items("mass-1"))
    assert found == {
        ("jira", ItemVerdict.PASSED): 1,
        ("jira", ItemVerdict.INCONCLUSIVE): 6,
        ("jira", ItemVerdict.LEFT_ALONE): 1,
        ("config", None): 8,
    }


def test_a_containers_run_is_written_once_before_it_opens(ledger: SqlLedger) -> None:
    """Whoever begins it again gets the run of before, and a run tells whose container it restores."""
    begun(ledger)
    drills = ledger.mass_restores
    assert drills.begin_container("mass-1", "jira-pitr", "r-1", START) == "r-1"
    assert drills.begin_container("mass-1", "jira-pitr", "r-2", START) == "r-1"
    found = drills.container_of("r-1")
    assert found is not None and (found.mass_restore, found.drill) == ("mass-1", "jira-pitr")
    assert drills.container_of("r-9") is None
    drills.end_container("mass-1", "jira-pitr", START)
    assert drills.containers("mass-1")[0].ended_at == START


def test_a_wave_is_released_once_and_handed_over_by_name(ledger: SqlLedger) -> None:
    """The first word counts; the owner is then another, and who said so when stays."""
    begun(ledger)
    drills = ledger.mass_restores
    drills.release("mass-1", 2, "Ada", START)
    assert drills.release("mass-1", 2, "Bo", START + SPAN).released_by == "Ada"
    told = Handover(2, START, "Team One", "Team Two", "Ada", "shift ends")
    drills.hand_over("mass-1", told)
    assert drills.handovers("mass-1") == [told] and drills.wave("mass-1", 2).team == "Team Two"
    with pytest.raises(UsageError, match="has no wave 9"):
        drills.release("mass-1", 9, "Ada", START)


def test_its_end_is_written_once_with_what_it_raises(ledger: SqlLedger) -> None:
    """And is remembered as proven; what failed is not."""
    of, drills = begun(ledger), ledger.mass_restores
    gaps = gaps_of(PLAN, [], Compared(Size(1, 1, 0)), Compared(Size(1, 1, 0)))
    held = Held(RaisedBy.MASS_RESTORE, of.id, PLAN.name, START, START + SPAN, True, gaps, frozenset())
    drills.end(of.id, START + SPAN, Verdict.PARTIAL, "some", Size(5, 2, 12), held)
    drills.end(of.id, START + 2 * SPAN, Verdict.PASSED, "all", Size(9, 9, 9), held)
    ended = drills.named(of.id)
    assert (ended.verdict, ended.ended_at, ended.told) == (Verdict.PARTIAL, START + SPAN, "some")
    assert [(each.id, each.size, each.simulated) for each in drills.proven()] == [(of.id, Size(5, 2, 12), True)]
    assert [each.id for each in drills.proven(START + SPAN)] == [of.id]
    assert drills.proven(START) == [], "an earlier one had not to beat it"
    (found,) = ledger.queries.findings()
    assert (found.raised_by, found.rule, found.seen) == (RaisedBy.MASS_RESTORE, Rule.NOT_LARGER, 1)
