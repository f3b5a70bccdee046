"""The snapshot of a promoted replica: of that very one, once it replicates no more; asked again while it is busy."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest

from dr_orchestrator.aws.calls.api import Refused
from dr_orchestrator.aws.rds import replicas
from dr_orchestrator.aws.rds.objects import SNAPSHOTS
from dr_orchestrator.aws.rds.taking import TakenSnapshot
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.errors import DrillFault, NotMeasured, Transient

OF = Copy("rds-instance", "dro-r-promoted-orders-eu", "eu-central-1", "r", "drill", "service")
SNAPSHOT = Copy("rds-snapshot", OF.id, "eu-central-1", "r", "drill", "service")
LIVE = {"DBInstanceIdentifier": OF.id, "DbiResourceId": "db-1", "DBInstanceStatus": "available"}
TAKEN = {"DBSnapshotIdentifier": SNAPSHOT.id, "DBSnapshotArn": "arn:snapshot"}


def taken(live: dict[str, Any] | None, refused: str = "") -> tuple[TakenSnapshot, list[tuple[str, dict[str, Any]]]]:
    """A snapshot that is to be taken of what stands so, and the calls that were made for it."""
    calls: list[tuple[str, dict[str, Any]]] = []

    def named(operation: str, key: str, *_: str, **given: Any) -> Any:
        if operation == "DescribeDBInstances":
            return mock.DEFAULT if live is None else live
        calls.append((operation, given))
        if refused:
            fault = Refused(f"{refused}: not now")
            fault.code = refused
            raise fault
        return TAKEN

    api = mock.Mock()
    api.named = named
    toolkit = mock.Mock()
    toolkit.at.return_value = toolkit
    toolkit.account.api.return_value = api
    toolkit.ask = lambda ask, _quota: ask()
    return TakenSnapshot(toolkit, SNAPSHOT, OF, "snapshot"), calls


def test_it_is_taken_of_the_runs_own_with_the_runs_tags() -> None:
    """And by no other parameter; AWS tells its identity once it is taken."""
    snapshot, calls = taken(LIVE)
    asked = snapshot.ask()
    ((operation, given),) = calls
    assert operation == "CreateDBSnapshot"
    assert {**given, "Tags": None} == {
        "DBSnapshotIdentifier": SNAPSHOT.id,
        "DBInstanceIdentifier": OF.id,
        "Tags": None,
    }
    assert {each["Key"]: each["Value"] for each in given["Tags"]} == dict(SNAPSHOT.tags)
    assert (asked.identity, asked.job) == (None, f"CreateDBSnapshot of {SNAPSHOT.id}")
    assert SNAPSHOTS.identity({**TAKEN, "SnapshotCreateTime": None}) is None


def test_none_is_taken_of_what_still_replicates() -> None:
    """It was not promoted: its snapshot would be no recovery, and no call is made."""
    snapshot, calls = taken({**LIVE, replicas.SOURCE: "orders-eu"})
    with pytest.raises(NotMeasured, match="still replicates orders-eu"):
        snapshot.ask()
    assert calls == []


@pytest.mark.parametrize(("code", "means"), [("InvalidDBInstanceState", Transient), ("KMSKeyNotAccessible", Refused)])
def test_one_that_is_busy_is_asked_again(code: str, means: type[DrillFault]) -> None:
    """The recovery waits for it; any other refusal stands."""
    snapshot, _ = taken(LIVE, code)
    with pytest.raises(means):
        snapshot.ask()
