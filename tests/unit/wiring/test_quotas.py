"""The room for copies: a quota that types share is one, and what is to come of open runs counts before AWS shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.domain.copy import Copy, CopyRecord, CopyState, Place, Source
from dr_orchestrator.domain.drill import Drill, Roles
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.preflight import Doubt, NotApplicable
from dr_orchestrator.domain.resource_type import Quota, Types
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.drillable import Drillable
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.planning.quotas import Room, to_come
from tests.support.fakes import FakeClock

HERE, THERE = "eu-west-1", "us-east-1"
NOW = FakeClock().now()


def row(run: str, of: str, state: CopyState = CopyState.INTENDED, region: str = HERE) -> CopyRecord:
    return CopyRecord(Copy(of, f"dro-{run}-{of}", region, run, "drill", "service"), state, None, NOW)


def drill(
    name: str,
    of: str,
    *stores: str,
    region: str = HERE,
    kind: Kind = Kind.SNAPSHOT_RESTORE,
    promoted: tuple[int, ...] = (),
) -> Drill:
    """As much of a drill as its room depends on; what it drills has its name for an id, and its stores their number."""
    about = {"id": name, "account": "", "region": region, "rebuild": None, "to": None}
    resources = [SimpleNamespace(type=each, **about) for each in (of, *stores)]
    own = {"resource": resources[0], "stores": dict(enumerate(resources[1:])), "promoted": promoted}
    return cast(Drill, SimpleNamespace(name=name, kind=kind, region=region, **own))


class Reached:
    """The roles of a workspace that names none."""

    roles = SimpleNamespace(at=lambda _account: Roles())


def room(wanted: Drill, quotas: Mapping[str, Quota | Exception], run: str = "", **given: object) -> Room:
    """The room of a drill where AWS tells these quotas; one that is an exception cannot be read."""

    def reads(name: str) -> Callable[[Account], Quota]:
        def read(_: Account) -> Quota:
            told = quotas[name]
            if isinstance(told, Exception):
                raise told
            return told

        return read

    def taking(of: Drillable) -> Drillable:
        """As AWS would tell how much a copy takes, by the id of its source."""
        if of.takes is None:
            return of
        return replace(of, takes=lambda _account, source: takes.get(source.id, {}))

    takes = cast("Mapping[str, Mapping[str, int]]", given.get("takes", {}))
    types = Types(taking(replace(each, quotas={name: reads(name) for name in each.quotas})) for each in TYPES)
    rows = cast("list[CopyRecord]", given.get("rows", []))
    drills = cast("list[Drill]", given.get("drills", [wanted]))
    catalogue = SimpleNamespace(
        headroom=2, at_once=given.get("at_once", 1), drills={each.name: each for each in drills}
    )
    queries = SimpleNamespace(copies_of_open_runs=lambda but: [each for each in rows if each.copy.run != but])
    here = SimpleNamespace(types=types, catalogue=catalogue, ledger=SimpleNamespace(queries=queries))
    here.sources, here.declared, here.clock, here.spacings = frozenset(), Reached(), FakeClock(), None
    return Room(cast(App, here), wanted, cast(Account, SimpleNamespace(region=HERE)), run)


DATABASE, CLUSTER = drill("db", "rds-instance"), drill("cluster", "aurora-cluster")
PLENTY = {
    "DBInstances": Quota("DB instances", 1, 40),
    "DBClusters": Quota("DB clusters", 0, 40),
    "restores of tables": Quota("restores", 0, 50),
    "StackLimit": Quota("stacks", 3, 2000),
}


def test_what_was_intended_and_not_seen_is_to_come() -> None:
    """AWS shows nothing of it yet, whichever type it is of that counts against the quota; what it shows is no more."""
    rows = [row("a", "rds-instance"), row("b", "aurora-instance"), row("c", "rds-instance", CopyState.CREATED)]
    assert to_come(TYPES, rows, "DBInstances") == 2
    assert to_come(TYPES, rows, "DBClusters") == 0


@pytest.mark.parametrize("cluster", [CopyState.INTENDED, CopyState.CREATED])
def test_the_instance_of_a_cluster_is_to_come_before_anybody_intended_it(cluster: CopyState) -> None:
    """It is made once its cluster is ready; an hour before that its place is taken."""
    rows = [row("a", "aurora-cluster", cluster)]
    assert to_come(TYPES, rows, "DBInstances") == 1
    assert to_come(TYPES, [*rows, row("a", "aurora-instance", CopyState.CREATED)], "DBInstances") == 0
    assert to_come(TYPES, [*rows, row("a", "aurora-instance", CopyState.DELETED)], "DBInstances") == 0
    assert to_come(TYPES, [*rows, row("b", "aurora-instance", CopyState.CREATED)], "DBInstances") == 1


def test_a_type_of_another_program_counts_for_nothing_here() -> None:
    """A colleague's newer program writes to the same ledger: its runs keep none of ours from starting."""
    assert to_come(TYPES, [row("a", "kinesis-stream"), row("b", "rds-instance")], "DBInstances") == 1


def test_nothing_is_to_come_of_what_is_gone() -> None:
    """A cluster that was deleted gets no instance."""
    assert to_come(TYPES, [row("a", "aurora-cluster", CopyState.DELETED)], "DBInstances") == 0


def test_a_quota_that_types_share_is_filled_by_all_of_them() -> None:
    """Two clusters under way and one instance in use of five, two kept free: a database finds no room."""
    few = {**PLENTY, "DBInstances": Quota("DB instances", 1, 5)}
    under_way = [row("a", "aurora-cluster"), row("b", "aurora-cluster", CopyState.CREATED)]
    with pytest.raises(NotMeasured, match="1 of 5 DB instances in use, 3 more for drills, 2 kept free"):
        room(DATABASE, few, run="mine", rows=under_way).look()
    assert room(DATABASE, few, run="mine", rows=under_way[:1]).look().startswith("1 of 5 DB instances in use, 2 more")


def test_what_is_to_come_elsewhere_takes_no_room_here() -> None:
    """Quotas are of a region, and a run's own copies are counted once."""
    rows = [row("a", "rds-instance", region=THERE), row("mine", "rds-instance")]
    assert "1 more for drills" in room(DATABASE, PLENTY, run="mine", rows=rows).look()


def test_a_cluster_needs_room_for_both_of_what_it_makes() -> None:
    """Each of the two quotas can stop it; what is short is told."""
    assert room(CLUSTER, PLENTY).look() == (
        "0 of 40 DB clusters in use, 1 more for drills, 2 kept free for production; "
        "1 of 40 DB instances in use, 1 more for drills, 2 kept free for production"
    )
    for name in ("DBClusters", "DBInstances"):
        with pytest.raises(NotMeasured, match=f"too few left: 8 of 10 {name} in use, 1 more"):
            room(CLUSTER, {**PLENTY, name: Quota(name, 8, 10)}).look()


def test_a_failover_of_a_cluster_needs_room_for_its_reader() -> None:
    """One instance more than a restore of it."""
    failing_over = drill("cluster", "aurora-cluster", kind=Kind.AZ_FAILOVER)
    assert "1 of 40 DB instances in use, 2 more for drills" in room(failing_over, PLENTY).look()


def test_a_plan_counts_the_drills_that_may_run_at_once() -> None:
    """Those that take most of the quota, as many as may run beside it; drills of other regions take none of it."""
    others = [drill(f"c{number}", "aurora-cluster") for number in range(4)]
    elsewhere = [drill(f"e{number}", "rds-instance", region=THERE) for number in range(4)]
    told = room(DATABASE, PLENTY, drills=[DATABASE, *others, *elsewhere], at_once=3).look()
    assert "3 more for drills" in told
    assert "1 more for drills" in room(DATABASE, PLENTY, drills=[DATABASE, *elsewhere], at_once=3).look()


def test_the_stores_of_an_environment_are_counted_with_it() -> None:
    """Each is restored before it fills the environment's own."""
    replica = drill("replica", "cloudformation-stack", "dynamodb-table", "dynamodb-table")
    assert room(replica, PLENTY).look() == (
        "3 of 2,000 stacks in use, 1 more for drills, 2 kept free for production; "
        "0 of 50 restores in use, 2 more for drills, 2 kept free for production"
    )


def test_the_replica_that_is_promoted_for_a_store_is_counted_beside_that() -> None:
    """Both stand until the environment goes, with the snapshot of the one that the other is made of."""
    alone = drill("replica", "cloudformation-stack", "rds-instance")
    beside = drill("replica", "cloudformation-stack", "rds-instance", promoted=(0,))
    assert "1 of 40 DB instances in use, 1 more for drills" in room(alone, PLENTY).look()
    assert "1 of 40 DB instances in use, 2 more for drills" in room(beside, PLENTY).look()


def test_a_quota_that_is_not_known_stops_nothing_but_hides_none_that_is_short() -> None:
    """Who may not see one is told so, beside what is known; too little room of another still ends it."""
    unknown = {**PLENTY, "DBClusters": NotMeasured("AccessDenied")}
    with pytest.raises(Doubt, match=r"1 of 40 DB instances in use, .*; not known: AccessDenied"):
        room(CLUSTER, unknown).look()
    with pytest.raises(NotMeasured, match="too few left: 39 of 40"):
        room(CLUSTER, {**unknown, "DBInstances": Quota("DB instances", 39, 40)}).look()


def test_what_a_program_makes_is_told_to_be_unknown() -> None:
    """A type whose copies count against no quota of ours has no blank look: it says whose program makes them."""
    programmed = next(each.name for each in TYPES if each.programmed)
    with pytest.raises(NotApplicable, match="nobody knows what that takes"):
        room(drill("d", programmed), {}).look()


VCPU, GRAPHICS = "vCPU of standard machines", "vCPU of G and VT machines"
MACHINES = {VCPU: Quota(VCPU, 10, 32), GRAPHICS: Quota(GRAPHICS, 0, 8)}
TAKES = {"web": {VCPU: 8}, "batch": {VCPU: 16}, "render": {GRAPHICS: 8}}


def test_a_machine_takes_vcpu_and_no_machine() -> None:
    """Eight of them, of the quota of its family alone; another family's is not looked at."""
    told = room(drill("web", "ec2-instance"), {VCPU: Quota(VCPU, 8, 32)}, takes=TAKES).look()
    assert told == "8 of 32 vCPU of standard machines in use, 8 more for drills, 16 kept free for production"
    with pytest.raises(NotMeasured, match="too few left: 0 of 8 vCPU of G and VT machines in use, 8 more"):
        room(drill("render", "ec2-instance"), MACHINES, takes=TAKES).look()


def test_room_is_kept_free_for_machines_and_not_for_vcpu() -> None:
    """Two more of eight vCPU each: a quota in units is not kept free by the number of copies."""
    with pytest.raises(NotMeasured, match=r"too few left: 9 of 32 .*, 8 more for drills, 16 kept free"):
        room(drill("web", "ec2-instance"), {VCPU: Quota(VCPU, 9, 32)}, takes=TAKES).look()


def test_machines_that_are_to_come_take_their_vcpu() -> None:
    """In a plan those of the drills beside it, in a run those that open runs have intended and nobody has seen."""
    web, batch, render = (drill(each, "ec2-instance") for each in TAKES)
    with pytest.raises(NotMeasured, match=r"10 of 32 .* 24 more for drills"):
        room(web, MACHINES, takes=TAKES, drills=[web, batch, render, DATABASE], at_once=2).look()
    copy = Copy("ec2-instance", "dro-a", HERE, "a", "drill", "service")
    under_way = replace(copy, source=Source("ec2-instance", "batch", Place("", HERE)))
    rows = [CopyRecord(under_way, CopyState.INTENDED, None, NOW)]
    with pytest.raises(NotMeasured, match=r"10 of 32 .* 24 more for drills"):
        room(web, MACHINES, run="mine", takes=TAKES, rows=rows).look()


def test_a_machine_that_nobody_can_describe_is_told_as_unknown() -> None:
    """How much it takes is then not known, and no room is shown."""

    def fails(_account: Account, _source: object) -> Mapping[str, int]:
        raise NotMeasured("AccessDenied")

    wanted = room(drill("web", "ec2-instance"), MACHINES)
    types = Types(replace(each, takes=fails) if each.name == "ec2-instance" else each for each in TYPES)
    here = SimpleNamespace(**{**vars(wanted.here), "types": types})
    with pytest.raises(Doubt, match="not known: AccessDenied"):
        replace(wanted, here=cast(App, here)).look()


CONTROL, CHECK = "arc-routing-control", "health-check"


def switched(name: str, *, by_controls: bool = True) -> Drill:
    """A drill whose name routing controls switch, or its records."""
    made: Any = drill(name, "cloudformation-stack")
    made.leading = SimpleNamespace(controls=SimpleNamespace() if by_controls else None)
    return cast(Drill, made)


def left(controls: int, checks: int = 100) -> list[tuple[str, Quota]]:
    """Quotas of a switched name of which so many are free."""
    return [
        (CONTROL, Quota("routing controls of the control panel", 100 - controls, 100)),
        (CHECK, Quota("health checks of the account", 200 - checks, 200)),
    ]


def test_a_name_needs_room_for_both_sides_and_for_productions_own() -> None:
    """Two of each, and as many again as room is kept free for; too little is no failure of what is drilled."""
    name = switched("mine")
    assert "94 of 100 routing controls of the control panel in use, 2 more for drills, 4 kept free" in room(
        name, PLENTY
    ).of_name(left(6))
    with pytest.raises(NotMeasured, match="too few left: 95 of 100 routing controls"):
        room(name, PLENTY).of_name(left(5))
    with pytest.raises(NotMeasured, match="too few left: 195 of 200 health checks"):
        room(name, PLENTY).of_name(left(6, 5))


def test_names_of_drills_beside_take_room_too() -> None:
    """In a plan of as many as run at once, but for those that routing controls do not switch; in a run of what others
    have written down that they make and AWS does not show yet.
    """
    name = switched("mine")
    others = [name, switched("a"), switched("b"), switched("c", by_controls=False)]
    with pytest.raises(NotMeasured, match="6 more for drills"):
        room(name, PLENTY, drills=others, at_once=9).of_name(left(9))
    assert "4 more for drills" in room(name, PLENTY, drills=others, at_once=2).of_name(left(8))
    rows = [row(run, CONTROL) for run in ("a", "b", "mine")] + [row("c", CONTROL, CopyState.CREATED)]
    told = room(name, PLENTY, run="mine", rows=rows).of_name(left(8))
    assert "routing controls of the control panel in use, 4 more" in told
    assert "health checks of the account in use, 2 more" in told
