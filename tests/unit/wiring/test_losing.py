"""What is asked of a region that counts as lost is told by name, until the copy was verified."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import boto3
import pytest
from botocore.stub import Stubber

from dr_orchestrator.aws.calls.asked import Asked
from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.objective import Disruption
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.wiring import losing

AWAY = Destination("eu-central-1", standing=True)


class Region:
    """A region that answers, whose calls are noted; with the journal of the run."""

    def __init__(self) -> None:
        self.asked, self.reached = Asked(), set[Moment]()
        session = boto3.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name="us-east-1")
        self.asked.watch(session._session)
        self.rds = session.client("rds")
        self.journal = SimpleNamespace(has=self.reached.__contains__, prepares=False)

    def look(self, operation: str = "describe_db_instances") -> None:
        with Stubber(self.rds) as answers:
            answers.add_response(operation, {})
            getattr(self.rds, operation)()

    def told(self, to: Destination | None = AWAY, disruption: Disruption = Disruption.REGION) -> Any:
        resource = SimpleNamespace(region="us-east-1", to=to)
        drill = SimpleNamespace(resource=resource, disruption=disruption)
        return losing.asked(cast("Any", drill), cast("Any", self), cast("Any", self))


@pytest.fixture
def region() -> Region:
    return Region()


def test_each_call_is_told_once_from_the_disruption_on(region: Region) -> None:
    """What is looked at before, and what is compared after the copy was verified, is no part of the recovery."""
    told = region.told()
    region.look("describe_db_snapshots")
    region.reached.add(Moment.DISRUPTION)
    region.look()
    region.look()
    region.reached.add(Moment.SERVICE_VERIFIED)
    region.look("describe_events")
    found = told()
    assert found.outcome is Outcome.FAILED
    assert not found.mandatory
    assert found.observed == "us-east-1 was asked while it counted as lost: rds:DescribeDBInstances"


def test_a_recovery_that_asks_nothing_there_holds(region: Region) -> None:
    """Where the points lie there already; what is brought comes out of the lost region, whoever is asked."""
    there, out_of_it = region.told(), region.told(Destination("eu-central-1"))
    region.reached.add(Moment.DISRUPTION)
    assert there().outcome is Outcome.PASSED
    brought = out_of_it()
    assert brought.outcome is Outcome.FAILED
    assert brought.observed.endswith(
        "the data were brought to eu-central-1 out of it, and not taken from what lies there"
    )


@pytest.mark.parametrize(
    ("to", "disruption"),
    [
        (None, Disruption.REGION),
        (Destination("us-east-1", "222222222222"), Disruption.REGION),
        (AWAY, Disruption.APPLICATION),
    ],
)
def test_a_region_that_is_not_lost_may_be_asked(region: Region, to: Destination | None, disruption: Disruption) -> None:
    """The drill says what is lost; a copy that stands in the region itself says that it is there."""
    region.reached.add(Moment.DISRUPTION)
    assert region.told(to, disruption) is None
    region.look()
    assert region.asked.calls == []


def test_what_a_process_that_died_asked_is_not_known(region: Region) -> None:
    """One that goes on after the disruption has seen its own calls alone: it never tells that none were sent."""
    region.reached.add(Moment.DISRUPTION)
    told = region.told()
    found = told()
    assert found.outcome is Outcome.INCONCLUSIVE
    assert found.observed == (
        "us-east-1 was asked nothing by the process that went on; what the one before it asked was kept by nobody"
    )
    region.look()
    assert told().outcome is Outcome.FAILED


def test_the_looks_of_a_process_that_goes_on_are_no_part_of_the_recovery(region: Region) -> None:
    """It looks anew before it goes on, after the disruption: nothing is recovered by that."""
    region.told()
    region.reached.add(Moment.DISRUPTION)
    region.journal.prepares = True
    region.look()
    region.journal.prepares = False
    assert region.asked.calls == []
    region.look()
    assert region.asked.calls == ["rds:DescribeDBInstances"]
