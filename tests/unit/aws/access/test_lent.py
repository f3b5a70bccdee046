"""Keys under which snapshots are shared with another account: its role may use them, and whoever owns them is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator.aws.access import notes
from dr_orchestrator.aws.access.policies import elsewhere_policies
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.domain.drill import Allowed
from dr_orchestrator.resources import TYPES
from tests.support import workspace
from tests.support.apart import OTHER, THERE
from tests.support.elsewhere import ALIAS, AWAY, DRILL
from tests.support.estate import INSTANCE, REGION
from tests.support.fakes import FakeClock

KEY = f"arn:aws:kms:{AWAY}:123456789012:key/0a"


def brought(home: Path, to: str) -> Scope:
    """Of a drill whose copy stands in another account, where it says so."""
    drill = DRILL.replace(f"region: {AWAY}, kms_key: {ALIAS}", f'account: "{OTHER}", {to}')
    if f"region: {REGION}" in to:  # which is not lost, then: the account is
        drill = drill.replace("disruption: region", "disruption: infrastructure")
    shop = workspace.SHOP.replace("\ndrills:", f"\ndrills:{drill.rstrip()}")
    here = workspace.world(home, FakeClock(), shop=shop, tiers=workspace.TIERS + THERE)
    return Scope(TYPES, [here.drill("orders-away-snapshot")], Allowed())


def by_id(scope: Scope) -> dict[str, Any]:
    (made,) = elsewhere_policies(scope).values()
    return {statement["Sid"]: statement for policy in made for statement in policy["Statement"]}


@pytest.mark.parametrize("sid", ["UseKeysOfSources", "GrantKeysToServices"])
def test_the_role_there_may_use_the_key_that_a_drill_shares_under(tmp_path: Path, sid: str) -> None:
    """Beside those of its own account: without it the second copy is refused, after the first was made and shared."""
    scope = brought(tmp_path, f"region: {AWAY}, kms_key: {ALIAS}, shared_key: '{KEY}'")
    own = {f"arn:aws:kms:{region}:{OTHER}:key/*" for region in (AWAY, REGION)}
    assert set(by_id(scope)[sid]["Resource"]) == {*own, KEY}
    (told,) = [each for each in notes.told_of(scope) if KEY in each]
    assert "lets that account use it by its own policy" in told


def test_a_source_whose_own_key_is_shared_is_told(tmp_path: Path) -> None:
    """Within its region no key has to be named; which one it is, no declaration says, and so no policy."""
    scope = brought(tmp_path, f"region: {REGION}")
    (told,) = [each for each in notes.told_of(scope) if "its snapshots are shared under its own key" in each]
    assert INSTANCE.id in told
    assert "`shared_key`" in told


def test_where_the_key_is_named_the_sources_is_not_asked_for(tmp_path: Path) -> None:
    """Each word is of a key that is used."""
    named = brought(tmp_path, f"region: {REGION}, shared_key: '{KEY.replace(AWAY, REGION)}'")
    assert not [each for each in notes.told_of(named) if "under its own key" in each]
