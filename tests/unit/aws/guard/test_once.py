"""The one leave to change production: one operation, one target, all of its parameters, once for a step of this run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.guard import Forbidden, Guard
from dr_orchestrator.aws.once import Once
from dr_orchestrator.errors import NotMeasured, Transient
from tests.support.estate import REGION
from tests.support.guarded import SOURCES
from tests.support.types import CALLS

GIVEN = {"DBInstanceIdentifier": "orders-prod", "ForceFailover": True}


class Ledger:
    """What a ledger would say: how many steps were begun, and why no word holds."""

    def __init__(self, begun: int = 0, now: float = 0.0) -> None:
        self.begun, self.lapsed, self.now = begun, "", now

    def once(self) -> Once:
        return Once(
            "rds:RebootDBInstance", lambda: GIVEN, REGION, lambda: self.lapsed, lambda: self.begun, lambda: self.now
        )


def guard(once: Once | None, driven: Callable[[bool], None] = lambda _: None) -> Guard:
    return Guard(CALLS, sources=SOURCES, once=once, driven=driven)


def sent(of: Guard) -> None:
    """As botocore does it: checked when it is made, and again as it goes out."""
    of.check("rds", "RebootDBInstance", GIVEN, REGION)
    of._check_try("rds", "RebootDBInstance", GIVEN, REGION)


def test_it_goes_out_once_for_each_step() -> None:
    """Not before a step was begun, once after it, and once more after the way back was."""
    ledger = Ledger()
    of = guard(ledger.once())
    for step in (0, 1, 2):
        ledger.begun = step
        if step:
            sent(of)
        with pytest.raises(Transient, match="not asked again"):
            sent(of)


def test_a_try_again_of_the_same_call_does_not_go_out() -> None:
    """botocore repeats what broke on its way: of this call it does not."""
    ledger = Ledger()
    of = guard(ledger.once())
    ledger.begun = 1
    of.check("rds", "RebootDBInstance", GIVEN, REGION)
    of._check_try("rds", "RebootDBInstance", GIVEN, REGION)
    with pytest.raises(Transient):
        of._check_try("rds", "RebootDBInstance", GIVEN, REGION)


def test_what_a_dead_process_began_is_no_leave_for_this_one() -> None:
    """The step is in the ledger before the call: whether that was made nobody knows, and it is not made now."""
    of = guard(Ledger(begun=1).once())
    with pytest.raises(Transient):
        sent(of)


def test_what_another_process_began_while_the_run_was_taken_over_is_none_either() -> None:
    """Counted again once the lease is this process's: the step that came in between was the other's."""
    ledger = Ledger()
    of = guard(ledger.once())
    ledger.begun = 1
    of.inherit()
    with pytest.raises(Transient):
        sent(of)
    ledger.begun = 2
    sent(of)


def test_words_that_lapse_end_it() -> None:
    """They are asked for at each call: an approval whose day ended lets nothing more through."""
    ledger = Ledger()
    of = guard(ledger.once())
    ledger.begun, ledger.lapsed = 1, "no approval of the plan holds today"
    with pytest.raises(NotMeasured, match="no approval of the plan"):
        sent(of)


def test_whoever_lost_the_run_sends_nothing() -> None:
    """The lease is asked before it is counted as sent."""

    def lost(_: bool) -> None:
        raise RuntimeError("another process drives the run")

    ledger = Ledger()
    once = ledger.once()
    ledger.begun = 1
    with pytest.raises(RuntimeError):
        sent(guard(once, lost))
    sent(guard(once))


CLUSTER = {"DBClusterIdentifier": "orders-prod"}


def test_who_is_to_write_is_that_of_the_step_that_was_begun_last() -> None:
    """There and back name another instance each: neither goes through in place of the other, nor one left out."""
    there, back = ({**CLUSTER, "TargetDBInstanceIdentifier": f"orders-{number}"} for number in (2, 1))
    begun: list[dict[str, str]] = []
    once = Once("rds:FailoverDBCluster", lambda: begun[-1] if begun else there, REGION, str, lambda: len(begun), float)
    of = guard(once)
    for step, other in ((there, back), (back, there)):
        begun.append(step)
        for strange in (other, CLUSTER):
            with pytest.raises(Forbidden):
                of.check("rds", "FailoverDBCluster", strange, REGION)
        of._check_try("rds", "FailoverDBCluster", step, REGION)
        with pytest.raises(Transient):
            of.check("rds", "FailoverDBCluster", step, REGION)


class Network:
    """Answers in place of AWS, one a try; None is a connection that ends."""

    def __init__(self, *answers: tuple[int, str] | None) -> None:
        self.answers, self.tries = list(answers), 0

    def answer(self, request: Any, **_: Any) -> AWSResponse:
        self.tries += 1
        if (told := self.answers.pop(0)) is None:
            raise ConnectionClosedError(endpoint_url=request.url)
        status, code = told
        body = f"<ErrorResponse><Error><Code>{code}</Code><Message>why</Message></Error></ErrorResponse>".encode()
        return AWSResponse(request.url, status, {}, mock.Mock(stream=lambda **_: iter([body])))


def asked(ledger: Ledger, network: Network) -> Exception:
    """What comes of the call by a client of botocore's that repeats what it may, guarded."""
    session = botocore.session.Session()
    session.set_credentials("key", "secret")
    guard(ledger.once()).watch(session)
    config = Config(retries={"mode": "standard", "max_attempts": 5})
    client = session.create_client("rds", REGION, endpoint_url="http://lab.example:1", config=config)
    client.meta.events.register("before-send.rds", network.answer)
    ledger.begun = 1
    with mock.patch("botocore.endpoint.time.sleep"), pytest.raises(Exception) as raised:
        Api(client).call("RebootDBInstance", **GIVEN)
    return raised.value


@pytest.mark.parametrize("code", ["Throttling", "RequestLimitExceeded"])
def test_a_refusal_of_aws_is_told_as_one_and_not_asked_again(code: str) -> None:
    """It says itself that nothing came of it: no answer was lost, and botocore's repetition is refused."""
    network = Network((400, code))
    found = asked(Ledger(), network)
    assert isinstance(found, NotMeasured)
    assert not isinstance(found, Transient)
    assert f"AWS refused to fail production over: {code}: why; nothing came of it" in str(found)
    assert network.tries == 1


@pytest.mark.parametrize("answer", [None, (503, "ServiceUnavailable"), (400, "RequestTimeout")])
def test_what_says_nothing_of_the_call_is_a_lost_answer(answer: tuple[int, str] | None) -> None:
    """A connection that ended, a fault of theirs: it may have taken effect, and AWS's events are to tell."""
    network = Network(answer)
    found = asked(Ledger(), network)
    assert isinstance(found, Transient)
    assert "is not asked again" in str(found)
    assert network.tries == 1


OTHERS: dict[str, tuple[str, dict[str, Any], str]] = {
    "another of production": ("RebootDBInstance", {**GIVEN, "DBInstanceIdentifier": "another-prod"}, REGION),
    "in another case": ("RebootDBInstance", {**GIVEN, "DBInstanceIdentifier": "Orders-Prod"}, REGION),
    "a restart": ("RebootDBInstance", {**GIVEN, "ForceFailover": False}, REGION),
    "left to its default": ("RebootDBInstance", {"DBInstanceIdentifier": "orders-prod"}, REGION),
    "with more": ("RebootDBInstance", {**GIVEN, "Tags": []}, REGION),
    "in another region": ("RebootDBInstance", GIVEN, "eu-central-1"),
    "nowhere": ("RebootDBInstance", GIVEN, ""),
    "a change": ("ModifyDBInstance", {"DBInstanceIdentifier": "orders-prod", "MultiAZ": True}, REGION),
    "a deletion": ("DeleteDBInstance", {"DBInstanceIdentifier": "orders-prod", "SkipFinalSnapshot": True}, REGION),
    "a stop": ("StopDBInstance", {"DBInstanceIdentifier": "orders-prod"}, REGION),
    "a cluster's": ("FailoverDBCluster", {"DBClusterIdentifier": "orders-prod"}, REGION),
}


@pytest.mark.parametrize("call", OTHERS.values(), ids=OTHERS)
def test_nothing_else_goes_through(call: tuple[str, dict[str, Any], str]) -> None:
    """Whatever was approved: every other write on production is refused as it ever was."""
    ledger = Ledger()
    of = guard(ledger.once())
    ledger.begun = 2
    operation, given, region = call
    with pytest.raises(Forbidden):
        of.check("rds", operation, given, region)


def test_without_the_leave_the_call_itself_is_refused() -> None:
    """A run of a copy, a plan, a sweep: production is a source, and no copy."""
    with pytest.raises(Forbidden):
        guard(None).check("rds", "RebootDBInstance", GIVEN, REGION)


def test_a_run_that_may_change_nothing_of_production_inherits_nothing() -> None:
    """Most have no such leave: taken over, they are guarded as before."""
    of = guard(None)
    of.inherit()
    with pytest.raises(Forbidden):
        sent(of)
    assert of.sent is None


def test_it_is_told_when_it_went_out_and_not_when_it_was_made() -> None:
    """What the ledger took before that was no outage of this call: it is asked for the lease right before."""
    ledger = Ledger(now=10.0)
    once = ledger.once()

    def waited(_: bool) -> None:
        ledger.now += 20.0

    of = guard(once, waited)
    assert of.sent is None
    ledger.begun = 1
    sent(of)
    assert of.sent == 30.0
