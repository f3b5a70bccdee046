"""A review fails by what is mandatory, is inconclusive where nobody knows, and is signed by nobody of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dr_orchestrator.domain.calendar import Frequency
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.findings.by_exercise import About
from dr_orchestrator.domain.review.judging import biased, judged
from dr_orchestrator.domain.review.looking import Look, Looked, Sighting, in_force
from dr_orchestrator.domain.review.plan import QUESTIONS, Check, Review
from dr_orchestrator.domain.review.signing import Answer, Says, Signed
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.verdict import Outcome, Verdict
from tests.support.ledger_samples import START

DAY = timedelta(days=1)
PLAN = Review(
    *("r", "The runbook", "runbook.md", ("Wanda North",), Frequency.QUARTER, (About("shop", "Shop", 1),)),
    mandatory=(Check.RESOURCES,),
)
SIGNED = Signed("Rita", "look-1", tuple(Answer(each, Says.YES) for each in QUESTIONS), "none", date(2027, 1, 15))
PASSED, FAILED, UNSURE = Outcome.PASSED, Outcome.FAILED, Outcome.INCONCLUSIVE


READ = Looked(Check.DOCUMENT, "runbook.md", PASSED, "9 bytes")


def look(resources: Outcome | None = PASSED, links: Outcome = PASSED) -> Look:
    found = [Looked(Check.LINKS, "https://x", links, "told", "shop"), READ]
    if resources is not None:
        found.append(Looked(Check.RESOURCES, "db", resources, "told", "shop"))
    return Look("look-1", "r", "Rita", START, "runbook.md", "d", False, tuple(found))


@pytest.mark.parametrize(
    ("seen", "verdict", "gaps"),
    [
        (look(), Verdict.PASSED, []),
        (look(links=FAILED), Verdict.PASSED_WITH_FINDINGS, [Severity.MEDIUM]),
        (look(links=UNSURE), Verdict.PASSED, []),
        (look(FAILED), Verdict.FAILED, [Severity.HIGH]),
        (look(UNSURE), Verdict.INCONCLUSIVE, []),
        (look(None), Verdict.INCONCLUSIVE, []),
        (look(FAILED, FAILED), Verdict.FAILED, [Severity.MEDIUM, Severity.HIGH]),
    ],
)
def test_the_verdict_follows_from_the_look(seen: Look, verdict: Verdict, gaps: list[Severity]) -> None:
    """What is mandatory and was not looked at is not known; what is not mandatory becomes a finding."""
    found = judged(PLAN, seen, SIGNED, {"shop": "Ada"}).judgement
    assert (found.verdict, [each.severity for each in found.gaps]) == (verdict, gaps)
    assert all(each.owner == "Ada" for each in found.gaps)


@pytest.mark.parametrize(("outcome", "verdict"), [(FAILED, Verdict.FAILED), (UNSURE, Verdict.INCONCLUSIVE)])
def test_there_is_no_review_without_a_document(outcome: Outcome, verdict: Verdict) -> None:
    """Whatever the declaration calls mandatory."""
    seen = replace(look(), results=(*look().results[2:], Looked(Check.DOCUMENT, "runbook.md", outcome, "told")))
    assert judged(PLAN, seen, SIGNED, {}).judgement.verdict is verdict


def test_a_document_of_no_digest_is_not_known_to_be_the_one_that_was_reviewed() -> None:
    """It may have been another for each reader."""
    found = judged(PLAN, replace(look(), digest=""), SIGNED, {}).judgement
    assert (found.verdict, found.reasons[0][:26]) == (Verdict.INCONCLUSIVE, "the digest of the document")


@pytest.mark.parametrize(("links", "gone"), [(PASSED, True), (UNSURE, False), (FAILED, False)])
def test_what_is_there_no_more_holds_where_the_check_does(links: Outcome, gone: bool) -> None:
    """A link that was replaced does not stay wrong for ever; one of another service does."""
    before = [(of, Rule.DOCUMENT_DEFECT, "links https://old") for of in ("shop", "pay")]
    assert (before[0] in judged(PLAN, look(links=links), SIGNED, {}, before).judgement.shown) is gone
    assert before[1] not in judged(PLAN, look(links=links), SIGNED, {}, before).judgement.shown


def test_what_is_not_known_is_said_and_shown_to_hold_by_nobody() -> None:
    """Even where it decides nothing."""
    found = judged(PLAN, look(links=UNSURE), SIGNED, {}).judgement
    assert found.reasons == ("not known: its links answer: https://x: told",)
    assert ("shop", Rule.DOCUMENT_DEFECT, "links https://x") not in found.shown


@pytest.mark.parametrize(
    ("says", "verdict", "gaps"),
    [(Says.NO, Verdict.PASSED_WITH_FINDINGS, 1), (Says.UNKNOWN, Verdict.INCONCLUSIVE, 0)],
)
def test_a_reviewer_who_does_not_say_yes_is_heard(says: Says, verdict: Verdict, gaps: int) -> None:
    """No becomes a finding, and what they do not know leaves it inconclusive."""
    answers = (Answer("secrets", says, "looked for it"), *SIGNED.answers[1:])
    missing = tuple(each for each in SIGNED.answers if each.question not in ("secrets",))
    found = judged(PLAN, look(), replace(SIGNED, answers=(*missing, answers[0])), {}).judgement
    assert (found.verdict, len(found.gaps)) == (verdict, gaps)


def test_a_question_that_nobody_answered_is_inconclusive() -> None:
    """However good the rest is."""
    assert judged(PLAN, look(), replace(SIGNED, answers=()), {}).judgement.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("by", "told"),
    [
        ("Rita", ""),
        ("wanda north", "wrote"),
        ("North, Wanda", "wrote"),
        ("Wanda North <wanda.north@example.com>", "wrote"),
        ("ADA", "champion"),
        ("Аda", "several scripts"),
    ],
)
def test_nobody_reviews_what_is_their_own(by: str, told: str) -> None:
    """Under no spelling of their name."""
    why = biased(by, PLAN, ["Ada"])
    assert (told in why) if told else not why


@pytest.mark.parametrize(
    ("seen", "known"),
    [
        ([], ""),
        ([("a", -2, "look")], ""),
        ([("a", 2, "look")], ""),
        ([("a", -2, "look"), ("a", 2, "look-2")], "a"),
        ([("a", -2, "look"), ("b", 2, "look-2")], ""),
        ([("a", -2, "look"), ("b", -1, "look-2"), ("b", 1, "look-3"), ("c", 2, "look-4")], "b"),
        ([("a", -2, "look"), ("c", 0, "run"), ("b", 2, "look-2")], "c"),
    ],
)
def test_the_document_of_a_run_is_known_or_not_known(seen: list[tuple[str, int, str]], known: str) -> None:
    """As the run saw it, or as it was seen alike on both sides of its end; nothing is guessed."""
    sightings = [Sighting("runbook.md", digest, START + days * DAY, source) for digest, days, source in seen]
    assert in_force(sightings, "run", START) == known
