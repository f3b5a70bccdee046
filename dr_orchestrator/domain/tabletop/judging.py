"""Judges a tabletop: by its criteria, by who came, and by whom it reached; what nobody rated is inconclusive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from dr_orchestrator.domain.exercise.criteria import Criterion
from dr_orchestrator.domain.exercise.injects import Inject, InjectKind
from dr_orchestrator.domain.exercise.kept import Judgement, scored
from dr_orchestrator.domain.exercise.roles import Holder, Role
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.findings.by_exercise import Gap, Shown
from dr_orchestrator.domain.findings.persons import same
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.tabletop.plan import Tabletop, ToReach
from dr_orchestrator.domain.tabletop.sitting import Answered, Conducted, Rated, Sitting
from dr_orchestrator.domain.verdict import Verdict


def judged(plan: Tabletop, sitting: Sitting) -> Conducted:
    """The tabletop with its verdict, score and gaps."""
    failed, unsure, told = [*_failed(plan, sitting)], [*_unsure(plan, sitting)], [*_told(plan, sitting)]
    gaps = tuple(_gaps(plan, sitting))
    if failed:
        verdict = Verdict.FAILED
    elif unsure:
        verdict = Verdict.INCONCLUSIVE
    else:
        verdict = Verdict.PASSED_WITH_FINDINGS if gaps else Verdict.PASSED
    judgement = Judgement(verdict, (*failed, *unsure, *told), gaps, frozenset(_shown(plan, sitting)))
    ratings = {each.criterion: each.rating for each in sitting.ratings}
    return Conducted(plan, sitting, judgement, scored(plan.criteria, ratings))


def _failed(plan: Tabletop, sitting: Sitting) -> Iterator[str]:
    for role in plan.needs:
        if not sitting.attendance.get(role):
            yield f"nobody attended as {role}, whom the plan needs"
    for criterion in plan.criteria:
        rated = _rated(sitting, criterion)
        if criterion.critical and rated is not None and not rated.rating.met:
            yield f"the critical criterion '{criterion.name}' was {_said(rated)}"


def _unsure(plan: Tabletop, sitting: Sitting) -> Iterator[str]:
    for criterion in plan.criteria:
        if _rated(sitting, criterion) is None:
            yield f"nobody rated the criterion '{criterion.name}'"
        if not _probed(plan, sitting, criterion):
            yield f"no inject that puts '{criterion.name}' to the proof was delivered"
    for contact in plan.contacts:
        if _answered(sitting, contact) is None:
            yield f"nobody tried to reach '{contact.name}'"


def _told(plan: Tabletop, sitting: Sitting) -> Iterator[str]:
    """The reasons that do not decide the verdict, and are said all the same: what was left out, and who stayed away."""
    delivered = {each.inject for each in sitting.injects}
    for inject in plan.injects:
        if inject.name not in delivered and inject.kind is not InjectKind.CONTINGENCY:
            yield f"the inject '{inject.name}' was not delivered"
        if inject.contingency and inject.contingency not in delivered and _slow(inject, sitting):
            yield f"the contingency '{inject.contingency}' was not delivered, and '{inject.name}' not answered in time"
    for role, holders in plan.cast.items():
        for holder in holders:
            if not _came(sitting, role, holder):
                yield f"{holder.person} ({role}) did not attend{', nor their deputy' if holder.deputy else ''}"


def _came(sitting: Sitting, role: Role, holder: Holder) -> bool:
    return any(same(wanted, each.person) for wanted in holder.persons for each in sitting.attendance.get(role, ()))


def _gaps(plan: Tabletop, sitting: Sitting) -> Iterator[Gap]:
    for criterion in plan.criteria:
        rated = _rated(sitting, criterion)
        if rated is not None and not rated.rating.met:
            severity = Severity.HIGH if criterion.critical else Severity.MEDIUM
            title = f"criterion '{criterion.name}' was not met"
            yield Gap(
                *(Rule.CRITERION_NOT_MET, _asked(criterion), severity, title),
                f"{criterion.success}: {_said(rated)}",
                plan.about(),
                plan.owner,
            )
    for contact in plan.contacts:
        answer = _answered(sitting, contact)
        if answer is not None and (wrong := _unreached(contact, answer)):
            about = plan.about(contact.service)
            title = f"{contact.person} {wrong}"
            yield Gap(
                *(Rule.CONTACT_NOT_REACHED, _wanted(contact), Severity.MEDIUM, title),
                f"by {contact.reach}" + (f": {answer.note}" if answer.note else ""),
                about,
                plan.owner,
            )
    for inject in plan.injects:
        if wrong := _slow(inject, sitting):
            title, detail = f"the inject '{inject.name}' {wrong}", f"expected: {inject.expected}"
            yield Gap(Rule.EXERCISE_GAP, _timed(inject), Severity.MEDIUM, title, detail, plan.about(), plan.owner)
    for gap in sitting.gaps:
        about = plan.about(gap.service)
        yield Gap(Rule.EXERCISE_GAP, gap.name, gap.severity, gap.what, f"seen in {plan.title}", about, gap.owner)


def _shown(plan: Tabletop, sitting: Sitting) -> Iterator[Shown]:
    """All that it showed to hold: nothing, where somebody was missing, or the players were confronted with nothing."""
    if not sitting.injects or any(not sitting.attendance.get(role) for role in plan.needs):
        return
    for criterion in plan.criteria:
        rated = _rated(sitting, criterion)
        if rated is not None and rated.rating.met and _probed(plan, sitting, criterion):
            yield plan.about().service, Rule.CRITERION_NOT_MET, _asked(criterion)
    for contact in plan.contacts:
        answer = _answered(sitting, contact)
        if answer is not None and not _unreached(contact, answer):
            yield plan.about(contact.service).service, Rule.CONTACT_NOT_REACHED, _wanted(contact)
    delivered = {each.inject for each in sitting.injects}
    for inject in plan.injects:
        if inject.within is not None and inject.name in delivered and not _slow(inject, sitting):
            yield plan.about().service, Rule.EXERCISE_GAP, _timed(inject)
    for name in sitting.mended:
        for about in {each.service for each in (plan.about(), *plan.services)}:
            yield about, Rule.EXERCISE_GAP, name


def _probed(plan: Tabletop, sitting: Sitting, criterion: Criterion) -> bool:
    """Whether an inject that puts a criterion to the proof was delivered."""
    probes = {each.name for each in plan.injects if each.criterion == criterion.name}
    return any(each.inject in probes for each in sitting.injects)


def _slow(inject: Inject, sitting: Sitting) -> str:
    """The fault in how long the players took for an inject; empty where there was none, or it was not delivered."""
    delivered = next((each for each in sitting.injects if each.inject == inject.name), None)
    if delivered is None or inject.within is None:
        return ""
    if delivered.response is None:
        return f"was not answered within {format_duration(inject.within)}, as far as anybody says"
    if delivered.response > inject.within:
        took = format_duration(delivered.response)
        return f"was answered after {took}, not within {format_duration(inject.within)}"
    return ""


def _timed(inject: Inject) -> str:
    """The name under which the answer to an inject is followed up; no gap that people name has a blank in it."""
    return f"inject {inject.name}" + _within(inject.within)


def _asked(criterion: Criterion) -> str:
    """The name under which a criterion is followed up, with what is asked: a looser one of its name shows nothing."""
    return f"{criterion.name}{' (critical)' if criterion.critical else ''}: {criterion.success}"


def _wanted(contact: ToReach) -> str:
    """Likewise of a contact."""
    return contact.name + _within(contact.within)


def _within(span: timedelta | None) -> str:
    return "" if span is None else f" within {format_duration(span)}"


def _unreached(contact: ToReach, answer: Answered) -> str:
    """The fault in how a contact answered; empty where there was none."""
    if not answer.reached:
        return "was not reached"
    if contact.within is not None and answer.after is not None and answer.after > contact.within:
        return f"answered after {format_duration(answer.after)}, not within {format_duration(contact.within)}"
    return ""


def _said(rated: Rated) -> str:
    return rated.rating.words + (f": {rated.note}" if rated.note else "")


def _rated(sitting: Sitting, criterion: Criterion) -> Rated | None:
    return next((each for each in sitting.ratings if each.criterion == criterion.name), None)


def _answered(sitting: Sitting, contact: ToReach) -> Answered | None:
    return next((each for each in sitting.contacts if each.contact == contact.name), None)
