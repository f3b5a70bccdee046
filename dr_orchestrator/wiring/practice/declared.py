"""The checks of a review that look at what is declared of the services, and at what AWS and the ledger tell of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from dr_orchestrator.domain.findings.persons import same
from dr_orchestrator.domain.posture.facts import Inapplicable, Known, Unknown, existing
from dr_orchestrator.domain.programme import period_start
from dr_orchestrator.domain.review.looking import Looked, Sighting, in_force
from dr_orchestrator.domain.review.plan import Check, Review
from dr_orchestrator.domain.service import Service
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import DrillFault, Stopped
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.estate.reading import Reading

_A_MOMENT = timedelta(microseconds=1)
_PASSED, _FAILED, _UNSURE = Outcome.PASSED, Outcome.FAILED, Outcome.INCONCLUSIVE


def resources(reading: Reading, services: Sequence[Service]) -> Iterator[Looked]:
    """Whether each declared resource is there, as the role that only reads sees it."""
    wanted = [(service, each) for service in services for each in service.resources.values()]
    try:
        found = [existing(each) for each in reading.all(wanted)]
    except Stopped:
        raise
    except DrillFault as fault:
        found = [Unknown(fault.message) for _ in wanted]
    for (service, resource), fact in zip(wanted, found, strict=True):
        subject = f"{resource.name} ({resource.id})"
        if isinstance(fact, Known):
            yield Looked(Check.RESOURCES, subject, _PASSED, f"there since {fact.value:%Y-%m-%d}", service.name)
        elif isinstance(fact, Inapplicable):
            yield Looked(Check.RESOURCES, subject, _UNSURE, fact.why, service.name)
        else:
            outcome = _FAILED if fact.missing else _UNSURE
            yield Looked(Check.RESOURCES, subject, outcome, fact.why, service.name)


def objectives(services: Sequence[Service]) -> Iterator[Looked]:
    """Whether a service promises no less than its tier, or says why."""
    for service in services:
        if not service.objectives:
            told = f"those of tier {service.tier.number} hold"
            yield Looked(Check.OBJECTIVES, service.name, _PASSED, told, service.name)
        for disruption, own in service.objectives.items():
            looser = own.looser(service.tier.objective)
            subject = f"{service.name}, {disruption}"
            if looser and not own.reason:
                told = f"its {' and '.join(looser)} {'is' if len(looser) == 1 else 'are'} looser than the tier's"
                yield Looked(Check.OBJECTIVES, subject, _FAILED, f"{told}, and nobody says why", service.name)
            else:
                told = f"looser than the tier's: {own.reason}" if looser else "no looser than the tier's"
                yield Looked(Check.OBJECTIVES, subject, _PASSED, told, service.name)


def contacts(plan: Review, services: Sequence[Service], now: datetime) -> Iterator[Looked]:
    """Whether somebody can be reached, somebody else for them, and how long ago that was seen to be right."""
    for service in services:
        yield _present(service)
        for each in service.contacts:
            yield _of_age(plan, service, each.name, each.verified, now)
        if not service.contacts:
            yield Looked(Check.CONTACTS_AGE, service.name, _UNSURE, "no contact is declared", service.name)


def champions(services: Sequence[Service]) -> Iterator[Looked]:
    """Whether the champion is one of those whom a drill can reach."""
    for service in services:
        known = any(same(service.dr_champion, each.name) for each in service.contacts)
        told = f"{service.dr_champion} is {'' if known else 'not '}among the contacts"
        yield Looked(Check.CHAMPION, service.name, _PASSED if known else _FAILED, told, service.name)


def reviewed(plan: Review, services: Sequence[Service], now: datetime) -> Iterator[Looked]:
    """Whether the runbook says that it was reviewed within the period, or the one before it."""
    since = period_start(plan.every, period_start(plan.every, now) - _A_MOMENT)
    for service in services:
        day = service.runbook.reviewed
        held = since.date() <= day <= now.date()
        ahead = ", which is not yet" if day > now.date() else ""
        told = f"its file says {day:%Y-%m-%d}{ahead}"
        yield Looked(Check.REVIEWED, service.name, _PASSED if held else _FAILED, told, service.name)


def drilled(here: App, plan: Review, services: Sequence[Service], digest: str, now: datetime) -> Iterator[Looked]:
    """Whether the document is as it was when each service was last drilled, and passed; never by guessing."""
    practice = here.ledger.practice
    document = plan.kept.document
    sightings = [*practice.sightings(document), Sighting(document, digest, now, "now")]
    for service in services:
        run = practice.newest_green(service.name)
        if run is None:
            told, outcome = "not known: no run on AWS has passed", _UNSURE
        elif not digest:
            told, outcome = "not known: the document's digest is not", _UNSURE
        elif not (then := in_force(sightings, *run)):
            told, outcome = f"not known: nobody saw which one held as run {run[0]} ended", _UNSURE
        elif then == digest:
            told, outcome = f"as it was when run {run[0]} passed on {run[1]:%Y-%m-%d}", _PASSED
        else:
            told, outcome = f"changed since run {run[0]} passed on {run[1]:%Y-%m-%d}", _FAILED
        yield Looked(Check.DRILLED, service.name, outcome, told, service.name)


def _present(service: Service) -> Looked:
    people = [each.name for each in service.contacts]
    if not people:
        return Looked(Check.CONTACTS, service.name, _FAILED, "no contact is declared", service.name)
    if unreachable := [each.name for each in service.contacts if not each.reach.strip()]:
        return Looked(
            Check.CONTACTS, service.name, _FAILED, f"nothing says how to reach {unreachable[0]}", service.name
        )
    if all(same(each, people[0]) for each in people):
        told = f"nobody can be reached where {people[0]} is away"
        return Looked(Check.CONTACTS, service.name, _FAILED, told, service.name)
    deputies = next((each.deputies for each in service.contacts if same(each.name, people[0]) and each.deputies), ())
    if not deputies:
        told = f"nobody says who acts where {people[0]} is away: add `deputies:`"
        return Looked(Check.CONTACTS, service.name, _UNSURE, told, service.name)
    return Looked(Check.CONTACTS, service.name, _PASSED, f"{people[0]}, else {', '.join(deputies)}", service.name)


def _of_age(plan: Review, service: Service, name: str, verified: date | None, now: datetime) -> Looked:
    subject = f"{name} of {service.name}"
    if verified is None:
        told = "nobody says when that was last seen to be right: add `verified:`"
        return Looked(Check.CONTACTS_AGE, subject, _UNSURE, told, service.name)
    held = now.date() - plan.contacts_within <= verified <= now.date()
    told = f"verified on {verified:%Y-%m-%d}" + (", which is not yet" if verified > now.date() else "")
    return Looked(Check.CONTACTS_AGE, subject, _PASSED if held else _FAILED, told, service.name)
