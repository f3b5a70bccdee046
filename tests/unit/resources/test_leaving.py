"""How copies leave the global cluster of their run: in AWS's order, once, whatever AWS answers or does not show yet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.errors import NotMeasured, NotRecoverable, UnsafeToDelete
from dr_orchestrator.resources.aurora_cluster.instance import planned as instance_of
from dr_orchestrator.resources.aurora_cluster.leaving import leave
from tests.support.spanning import FIRST, GONE, HERE, SECOND, THERE, WHOLE, Globe, arn, refused

STRANGER = arn("company-db", HERE)


def test_what_reads_leaves_first_and_stands_by_itself_before_anything_is_deleted() -> None:
    """The secondary, then the primary; and it is waited for until the secondary is promoted no more."""
    globe = Globe(promoting=4)
    leave(globe.toolkit(), instance_of(SECOND))
    assert globe.out == [arn(SECOND.id, THERE), arn(FIRST.id, HERE)]
    assert globe.promoting == 0


@pytest.mark.parametrize(
    "answer", [refused("InvalidParameterValue", f"it is not found in global cluster {WHOLE.id}"), GONE]
)
def test_what_has_left_by_a_call_whose_answer_was_lost_has_left(answer: Exception) -> None:
    """AWS refuses to take out what is out: that is looked at again, and no failure."""
    globe = Globe(answers=[answer])
    leave(globe.toolkit(), SECOND)
    assert globe.writes == {}


def test_any_other_refusal_is_told() -> None:
    """A call that AWS does not take is not taken for one that it took."""
    globe = Globe(answers=[refused("InvalidParameterValue", "the name is not valid")])
    with pytest.raises(NotRecoverable, match="not valid"):
        leave(globe.toolkit(), SECOND)


def test_what_does_not_leave_is_waited_for_once() -> None:
    """Four hours by the first of a run's copies, none by those after it; a later teardown waits anew."""
    globe = Globe(stays=True)
    lasted = []
    for copy in (instance_of(SECOND), SECOND, WHOLE, instance_of(FIRST), FIRST):
        began = globe.clock.monotonic()
        with pytest.raises(NotMeasured, match="do not leave"):
            leave(globe.toolkit(), copy)
        lasted.append(globe.clock.monotonic() - began)
    assert 4 * 3600 <= lasted[0] < 5 * 3600
    assert max(lasted[1:]) < 60
    globe.clock.sleep(3600)
    globe.stays = False
    leave(globe.toolkit(), FIRST)
    assert globe.writes == {}


def test_a_stranger_keeps_none_of_the_runs_own_inside_that_can_leave() -> None:
    """The secondary leaves, and what is of it may be deleted; the primary, which cannot, is told with what holds it."""
    globe = Globe()
    globe.writes = {STRANGER: False, **globe.writes}
    leave(globe.toolkit(), instance_of(SECOND))
    assert globe.out == [arn(SECOND.id, THERE)]
    for copy in (WHOLE, FIRST):
        with pytest.raises(UnsafeToDelete, match="this run made no such copy"):
            leave(globe.toolkit(), copy)
    assert STRANGER in globe.writes


@pytest.mark.parametrize("hidden", [1, 3])
def test_a_secondary_that_aws_does_not_list_yet_leaves(hidden: int) -> None:
    """One empty list is no proof that what was just asked for has not joined."""
    globe = Globe(hidden=hidden)
    leave(globe.toolkit(), SECOND)
    assert globe.writes == {}


def test_without_a_secondary_one_look_is_enough() -> None:
    """What is known to be gone joins nothing."""
    globe = Globe(writes={})
    globe.rows[SECOND.key] = replace(globe.rows[SECOND.key], state=CopyState.DELETED)
    leave(globe.toolkit(), FIRST)
    assert globe.clock.monotonic() == 0
