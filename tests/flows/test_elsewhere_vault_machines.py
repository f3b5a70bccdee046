"""A volume and a machine restored where a vault of another region is, into which AWS Backup copied their points."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.aws.access.permissions import calls_of
from dr_orchestrator.aws.access.policies import drill_policies
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.domain.copy import TERMINAL
from dr_orchestrator.domain.drill import Allowed
from dr_orchestrator.domain.parity import Standing
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.lab.cloud.vaults import vaults
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.ebs_volume.lab import vaulted as of_volumes
from dr_orchestrator.resources.ec2_instance.lab import vaulted as of_machines
from dr_orchestrator.wiring import opening
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import elsewhere, volumes, web, workspace
from tests.support.dying import killed_at, swept
from tests.support.elsewhere import ALIAS, AWAY, copied
from tests.support.estate import REGION, VAULT, VOLUME, WEB, Estate
from tests.support.passing import passing
from tests.support.shop import GREEN, fresh, run

LIES = f"    recovery_points: {{vault: {VAULT.name}, region: {AWAY}}}\n"
DRILLED = (elsewhere.MACHINE_DRILL + elsewhere.VOLUME_DRILL[1:]).replace(f"kms_key: {ALIAS}, ", "")
DRILLED = DRILLED.replace(f"      kms_key: {ALIAS}\n", "").replace(
    "    path: fallback\n", f"{LIES}    path: fallback\n"
)
DECLARED = (web.DRILLED + DRILLED.removeprefix("\n")).replace(
    "\n  web:", volumes.DRILLED.partition("drills:")[0] + "  web:", 1
)
SHOP = workspace.SHOP.replace("\ndrills:\n", DECLARED, 1)
AWAY_OF: dict[str, tuple[str, Callable[..., Any]]] = {
    "web-away": (WEB.id, of_machines.away),
    "share-away": (VOLUME.id, of_volumes.away),
}
DRILLS = tuple(AWAY_OF)
ASKS = {"web-away": ("RunInstances", "ImageId"), "share-away": ("CreateVolume", "SnapshotId")}
OLD, TOOK = timedelta(minutes=14), timedelta(minutes=10)


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    elsewhere.vault(shop.lab, elsewhere.prepared(shop.lab))
    fresh(shop)
    kept = vaults(AWAY)._points.setdefault(VAULT.name, [])
    kept.clear()
    for id, away in AWAY_OF.values():
        away(VAULT.name, id, shop.clock.now() - OLD, AWAY, TOOK)
    dead = mock.patch.object(opening, "_last_seen", lambda *_: shop.clock.now())
    with wiring.using(workspace.world(home, shop.clock, shop=SHOP)) as made, dead:
        yield made
    kept.clear()


def assert_as_before(shop: Estate, before: dict[str, list[str]]) -> None:
    """Nothing is there besides, or gone; but for volumes that an image was made by: the lab deletes them in time."""
    now = shop.inventory()
    assert {**now, "volumes": []} == {**before, "volumes": []}
    assert set(now["volumes"]) <= set(before["volumes"])
    assert VOLUME.id in now["volumes"]


@pytest.mark.parametrize("drill", DRILLS)
def test_it_is_restored_where_the_vault_is(shop: Estate, here: wiring.App, drill: str) -> None:
    """Of the copy that lies there, as old as the data in it; nothing is copied, nothing beside the source is made, and
    nothing is called that is not declared.
    """
    heard, before = len(shop.lab.journal), shop.inventory()
    (kept,) = [each for each in vaults(AWAY).kept(VAULT.name, None) if each.arn.endswith(AWAY_OF[drill][0])]
    with passing() as passed:
        found = run(here, drill)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    assert [row.copy.region for row in found.copies] == [AWAY]
    calls = [each for each in shop.lab.journal[heard:] if each.status == 200]
    assert not [each for each in calls if each.action.startswith(("Copy", "Start"))]
    action, of = ASKS[drill]
    (asked,) = [each.params for each in calls if each.action == action]
    assert kept.point.endswith(f"/{asked[of]}")
    (point,) = found.points
    assert (point.data_time, point.data_time_source) == (kept.at, f"CreationDate in {AWAY}, in a vault")
    assert point.created_at == kept.at + TOOK
    (differs,) = [each for each in found.differences if each.setting == "encryption"]
    assert differs.standing is Standing.ACCEPTED
    assert copied() == []
    assert_as_before(shop, before)
    (lost,) = [each for each in found.closing.findings if each.rule is Rule.LOST_REGION]
    assert "brought" not in lost.detail
    declared = calls_of(TYPES, here.drill(drill))
    assert passed <= declared.all, passed - declared.all
    assert not [each for each in declared.writes if each.startswith("ec2:Copy")]


@pytest.mark.parametrize("drill", DRILLS)
def test_what_came_there_after_the_disruption_is_not_taken(shop: Estate, here: wiring.App, drill: str) -> None:
    """However old its data are: with nothing else there the drill fails, and nothing was made."""
    id, away = AWAY_OF[drill]
    vaults(AWAY)._points[VAULT.name].clear()
    away(VAULT.name, id, shop.clock.now() - OLD, AWAY, OLD + timedelta(hours=1))
    heard = len(shop.lab.journal)
    found = run(here, drill)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.FAILED
    assert "no available recovery point" in found.closing.reasons[0]
    assert not [each for each in shop.lab.journal[heard:] if each.action == ASKS[drill][0]]


@pytest.mark.parametrize("drill", DRILLS)
def test_it_is_planned_there(here: wiring.App, drill: str) -> None:
    """One copy, in that region, with the looks at region, vault and the key there; and policies for both regions."""
    made = plan(here, drill)
    assert [each for each in made.creates if f" in {AWAY}" not in each] == []
    assert len(made.creates) == 1
    assert made.blockers == []
    looks = {each.name: each.words for each in made.preflight.looks}
    assert looks["region"].startswith(AWAY)
    assert f"arn:aws:kms:{AWAY}" in looks["key"]
    assert f"vault {VAULT.name} is a backup vault" in looks["vault"]
    scope = Scope(TYPES, [here.drill(drill)], Allowed())
    assert scope.regions == [AWAY, REGION]
    said = [each for policy in drill_policies(scope) for each in policy["Statement"] if each["Effect"] == "Allow"]
    (makes,) = [each for each in said if f"ec2:{ASKS[drill][0]}" in each["Action"] and "snapshot" in str(each)]
    assert f"arn:aws:ec2:{AWAY}::" in str(makes["Resource"])


@pytest.mark.parametrize("drill", DRILLS)
def test_killed_before_the_answer_it_is_taken_down_there(shop: Estate, here: wiring.App, drill: str) -> None:
    """By a sweep, which knows it by the run's tags."""
    before = shop.inventory()
    found = swept(here, drill, killed_at(ASKS[drill][0], 1, after=True), shop.clock, 3600.0)
    assert [row.copy.region for row in found.copies] == [AWAY]
    assert all(row.state in TERMINAL for row in found.copies)
    assert copied() == []
    assert_as_before(shop, before)
