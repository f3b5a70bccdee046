"""A replica in an account of its own, drilled under the policies that `dro iam` prints for production's account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from moto.sts.models import sts_backends

from dr_orchestrator import wiring
from dr_orchestrator.aws.access.permissions import lends_of
from dr_orchestrator.aws.guard import Forbidden, Guard
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.lab.calls import ApiCall
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources import TYPES
from dr_orchestrator.runner.session import Session
from tests.support import workspace
from tests.support.apart import APART, THERE
from tests.support.estate import REGION, Estate
from tests.support.estate import estate as lab_of
from tests.support.iam.heard import CHANGES, Heard, heard
from tests.support.shop import beat, ended, run

DRILL = "shop-replica"
RESTORES, MAKES = "RestoreTableToPointInTime", "ExecuteChangeSet"


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with lab_of(tmp_path_factory.mktemp("lab")) as made:
        beat(made)
        yield made


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    with wiring.using(workspace.world(home, shop.clock, tiers=workspace.TIERS + THERE + APART)) as made:
        yield made


@pytest.fixture
def iam(shop: Estate, here: wiring.App) -> Iterator[Heard]:
    with heard(shop, DRILL) as made:
        yield made


def test_it_is_drilled_whole_by_the_rights_that_it_uses(shop: Estate, here: wiring.App, iam: Heard) -> None:
    """Nothing is denied, and of the changes that the role has the right to, every one was made."""
    before = shop.inventory()
    found = run(here, DRILL)
    assert found.closing is not None
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), (found.closing.reasons, iam.denied)
    assert iam.denied == []
    assert iam.changes == lends_of(TYPES, here.drill(DRILL))
    assert shop.inventory() == before


def test_a_stack_beside_production_is_refused_by_guard_and_policy(shop: Estate, here: wiring.App, iam: Heard) -> None:
    """Even one of the copy's own name, while the copy stands in the other account."""
    guards: dict[str, Guard] = {}
    check, verify = Guard.check, Session.verify
    asked: list[Mapping[str, Any]] = []

    def note(guard: Guard, service: str, operation: str, *rest: Any) -> None:
        check(guard, service, operation, *rest)
        guards[operation] = guard

    def looked(session: Session) -> None:
        stack = {"StackName": session.copy.id}
        check(guards[MAKES], "cloudformation", "DeleteStack", stack, REGION)  # over there it is the run's
        with pytest.raises(Forbidden, match="the call was not sent"):
            check(guards[RESTORES], "cloudformation", "DeleteStack", stack, REGION)
        asked.append(stack)
        verify(session)

    with mock.patch.object(Guard, "check", note), mock.patch.object(Session, "verify", looked):
        run(here, DRILL)
    assert len(asked) == 1
    keys = sts_backends[ACCOUNT]["aws"].assumed_roles
    key = next(each.access_key_id for each in keys if each.role_arn.endswith(f":role/{CHANGES}"))
    call = ApiCall("cloudformation", REGION, "DeleteStack", dict(asked[0]), "query", "", key)
    refused = iam.refuses(call)
    assert refused is not None
    assert "no identity-based policy allows the cloudformation:DeleteStack action" in refused[1]
