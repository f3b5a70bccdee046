"""Judges a review: what is mandatory fails it, what else is wrong is a finding, what nobody knows is inconclusive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dr_orchestrator.domain.exercise.kept import Judgement
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.findings.by_exercise import Gap, Shown
from dr_orchestrator.domain.findings.persons import mixed, same
from dr_orchestrator.domain.review.looking import Look, Looked
from dr_orchestrator.domain.review.plan import QUESTIONS, Check, Review
from dr_orchestrator.domain.review.signing import Answer, Reviewed, Says, Signed
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.verdict import Outcome, Verdict


def judged(
    plan: Review, look: Look, signed: Signed, champions: Mapping[str, str], before: Iterable[Shown] = ()
) -> Reviewed:
    """The review with its verdict and gaps; `champions` own what a machine found, by service.

    `before` are the gaps of earlier ones: of what is there no more nobody can show that it holds by looking at it.
    """
    failed = [*_of(plan, look, Outcome.FAILED), *_denied(signed)]
    unsure = [*_of(plan, look, Outcome.INCONCLUSIVE), *_unread(look), *_unanswered(signed)]
    told = [f"not known: {each.check.words}: {each.subject}: {each.told}" for each in _optional(plan, look)]
    gaps = (*_of_machine(plan, look, champions), *_of_answers(plan, signed), *_of_person(plan, signed))
    if failed:
        verdict = Verdict.FAILED
    elif unsure:
        verdict = Verdict.INCONCLUSIVE
    else:
        verdict = Verdict.PASSED_WITH_FINDINGS if gaps else Verdict.PASSED
    shown = frozenset((*_shown(plan, look, signed), *_gone(plan, look, before)))
    judgement = Judgement(verdict, (*failed, *unsure, *told), gaps, shown)
    return Reviewed(plan, look, signed, judgement)


def biased(reviewer: str, plan: Review, champions: Iterable[str]) -> str:
    """Why a person may not review the document; empty where they may."""
    if mixed(reviewer):
        return f"the letters of '{reviewer}' are of several scripts that look alike"
    if any(same(reviewer, each) for each in plan.authors):
        return f"{reviewer} wrote {plan.kept.document}, and does not review it"
    if any(same(reviewer, each) for each in champions):
        return f"{reviewer} is the champion of what it is about, and does not review it"
    return ""


def subject(of: Looked) -> str:
    """The name under which a result is followed up."""
    own = f" of {of.service}" if of.service and of.service not in of.subject else ""
    return f"{of.check.value} {of.subject}{own}"


def _of(plan: Review, look: Look, outcome: Outcome) -> Iterator[str]:
    for check in plan.required:
        if look.of(check) is outcome:
            found = [each for each in look.results if each.check is check and each.outcome is outcome]
            for each in found:
                yield f"{check.words}: {each.subject}: {each.told}"
            if not found:
                yield f"{check.words}: nothing was looked at"


def _denied(signed: Signed) -> Iterator[str]:
    if signed.answers and all(each.says is Says.NO for each in signed.answers):
        yield "the reviewer says no to every question"


def _unread(look: Look) -> Iterator[str]:
    if not look.digest:
        yield "the digest of the document is not known: nobody can tell which one was reviewed"


def _optional(plan: Review, look: Look) -> Iterator[Looked]:
    for each in look.results:
        if each.outcome is Outcome.INCONCLUSIVE and each.check not in plan.required:
            yield each


def _unanswered(signed: Signed) -> Iterator[str]:
    said = {each.question: each for each in signed.answers}
    for name, question in QUESTIONS.items():
        if name not in said:
            yield f"nobody answered: {question}"
        elif said[name].says is Says.UNKNOWN:
            yield f"the reviewer does not know: {question} {said[name].note}".strip()


def _of_machine(plan: Review, look: Look, champions: Mapping[str, str]) -> Iterator[Gap]:
    for each in look.results:
        if each.outcome is Outcome.FAILED:
            about = plan.about(each.service)
            owner = champions.get(each.service or plan.services[0].service, "")
            severity = Severity.HIGH if each.check in plan.required else Severity.MEDIUM
            title = f"{plan.title}: {each.subject}: {each.told}"
            detail = f"it should hold that {each.check.words}"
            yield Gap(Rule.DOCUMENT_DEFECT, subject(each), severity, title, detail, about, owner)


def _of_answers(plan: Review, signed: Signed) -> Iterator[Gap]:
    for each in signed.answers:
        if each.says is Says.NO:
            title = f"{plan.title}: the reviewer says no: {QUESTIONS[each.question]}"
            owner = plan.authors[0]
            yield Gap(Rule.DOCUMENT_DEFECT, _asked(each), Severity.MEDIUM, title, each.note, plan.about(), owner)


def _of_person(plan: Review, signed: Signed) -> Iterator[Gap]:
    for each in signed.defects:
        about, detail = plan.about(each.service), f"seen by {signed.by} in {plan.document}"
        yield Gap(Rule.DOCUMENT_DEFECT, f"defect {each.name}", each.severity, each.what, detail, about, each.owner)


def _shown(plan: Review, look: Look, signed: Signed) -> Iterator[Shown]:
    for each in look.results:
        if each.passed:
            yield plan.about(each.service).service, Rule.DOCUMENT_DEFECT, subject(each)
    for answer in signed.answers:
        if answer.says is Says.YES:
            yield plan.about().service, Rule.DOCUMENT_DEFECT, _asked(answer)
    for name in signed.mended:
        for service in {each.service for each in (plan.about(), *plan.services)}:
            yield service, Rule.DOCUMENT_DEFECT, f"defect {name}"


def _gone(plan: Review, look: Look, before: Iterable[Shown]) -> Iterator[Shown]:
    """Earlier gaps of what a check looks at no more, where all that it looked at holds: a link was replaced, say."""
    seen, scope = {subject(each) for each in look.results}, {each.service for each in plan.services}
    holds = tuple(f"{each.value} " for each in Check if look.of(each) is Outcome.PASSED)
    for service, rule, name in before:
        if name.startswith(holds) and name not in seen and scope.issuperset(service.split(", ")):
            yield service, rule, name


def _asked(of: Answer) -> str:
    return f"answer {of.question}"
