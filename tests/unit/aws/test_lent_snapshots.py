"""A snapshot of RDS that another account shares: seen there before a copy of it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.copies import TAG, Proofs
from dr_orchestrator.aws.rds.carrying import Lending, SnapshotCopy
from dr_orchestrator.aws.rds.objects import CLUSTER_SNAPSHOTS, SNAPSHOTS, Shape
from dr_orchestrator.aws.rds.taking import TakenSnapshot
from dr_orchestrator.aws.toolkit import ABSENCES
from dr_orchestrator.aws.watcher import Sighting
from dr_orchestrator.domain.copy import Copy, CopyRecord, CopyState
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from tests.support.told_aws import ToldAws

OTHER = "222222222222"
COPY = Copy("a-type", "dro-r-orders-brought", "us-east-1", "r", "a-drill", "a-service", account=OTHER)
AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
SHAPES = pytest.mark.parametrize("shape", [SNAPSHOTS, CLUSTER_SNAPSHOTS])


def arn(shape: Shape) -> str:
    return f"arn:aws:rds:us-east-1:111111111111:{'cluster-' if shape is CLUSTER_SNAPSHOTS else ''}snapshot:dro-r-shared"


def aws(shape: Shape, looks: int) -> ToldAws:
    """An account that is shown what is shared with it from the how manieth look on."""
    seen = 0

    def shown(_: Mapping[str, Any]) -> dict[str, Any]:
        nonlocal seen
        seen += 1
        if seen < looks:
            raise NotFound("DBSnapshotNotFound")
        return {f"{shape.key}s": [{shape.name: arn(shape), f"{shape.key}Arn": arn(shape)}]}

    made = {shape.name: COPY.id, f"{shape.key}Arn": "arn:of-copy", "SnapshotCreateTime": AT}
    return ToldAws({shape.describe: shown, f"Copy{shape.key}": {shape.key: made}})


def toolkit(told: ToldAws) -> Any:
    def confirmed(look: Callable[[], Any]) -> Any:
        return next((found for _ in range(ABSENCES) if (found := look()) is not None), None)

    made: Any = SimpleNamespace(account=told.account(), describe_confirmed=confirmed, ask=lambda make, _: make())
    made.at = lambda _: made
    return made


def lent(told: ToldAws, shape: Shape) -> SnapshotCopy:
    return SnapshotCopy(shape, toolkit(told), COPY, source=lambda: arn(shape), lent=True)


@SHAPES
def test_it_is_waited_for_until_the_other_account_sees_it(shape: Shape) -> None:
    """AWS may take a while to show there what was just shared."""
    told = aws(shape, looks=ABSENCES)
    lent(told, shape).ask()
    looks = told.requests(shape.describe)
    assert looks == [{shape.name: arn(shape), "IncludeShared": True}] * ABSENCES
    (asked,) = told.requests(f"Copy{shape.key}")
    assert asked[f"Source{shape.name}"] == arn(shape)


@SHAPES
def test_what_the_other_account_does_not_see_is_not_copied(shape: Shape) -> None:
    """It is told so: RDS would only say that there is no such snapshot."""
    told = aws(shape, looks=ABSENCES + 1)
    with pytest.raises(NotMeasured, match=f"is shared with account {OTHER}, which does not see it") as fault:
        lent(told, shape).ask()
    assert fault.value.call == f"rds:{shape.describe}"
    assert told.requests(f"Copy{shape.key}") == []


def test_another_snapshot_is_not_taken_for_it() -> None:
    """Whatever AWS answers, its ARN is the one that was shared."""
    told = aws(SNAPSHOTS, looks=1).but(DescribeDBSnapshots={"DBSnapshots": [{"DBSnapshotArn": "arn:another"}]})
    with pytest.raises(NotMeasured, match="does not see it"):
        lent(told, SNAPSHOTS).ask()


@pytest.mark.parametrize(("shape", "taken"), [(SNAPSHOTS, False), (CLUSTER_SNAPSHOTS, False), (SNAPSHOTS, True)])
@pytest.mark.parametrize("worn", [{TAG: "r"}, {TAG: "another"}, {}])
def test_what_another_made_under_its_name_is_not_taken_for_it(shape: Shape, taken: bool, worn: dict[str, str]) -> None:
    """RDS gives a snapshot no id of its own: until it is there its name is all that it is waited for by."""
    live = {shape.name: COPY.id, f"{shape.key}Arn": "arn:of-copy", "SnapshotCreateTime": AT}
    live["TagList"] = [{"Key": key, "Value": value} for key, value in worn.items()]
    tools = toolkit(ToldAws({}))
    record = CopyRecord(COPY, CopyState.INTENDED, None, AT - timedelta(minutes=1))
    tools.proofs = Proofs(lambda _: record, frozenset(), lambda _: ())
    tools.wait_until_ready = lambda *_: Sighting("available", live)
    tools.seconds_since = lambda _: 0.0
    made = TakenSnapshot(tools, COPY, COPY, "") if taken else SnapshotCopy(shape, tools, COPY)
    made._objects, made._shape = cast(Any, SimpleNamespace(feed=lambda *_: None)), shape
    own = worn.get(TAG) == "r"
    with nullcontext() if own else pytest.raises(NotRecoverable, match="exists already and is not of this run"):
        assert made.ready().identity == shape.identity(live)


def test_what_is_lent_to_an_environment_is_looked_for_there() -> None:
    """Of the two copies the second alone: the first is of the source's own account."""
    resource = Resource("orders", "rds-instance", "orders-prod", "us-east-1")
    lending = Lending(SNAPSHOTS, "rds-snapshot", resource, COPY, "")
    parts = lending.parts(toolkit(aws(SNAPSHOTS, looks=1)), "rds:orders-prod", None)
    assert [cast(SnapshotCopy, each)._lent for each in parts] == [False, True]
