"""A tabletop is judged by its criteria and by who came; nothing that nobody rated passes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dr_orchestrator.domain.calendar import Frequency
from dr_orchestrator.domain.exercise.criteria import Criterion, Rating
from dr_orchestrator.domain.exercise.injects import Inject
from dr_orchestrator.domain.exercise.roles import Holder, Role
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.findings.by_exercise import About
from dr_orchestrator.domain.objective import Disruption
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.tabletop.judging import judged
from dr_orchestrator.domain.tabletop.plan import NEEDED, Tabletop, ToReach, about
from dr_orchestrator.domain.tabletop.sitting import Answered, Delivered, Rated, Shortcoming, Sitting
from dr_orchestrator.domain.verdict import Verdict
from tests.support.ledger_samples import START

MINUTE = timedelta(minutes=1)
CAST = {each: (Holder(each.value.title()),) for each in NEEDED}
PLAN = Tabletop(
    *("t", "A tabletop", "Owner", "It is gone.", Disruption.REGION, Frequency.HALF_YEAR),
    (About("shop", "Shop", 1),),
    cast=CAST,
    needs=NEEDED,
    criteria=(Criterion("grave", "o", "s", critical=True), Criterion("mild", "o", "s")),
    injects=(
        Inject("one", "c", "e", at=timedelta(), criterion="grave"),
        Inject("two", "c", "e", at=timedelta(), criterion="mild"),
    ),
    contacts=(ToReach("on-call", "Ada", "#shop", 10 * MINUTE),),
)
SITTING = Sitting(
    "q4",
    START,
    START + 60 * MINUTE,
    False,
    CAST,
    (Delivered("one", START, "done"), Delivered("two", START, "done")),
    (Rated("grave", Rating.PERFORMED, "Evaluator"), Rated("mild", Rating.SOME_CHALLENGES, "Evaluator")),
    (Answered("on-call", True, 4 * MINUTE),),
)


def rated(grave: str, mild: str) -> tuple[Rated, ...]:
    return tuple(Rated(name, Rating(of), "Evaluator") for name, of in (("grave", grave), ("mild", mild)) if of != "-")


@pytest.mark.parametrize(
    ("grave", "mild", "verdict", "score"),
    [
        ("P", "P", Verdict.PASSED, "2 of 2 met, lowest P"),
        ("S", "P", Verdict.PASSED, "2 of 2 met, lowest S"),
        ("P", "M", Verdict.PASSED_WITH_FINDINGS, "1 of 2 met, lowest M"),
        ("P", "U", Verdict.PASSED_WITH_FINDINGS, "1 of 2 met, lowest U"),
        ("M", "P", Verdict.FAILED, "1 of 2 met, lowest M"),
        ("U", "U", Verdict.FAILED, "0 of 2 met, lowest U"),
        ("P", "-", Verdict.INCONCLUSIVE, "1 of 2 met, lowest P"),
        ("-", "P", Verdict.INCONCLUSIVE, "1 of 2 met, lowest P"),
        ("-", "-", Verdict.INCONCLUSIVE, "0 of 2 met"),
        ("U", "-", Verdict.FAILED, "0 of 2 met, lowest U"),
        ("-", "U", Verdict.INCONCLUSIVE, "0 of 2 met, lowest U"),
    ],
)
def test_the_verdict_follows_from_the_ratings(grave: str, mild: str, verdict: Verdict, score: str) -> None:
    """A critical criterion that was not met fails it; one that nobody rated leaves it inconclusive."""
    found = judged(PLAN, replace(SITTING, ratings=rated(grave, mild)))
    assert (found.judgement.verdict, found.score.words) == (verdict, score)


@pytest.mark.parametrize("role", NEEDED)
def test_it_fails_where_nobody_came_whom_it_needs(role: Role) -> None:
    """Whoever else did: without players nobody was exercised, without an evaluator nobody judged."""
    left = {each: holders for each, holders in CAST.items() if each is not role}
    found = judged(PLAN, replace(SITTING, attendance=left)).judgement
    assert found.verdict is Verdict.FAILED
    assert found.reasons[0] == f"nobody attended as {role}, whom the plan needs"


@pytest.mark.parametrize(
    ("answer", "gap"),
    [
        (Answered("on-call", True, 10 * MINUTE), None),
        (Answered("on-call", True, 11 * MINUTE), "Ada answered after 11 m, not within 10 m"),
        (Answered("on-call", False), "Ada was not reached"),
    ],
)
def test_a_contact_that_does_not_answer_in_time_is_a_finding(answer: Answered, gap: str | None) -> None:
    """And one that does shows that it holds."""
    found = judged(PLAN, replace(SITTING, contacts=(answer,))).judgement
    assert [each.title for each in found.gaps] == ([gap] if gap else [])
    assert (("shop", Rule.CONTACT_NOT_REACHED, "on-call within 10 m") in found.shown) is (gap is None)


def test_a_contact_that_nobody_tried_is_inconclusive() -> None:
    """Nothing is known of it."""
    found = judged(PLAN, replace(SITTING, contacts=())).judgement
    assert (found.verdict, found.reasons) == (Verdict.INCONCLUSIVE, ("nobody tried to reach 'on-call'",))


def test_what_was_left_out_is_said() -> None:
    """An inject that was not delivered, and a person who stayed away, by name."""
    plan = replace(PLAN, cast={**CAST, Role.SCRIBE: (Holder("Sue", "Sid"),)})
    found = judged(plan, replace(SITTING, injects=SITTING.injects[1:])).judgement
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.reasons == (
        "no inject that puts 'grave' to the proof was delivered",
        "the inject 'one' was not delivered",
        "Sue (scribe) did not attend, nor their deputy",
    )


def test_a_deputy_comes_in_somebodys_place() -> None:
    """Under any spelling of the name."""
    plan = replace(PLAN, cast={**CAST, Role.PLAYER: (Holder("Pia", "Paul North"),)})
    there = {**CAST, Role.PLAYER: (Holder("NORTH, Paul"),)}
    assert judged(plan, replace(SITTING, attendance=there)).judgement.reasons == ()


def test_each_gap_has_its_owner_and_its_service() -> None:
    """Of a critical criterion high; what people saw as they say."""
    gap = Shortcoming("no-template", "There is no template", Severity.LOW, "Comms")
    found = judged(PLAN, replace(SITTING, ratings=rated("U", "M"), gaps=(gap,))).judgement
    assert [(each.rule, each.severity, each.owner, each.about.service) for each in found.gaps] == [
        (Rule.CRITERION_NOT_MET, Severity.HIGH, "Owner", "shop"),
        (Rule.CRITERION_NOT_MET, Severity.MEDIUM, "Owner", "shop"),
        (Rule.EXERCISE_GAP, Severity.LOW, "Comms", "shop"),
    ]


def test_what_is_mended_is_shown_to_hold() -> None:
    """For the services that it is about."""
    found = judged(PLAN, replace(SITTING, mended={"no-template": "it is linked"})).judgement
    assert ("shop", Rule.EXERCISE_GAP, "no-template") in found.shown


def test_what_is_asked_is_part_of_what_is_shown() -> None:
    """A criterion, a contact or an inject that was loosened under its name shows nothing of the stricter one."""
    shown = judged(PLAN, SITTING).judgement.shown
    milder = replace(PLAN.criteria[0], critical=False)
    slower = ToReach("on-call", "Ada", "#shop", 99 * MINUTE)
    loosened = judged(replace(PLAN, criteria=(milder, *PLAN.criteria[1:]), contacts=(slower,)), SITTING)
    assert {subject for _, _, subject in shown & loosened.judgement.shown} == {"mild: s"}


def test_two_spellings_of_one_person_count_once() -> None:
    """Whoever fills two roles is one of those who took part."""
    there = {**CAST, Role.SCRIBE: (Holder("player"), Holder("Sue"))}
    assert judged(PLAN, replace(SITTING, attendance=there)).attended == len(CAST) + 1


def test_services_together_are_the_same_in_any_order() -> None:
    """Their findings are found again."""
    two = About("shop", "Shop", 1), About("pay", "Pay", 1)
    assert about(two) == about(two[::-1]) == About("pay, shop", "Pay, Shop")


def test_nothing_passes_that_nobody_was_confronted_with() -> None:
    """However well it was rated."""
    found = judged(PLAN, replace(SITTING, injects=())).judgement
    assert (found.verdict, found.shown) == (Verdict.INCONCLUSIVE, frozenset())
    assert "no inject that puts 'mild' to the proof was delivered" in found.reasons


@pytest.mark.parametrize(
    ("response", "title"),
    [
        (5 * MINUTE, ""),
        (50 * MINUTE, "the inject 'one' was answered after 50 m, not within 5 m"),
        (None, "the inject 'one' was not answered within 5 m, as far as anybody says"),
    ],
)
def test_an_answer_that_is_late_or_not_told_is_a_gap(response: timedelta | None, title: str) -> None:
    """And a contingency that did not follow is said; one in time shows that it holds."""
    timed = Inject("one", "c", "e", at=timedelta(), criterion="grave", within=5 * MINUTE, contingency="nudge")
    plan = replace(PLAN, injects=(timed, *PLAN.injects[1:]))
    given = (Delivered("one", START, "done", response), *SITTING.injects[1:])
    found = judged(plan, replace(SITTING, injects=given)).judgement
    assert [each.title for each in found.gaps] == ([title] if title else [])
    assert any("contingency 'nudge' was not delivered" in each for each in found.reasons) is bool(title)
    assert any(name.startswith("inject one") for _, _, name in found.shown) is not bool(title)


def test_nothing_is_shown_where_somebody_was_missing() -> None:
    """Nor mended: an evaluator alone exercises nobody."""
    alone = {Role.EVALUATOR: CAST[Role.EVALUATOR]}
    found = judged(PLAN, replace(SITTING, attendance=alone, mended={"no-template": "so"})).judgement
    assert (found.verdict, found.shown) == (Verdict.FAILED, frozenset())
