"""A look at a customer's stack against its baseline: what differs by place and hand, what is not known as such."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dr_orchestrator.domain.customer.differing import Change, canonical, changes, digest
from dr_orchestrator.domain.customer.history import Event, History, by_whom
from dr_orchestrator.domain.customer.looking import (
    FIGURE,
    Known,
    Look,
    Unread,
    When,
    compared,
    name_of,
    names,
    results,
    stacks_in,
)
from dr_orchestrator.domain.customer_stack import Aspect, Baseline, CustomerStack
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
RECORDED = NOW - timedelta(days=2)
EVENT = Event("e-1", NOW - timedelta(days=5), "CreateStack", "arn:ada", "hook")
LAST = History((EVENT,), NOW - timedelta(days=90)).document
DOCUMENTS: dict[Aspect, Any] = {
    Aspect.STACK: {"hook": {"id": "arn:stack", "status": "CREATE_COMPLETE"}},
    Aspect.DRIFT: {"hook": {"status": "IN_SYNC"}},
    Aspect.TEMPLATE: {"hook": {"Resources": {}}},
    Aspect.POLICIES: {"roles": {"r": {"trust": ["a"]}}, "rules": {}},
    Aspect.HISTORY: LAST,
}
STACK = CustomerStack(
    "acme", "444455556666", "eu-west-1", "hook", "arn:role", baseline=Baseline(RECORDED, DOCUMENTS, "b")
)


def look(since: timedelta = timedelta(days=3), events: tuple[Event, ...] = (), **other: Any) -> Look:
    """A look that sees what was recorded but for these aspects, by their names in lower case."""
    history = History(events, NOW - since)
    seen: dict[Aspect, Known | Unread] = {each: Known(DOCUMENTS[each]) for each in Aspect}
    seen |= {Aspect[name.upper()]: value for name, value in other.items()}
    return Look(NOW, seen, None if isinstance(seen[Aspect.HISTORY], Unread) else history)


def said(aspect: Aspect, seen: Look, stack: CustomerStack = STACK) -> tuple[Outcome, str]:
    told = compared(stack.baseline, seen, aspect)
    return told.outcome, told.words


@pytest.mark.parametrize(
    ("was", "now", "found"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, []),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, ["a / b was 1, is 2"]),
        ({"a": {"b": 1}}, {"a": None}, ["a is gone"]),
        ({"a": None}, {}, ["a was nothing, is nothing"]),
        ({}, {"a": "x"}, ["a was nothing, is x"]),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, ["a / 1 / b was 2, is 3"]),
        ([1], [2], ["0 was 1, is 2"]),
        ({"a": [1]}, {"a": [1, 2]}, ["a was [1], is [1,2]"]),
        ({"a": True}, {"a": 1}, ["a was true, is 1"]),
    ],
)
def test_differences_are_told_by_the_way_to_them(was: Any, now: Any, found: list[str]) -> None:
    """Each once, in the order of the keys; the order in which keys came is no difference."""
    assert [str(each) for each in changes(was, now)] == found


def test_the_same_content_has_the_same_digest() -> None:
    """Whatever order its keys came in; a long value is told in short within a sentence, and whole in the record."""
    assert digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1}) != digest({"a": 1, "b": 2})
    assert canonical({"b": "ä", "a": 1}) == '{"a":1,"b":"ä"}'
    (found,) = changes("x" * 500, "y")
    assert found.was == "x" * 500
    assert len(str(found)) < 300


def test_a_baseline_is_whole() -> None:
    """One that lacks an aspect would call that unmodified for ever."""
    with pytest.raises(ValueError, match="it lacks drift"):
        Baseline(NOW, {each: {} for each in Aspect if each is not Aspect.DRIFT})


def test_what_is_as_recorded_passes() -> None:
    """Every aspect, with what else is to be told of it."""
    seen = look(drift=Known(DOCUMENTS[Aspect.DRIFT], "2 of 3 were looked at"))
    found = {each: said(each, seen) for each in Aspect}
    assert {outcome for outcome, _ in found.values()} == {Outcome.PASSED}
    assert found[Aspect.DRIFT][1].endswith("2 of 3 were looked at")


@pytest.mark.parametrize("aspect", Aspect)
def test_what_was_not_asked_is_inconclusive_and_so_is_no_baseline(aspect: Aspect) -> None:
    """Neither is a difference, and neither passes."""
    unread = Look(NOW, dict.fromkeys(Aspect, Unread("denied")))
    assert said(aspect, unread) == (Outcome.INCONCLUSIVE, "denied")
    assert unread.unread == dict.fromkeys(Aspect, "denied")
    assert unread.documents == {}
    assert said(aspect, look(), replace(STACK, baseline=None)) == (Outcome.INCONCLUSIVE, "no baseline is recorded")


def test_a_difference_names_the_hand_as_far_as_it_is_known() -> None:
    """By the events of what differs, else by all since; none yet, and none that could be read, are told apart."""
    other = Known({"roles": {"r": {"trust": ["b"]}}, "rules": {}})
    of_role = Event("e-2", NOW, "UpdateAssumeRolePolicy", "arn:eve", "r")
    elsewhere = Event("e-3", NOW, "DisableRule", "arn:bob", "q")
    outcome, words = said(Aspect.POLICIES, look(events=(of_role, elsewhere), policies=other))
    assert outcome is Outcome.FAILED
    assert words.startswith(
        "1 difference: roles / r / trust / 0 was a, is b; by CloudTrail: UpdateAssumeRolePolicy of r"
    )
    assert "arn:bob" not in words
    assert "arn:bob" in said(Aspect.POLICIES, look(events=(elsewhere,), policies=other))[1]
    assert "no change yet" in said(Aspect.POLICIES, look(policies=other))[1]
    unread = look(policies=other, history=Unread("throttled"))
    assert "could not be read" in said(Aspect.POLICIES, unread)[1]


def test_many_differences_are_counted_and_some_are_told() -> None:
    """The record has all of them."""
    now = {"hook": {"id": "arn:stack", "status": "CREATE_COMPLETE", **{str(each): each for each in range(5)}}}
    told = compared(STACK.baseline, look(stack=Known(now)), Aspect.STACK)
    assert len(told.changes) == 5
    assert "; and 2 more" in told.words


@pytest.mark.parametrize(
    ("event", "new"),
    [
        (EVENT, False),
        (replace(EVENT, id="older", at=EVENT.at - timedelta(days=1)), False),
        (replace(EVENT, id="newer", at=NOW), True),
        (replace(EVENT, id="of the record's second", at=RECORDED), True),
        (replace(EVENT, id="of another", subject="rule", at=RECORDED), True),
    ],
)
def test_a_change_is_new_that_is_not_the_recorded_last_one_nor_before_it(event: Event, new: bool) -> None:
    """Each is told once, and whatever it is where nothing was recorded of its name."""
    outcome, words = said(Aspect.HISTORY, look(events=(event, event)))
    assert outcome is (Outcome.FAILED if new else Outcome.PASSED)
    assert words.startswith("1 change since the recorded one" if new else "no change since the recorded one")


def test_the_last_change_of_each_name_is_recorded() -> None:
    """All of them where several are of the same second, and none from before."""
    twin, older = replace(EVENT, id="e-2", call="PutRule"), replace(EVENT, id="e-0", at=NOW - timedelta(days=9))
    assert History((twin, EVENT, older), NOW).document == {
        "hook": {
            "at": EVENT.at.isoformat(),
            "events": {"e-1": {"call": "CreateStack", "by": "arn:ada"}, "e-2": {"call": "PutRule", "by": "arn:ada"}},
        }
    }
    assert by_whom([EVENT], ["nothing"]) == [EVENT]


def test_a_history_that_begins_after_the_baseline_cannot_tell() -> None:
    """What was changed and changed back between is not known."""
    outcome, words = said(Aspect.HISTORY, look(since=timedelta(days=1)))
    assert outcome is Outcome.INCONCLUSIVE
    assert "nobody can tell" in words


@pytest.mark.parametrize(
    "late",
    [
        replace(EVENT, id="late", at=RECORDED - timedelta(seconds=1)),
        replace(EVENT, id="same second"),
        replace(EVENT, id="of another", subject="rule", at=EVENT.at - timedelta(days=1)),
    ],
)
def test_a_change_from_before_the_record_that_came_late_is_told_and_fails_nothing(late: Event) -> None:
    """What it did was recorded with all the rest; else it would fail every drill for ever."""
    outcome, words = said(Aspect.HISTORY, look(events=(late,)))
    assert outcome is Outcome.PASSED
    assert f"from before the record, came late: {late}" in words
    newer = replace(EVENT, id="newer", at=NOW)
    both = compared(STACK.baseline, look(events=(newer, late)), Aspect.HISTORY)
    assert both.outcome is Outcome.FAILED
    assert both.events == (newer,)
    assert "came late" in both.words
    hand = said(Aspect.POLICIES, look(events=(late,), policies=Known({"roles": {}, "rules": {}})))
    assert hand[0] is Outcome.FAILED
    assert str(late) in hand[1]


def test_a_history_that_is_too_long_to_be_read_hides_no_change_of_what_was_read() -> None:
    """A change fails; without one nobody can tell, unless what was read reaches back to the record."""
    newer = replace(EVENT, id="newer", at=NOW)

    def read(since: timedelta, *events: Event) -> tuple[Outcome, str]:
        seen = look(events=events)
        return said(Aspect.HISTORY, replace(seen, history=History(events, NOW - since, ("hook has more",))))

    outcome, words = read(timedelta(days=1), newer)
    assert outcome is Outcome.FAILED
    assert "hook has more" in words
    outcome, words = read(timedelta(days=1))
    assert outcome is Outcome.INCONCLUSIVE
    assert "hook has more" in words
    assert f"{NOW - timedelta(days=1):%Y-%m-%d}" in words
    assert read(timedelta(days=3))[0] is Outcome.PASSED


def test_what_a_look_has_not_seen_whole_never_passes() -> None:
    """A difference of the rest fails all the same; the rest alone is inconclusive, and nothing to be recorded."""
    whole = Known(DOCUMENTS[Aspect.DRIFT], lacks="the stack within Inner")
    assert said(Aspect.DRIFT, look(drift=whole)) == (Outcome.INCONCLUSIVE, "the stack within Inner")
    assert look(drift=whole).unread == {Aspect.DRIFT: "the stack within Inner"}
    outcome, words = said(Aspect.DRIFT, look(drift=replace(whole, document={"hook": {"status": "DRIFTED"}})))
    assert outcome is Outcome.FAILED
    assert words.endswith("the stack within Inner")


def after(before: Look, now: Look) -> dict[Aspect, CheckResult]:
    earlier = {each.name: each for each in results(STACK, before, When.BEFORE)}
    return dict(zip(Aspect, results(STACK, now, When.AFTER, earlier), strict=True))


def test_what_came_during_the_drill_is_told_apart() -> None:
    """What was so before is, too; what was so before and is no more fails all the same."""
    other = Known({"hook": {"id": "arn:stack", "status": "UPDATE_COMPLETE"}})
    came = after(look(), look(stack=other))[Aspect.STACK]
    assert came.outcome is Outcome.FAILED
    assert came.observed.endswith("1 of these came during the drill")
    assert came.figures[FIGURE]["during"] == ["hook / status"]
    stayed = after(look(stack=other), look(stack=other))[Aspect.STACK]
    assert (stayed.outcome, stayed.figures[FIGURE]["during"]) == (Outcome.FAILED, [])
    assert stayed.observed.endswith("all of it was so before the drill")
    back = after(look(stack=other), look())[Aspect.STACK]
    assert back.outcome is Outcome.FAILED
    assert back.observed.endswith("no more as before the drill: hook / status")
    unknown = after(look(stack=Unread("denied")), look(stack=other))[Aspect.STACK]
    assert unknown.figures[FIGURE]["during"] == []


def test_a_change_that_was_made_before_the_drill_and_came_late_did_not_come_during_it() -> None:
    """By when it was made, and not by when it was seen: the second of the look itself is the drill's."""
    early = replace(EVENT, id="early", at=NOW - timedelta(minutes=5))
    during = replace(EVENT, id="during", at=NOW)
    start = replace(look(), at=NOW + timedelta(milliseconds=300))
    late = after(start, look(events=(early,)))[Aspect.HISTORY]
    assert late.outcome is Outcome.FAILED
    assert late.figures[FIGURE]["during"] == []
    assert late.observed.endswith("1 of these was made before the drill, and seen only afterwards")
    both = after(start, look(events=(during, early)))[Aspect.HISTORY]
    assert both.figures[FIGURE]["during"] == ["hook / change of 2026-11-20 09:00:00 UTC"]
    assert "1 of these came during the drill; 1 of these was made before" in both.observed


def test_the_same_call_again_by_the_same_hand_is_another_change() -> None:
    """Changes of the history are told apart by their events, however alike they read."""
    first = replace(EVENT, id="first", at=NOW - timedelta(hours=1))
    again = replace(first, id="again", at=NOW)
    found = after(look(events=(first,)), look(events=(again, first)))[Aspect.HISTORY]
    assert found.figures[FIGURE]["during"] == ["hook / change of 2026-11-20 09:00:00 UTC"]
    assert found.observed.endswith("1 of these came during the drill")
    same = after(look(events=(first,)), look(events=(first,)))[Aspect.HISTORY]
    assert same.observed.endswith("all of it was so before the drill")


def test_every_result_is_planned_by_its_name_and_proves_no_data() -> None:
    """So that one which is missing is not passed over, and none stands for a restored row."""
    both = [*results(STACK, look(), When.BEFORE), *results(STACK, look(), When.AFTER)]
    assert [each.name for each in both] == list(names([STACK]))
    assert both[0].name == name_of(STACK, Aspect.STACK, When.BEFORE) == "acme, before the drill: stack"
    assert {(each.mandatory, each.proves_data) for each in both} == {(True, False)}
    assert stacks_in([*both, CheckResult("rows", "", "", Outcome.PASSED)]) == both
    assert str(STACK) == "hook in eu-west-1 of account 444455556666"
    assert str(Change("a", "b", "c")) == "a was b, is c"
