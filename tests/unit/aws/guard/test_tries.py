"""The guard at every try of a call: what was a copy when the call was made may be none when it is made again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from dr_orchestrator.aws.guard import Forbidden, Guard
from dr_orchestrator.domain.copy import Copy
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


def guarded(network: Network) -> tuple[Any, Guard]:
    session = botocore.session.Session()
    session.set_credentials("key", "secret")
    guard = Guard(CALLS, lambda: network.ledger)
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


def test_the_host_of_every_try_decides_what_a_run_is_worth() -> None:
    """A single read from a host that is not AWS's own makes all of it simulated."""
    client, guard = guarded(Network(DONE))
    assert not guard.simulated

    client.describe_table(TableName="production")

    assert guard.simulated
