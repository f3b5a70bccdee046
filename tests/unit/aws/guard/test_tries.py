"""The guard at every try of a call: what was a copy when the call was made may be none when it is made again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from dr_orchestrator.aws.calls.api import Api, Throttled
from dr_orchestrator.aws.guard import Forbidden, Guard
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.errors import LeaseLost
from tests.support.estate import REGION
from tests.support.types import CALLS

COPY = Copy("dynamodb-table", "dro-x", REGION, "x", "drill", "shop")
THROTTLED = (400, b'{"__type": "ThrottlingException", "message": "Rate exceeded"}')
DONE = (200, b"{}")


class Network:
    """Answers in place of AWS, one answer a try; a copy in `ledger` may be settled by what happens meanwhile."""

    def __init__(self, *answers: tuple[int, bytes], settled_after: int = 99) -> None:
        self.ledger, self.tries = [COPY], 0
        self._answers, self._settled_after = list(answers), settled_after

    def answer(self, request: Any, **_: Any) -> AWSResponse:
        self.tries += 1
        if self.tries == self._settled_after:
            self.ledger.clear()
        status, body = self._answers.pop(0)
        raw = mock.Mock(stream=lambda **_: iter([body]))
        return AWSResponse(request.url, status, {}, raw)


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with mock.patch("botocore.endpoint.time.sleep"):
        yield


def guarded(network: Network, driven: Callable[[bool], None] = lambda _: None) -> tuple[Any, Guard]:
    session = botocore.session.Session()
    session.set_credentials("key", "secret")
    guard = Guard(CALLS, lambda: network.ledger, driven=driven)
    guard.watch(session)
    config = Config(retries={"mode": "standard", "max_attempts": 5})
    client = session.create_client("dynamodb", REGION, endpoint_url="http://lab.example:1", config=config)
    client.meta.events.register("before-send.dynamodb", network.answer)
    return client, guard


def test_a_copy_that_is_settled_meanwhile_is_not_tried_again() -> None:
    """A deletion that was throttled is refused at its next try once the ledger holds the copy no more."""
    network = Network(THROTTLED, DONE, settled_after=1)
    client, _ = guarded(network)

    with pytest.raises(Forbidden, match="is not a copy of this run"):
        client.delete_table(TableName=COPY.id)

    assert network.tries == 1


def test_a_copy_that_stays_one_is_tried_again() -> None:
    """While the ledger holds the copy, a throttled deletion goes on until it is answered."""
    network = Network(THROTTLED, THROTTLED, DONE)
    client, _ = guarded(network)

    client.delete_table(TableName=COPY.id)

    assert network.tries == 3


def test_a_run_that_is_lost_meanwhile_changes_nothing_more() -> None:
    """Each try asks anew whether this process still drives the run; the one after it was lost is not sent."""
    network, asked = Network(THROTTLED, DONE), list[bool]()

    def driven(makes: bool) -> None:
        asked.append(makes)
        if len(asked) == 2:
            raise LeaseLost.to_another("x")

    client, _ = guarded(network, driven)
    with pytest.raises(LeaseLost):
        client.delete_table(TableName=COPY.id)
    assert (network.tries, asked) == (1, [False, False])


@pytest.mark.parametrize(("first", "repeated"), [((503, b"{}"), True), (THROTTLED, False)])
def test_an_answer_tells_of_a_try_before_it_that_none_came_of(first: tuple[int, bytes], repeated: bool) -> None:
    """Throttled each time nothing came of it; after a fault of theirs nobody knows what the first did."""
    client, _ = guarded(Network(first, *([THROTTLED] * 5)))
    with pytest.raises(Throttled) as raised:
        Api(client).call("DeleteTable", TableName=COPY.id)
    assert raised.value.repeated is repeated


def test_who_only_looks_need_not_drive_the_run() -> None:
    """A read asks nobody; a write tells whether something would stand after it that was not there before."""
    asked: list[bool] = []
    client, _ = guarded(Network(DONE, DONE, DONE), asked.append)
    client.describe_table(TableName=COPY.id)
    assert asked == []
    client.tag_resource(ResourceArn=f"arn:aws:dynamodb:{REGION}:123456789012:table/{COPY.id}", Tags=[])
    client.delete_table(TableName=COPY.id)
    assert asked == [True, False]


def test_the_host_of_every_try_decides_what_a_run_is_worth() -> None:
    """A single read from a host that is not AWS's own makes all of it simulated."""
    client, guard = guarded(Network(DONE))
    assert not guard.simulated

    client.describe_table(TableName="production")

    assert guard.simulated


def test_a_call_that_another_region_has_to_be_shown_is_checked_as_any_other() -> None:
    """botocore copies all that it knows of it to sign a link for that region; the check goes along, and holds."""
    asked: list[bool] = []
    held = Copy("rds-snapshot", "dro-x", REGION, "x", "drill", "shop")
    session = botocore.session.Session()
    session.set_credentials("key", "secret")
    guard = Guard(CALLS, lambda: [held], may_restore=lambda _: True, driven=asked.append)
    guard.watch(session)
    client = session.create_client("rds", REGION, endpoint_url="http://lab.example:1")
    links: list[str] = []

    def answer(request: Any, **_: Any) -> AWSResponse:
        links.append(str(request.body))
        raw = mock.Mock(stream=lambda **_: iter([b"<R><CopyDBSnapshotResult/></R>"]))
        return AWSResponse(request.url, 200, {}, raw)

    client.meta.events.register("before-send.rds", answer)
    given = {"SourceDBSnapshotIdentifier": "arn:aws:rds:eu-west-1:123456789012:snapshot:rds:orders"}
    client.copy_db_snapshot(TargetDBSnapshotIdentifier=held.id, SourceRegion="eu-west-1", Tags=[], **given)
    assert (asked, len(links)) == ([True], 1)
    assert "PreSignedUrl" in links[0]
