"""A bucket of a replica in an account of its own: production's is read by the one role, and put there by the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from moto.s3.models import s3_backends

from dr_orchestrator import wiring
from dr_orchestrator.aws.access.permissions import calls_of
from dr_orchestrator.domain.copy import CopyState, Place
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.resources import TYPES
from dr_orchestrator.runner.session import Session
from dr_orchestrator.wiring.planning import plan
from tests.support import buckets, filled, workspace
from tests.support.apart import APART, OTHER, THERE
from tests.support.dying import deaths, gone_on, killed_at, swept
from tests.support.estate import BUCKET, REGION, Estate
from tests.support.estate import estate as lab_of
from tests.support.passing import passing
from tests.support.shop import beat, ended, run


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with lab_of(tmp_path_factory.mktemp("lab")) as made:
        beat(made)
        filled.beat(made)
        yield made


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    """A workspace whose replicas have an account of their own."""
    tiers = workspace.TIERS + THERE + APART
    made = workspace.world(home, shop.clock, shop=filled.SHOP, template=filled.TEMPLATE, tiers=tiers)
    with wiring.using(made):
        yield made


def standing() -> dict[str, Any]:
    """The buckets of that account."""
    return dict(s3_backends[OTHER]["aws"].buckets)


def test_it_is_filled_across_the_accounts(shop: Estate, here: wiring.App) -> None:
    """With all that production's holds, by no call that one caller would have to be allowed on both sides."""
    seen: dict[str, bytes] = {}
    verify = Session.verify

    def looked(session: Session) -> None:
        (bucket,) = standing().values()
        seen.update({key: bucket.keys[key].value for key in list(bucket.keys)})
        verify(session)

    with mock.patch.object(Session, "verify", looked):
        found = run(here, "shop-replica")
    assert found.closing is not None
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing.reasons
    assert seen == buckets.held(BUCKET.id)
    assert len(shop.calls("PutObject")) == filled.OBJECTS
    assert shop.calls("CopyObject") == []
    (row,) = (each for each in found.copies if each.copy.type == "s3-bucket")
    assert (row.copy.place, row.state) == (Place(OTHER, REGION), CopyState.DELETED)
    assert standing() == {}
    assert shop.inventory()["buckets"] == [BUCKET.id]


def test_it_calls_what_is_declared(here: wiring.App) -> None:
    """In both accounts together: nothing more, and nothing is declared that no occasion needs."""
    with passing() as called:
        run(here, "shop-replica")
    declared = calls_of(TYPES, here.drill("shop-replica"))
    assert called <= declared.all, called - declared.all
    filling = TYPES["s3-bucket"].across
    assert not {call for call in filling.all - called if call not in filling.only_when}


def test_the_way_is_told_by_the_plan(here: wiring.App) -> None:
    """That all of it comes through this machine, before anybody waits for that."""
    assert "carried into the other account through this machine" in str(plan.plan(here, "shop-replica"))


@pytest.mark.campaign(1)
@pytest.mark.parametrize(("operation", "number", "after"), deaths(("PutObject", 1), ("PutObject", 3)))
def test_killed_on_the_way_the_next_one_goes_on(
    shop: Estate, here: wiring.App, operation: str, number: int, after: bool
) -> None:
    """What is there already is not carried again."""
    _, found = gone_on(here, "shop-replica", killed_at(operation, number, after), shop.clock, 60)
    put = [each["Key"] for each in shop.calls("PutObject")]
    assert len({*put}) == filled.OBJECTS
    assert len(put) <= filled.OBJECTS + 8, "at most what was under way at once"
    assert {row.state for row in found.copies} == {CopyState.DELETED}
    assert standing() == {}


def test_a_dead_run_is_swept_there(shop: Estate, here: wiring.App) -> None:
    """Half filled, from production's account by the role of the other."""
    swept(here, "shop-replica", killed_at("PutObject", 2, True), shop.clock, 3600.0)
    assert standing() == {}
    assert shop.inventory()["buckets"] == [BUCKET.id]
