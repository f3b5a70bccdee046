"""Imports what restore testing plans of AWS Backup restored, and gives verdicts of runs back to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from dr_orchestrator.aws.backup import testing
from dr_orchestrator.aws.guard import OneWriteGuard
from dr_orchestrator.aws.posture.ground import unknown
from dr_orchestrator.domain.discovery.found import Unseen
from dr_orchestrator.domain.restore_test import GIVING, Back, RestoreTest, backs
from dr_orchestrator.domain.service import Resource, Service
from dr_orchestrator.errors import DrillFault, Exit, Stopped
from dr_orchestrator.reporting.records import Json
from dr_orchestrator.runner.patience import LOOKING, again
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.building import by_guard
from dr_orchestrator.wiring.estate.reading import Reading
from dr_orchestrator.wiring.estate.seeing import owner, regions_of
from dr_orchestrator.wiring.estate.sources import is_restore_of
from dr_orchestrator.wiring.estate.statements import remedy_for

VERDICT = "the verdict of a run, on the job that restored its recovery point"


@dataclass(frozen=True)
class Given:
    """A verdict that was given back, or the fault that kept it from that."""

    back: Back
    fault: DrillFault | None = None


@dataclass(frozen=True)
class Imported:
    """An import, as it was seen: the tests since an instant, oldest first, how many of them were news, all that could
    not be seen, and the verdicts that were given back.
    """

    account: str
    regions: tuple[str, ...]
    simulated: bool
    tests: tuple[RestoreTest, ...]
    news: int
    unseen: tuple[Unseen, ...] = ()
    given: tuple[Given, ...] = ()

    @property
    def exit_code(self) -> Exit:
        """Inconclusive where something was not seen, or not given back; what others found is no verdict of ours."""
        return Exit.INCONCLUSIVE if self.unseen or any(each.fault for each in self.given) else Exit.PASSED


def look(here: App, since: datetime, *, give_back: bool = False) -> Imported:
    """Import what plans restored since then, in the regions of what is declared; what was seen is in the ledger.

    UsageError where the credentials are for an account that the policy does not allow. `give_back` is whether verdicts
    of runs are given to AWS Backup: those of the very points that its plans restored.
    """
    services = here.catalogue.services.values()
    declared = [(service, each) for service in services for each in service.resources.values()]
    reading, regions = Reading(here), regions_of(here, (each.region for _, each in declared))
    account = owner(here, reading, regions[0])
    found: list[RestoreTest] = []
    unseen: list[Unseen] = []
    for region in regions:
        try:
            found += again(partial(_listed, reading, region, since), LOOKING, here.clock)
        except Stopped:
            raise
        except DrillFault as fault:
            unseen.append(Unseen("restore tests", "", region, unknown(fault)))
    tests = [_claimed(here, each, declared) for each in found]
    news = here.ledger.keep_restore_tests(tests, here.clock.now())
    given = tuple(_gives(here, tests)) if give_back else ()
    after = {each.back.test.job: _judged(each.back) for each in given if each.fault is None}
    if after:
        tests = [after.get(each.job, each) for each in tests]
        here.ledger.keep_restore_tests([*after.values()], here.clock.now())
    tests = sorted(tests, key=lambda each: (each.began, each.job))
    return Imported(account, tuple(regions), reading.simulated, tuple(tests), len(news), tuple(unseen), given)


def _listed(reading: Reading, region: str, since: datetime) -> list[RestoreTest]:
    account, owner = reading.account(region), reading.owner(region)
    return testing.restore_tests(account, since, owner, simulated=reading.simulated)


def _claimed(here: App, test: RestoreTest, declared: Sequence[tuple[Service, Resource]]) -> RestoreTest:
    """The test with the names of the service and resource whose source it restored, where one declares it."""
    for service, resource in declared:
        if is_restore_of(here, test, resource):
            return replace(test, service=service.name, resource=resource.name)
    return test


def _gives(here: App, tests: Sequence[RestoreTest]) -> Iterator[Given]:
    """The verdicts, each given by a client that can give that one alone."""
    open_ones = [each for each in tests if each.takes_a_verdict]
    restored = here.ledger.queries.that_restored({each.point for each in open_ones})
    wanted = {id for ids in restored.values() for id in ids}
    runs = {each.header.id: each for each in here.ledger.queries.whole(wanted)}
    for test in open_ones:
        back = backs(test, (runs[id] for id in restored.get(test.point, ())))
        if back is None:
            continue
        guard = OneWriteGuard(here.types.calls, GIVING, partial(testing.is_given, back), VERDICT)
        try:
            testing.give(by_guard(here, test.region, guard), back)
        except Stopped:
            raise
        except DrillFault as fault:
            yield Given(back, fault)
        else:
            yield Given(back)


def _judged(back: Back) -> RestoreTest:
    """The test as AWS Backup has it once it took a verdict."""
    return replace(back.test, validation=back.status, told=(*back.test.told, back.message))


def remedy(here: App, found: Imported) -> Iterator[tuple[str, str, str]]:
    """All that was not seen or given: what, why, and what to do; the statement to add, where a right is missing."""
    for each in found.unseen:
        yield f"{each.what} in {each.region}", f"{each.why.why} ({each.why.call})", remedy_for(here, each.why)
    for given in found.given:
        if (fault := given.fault) is not None:
            told = unknown(fault, GIVING)
            what = f"the verdict on job {given.back.test.job} was not given"
            yield what, f"{told.why} ({told.call})", remedy_for(here, told, "makes changes")


def as_json(here: App, found: Imported) -> Json:
    """All that an import saw, for programs; times in UTC, durations in seconds."""
    return {
        "account": found.account,
        "regions": list(found.regions),
        "simulated": found.simulated,
        "news": found.news,
        "restore_tests": [_as_json(each) for each in found.tests],
        "given_back": [
            {
                "job": each.back.test.job,
                "run": each.back.run,
                "status": each.back.status,
                "message": each.back.message,
                "error": each.fault.message if each.fault else None,
            }
            for each in found.given
        ],
        "not_known": [{"what": what, "why": why, "remedy": hint} for what, why, hint in remedy(here, found)],
    }


def _as_json(test: RestoreTest) -> Json:
    return {
        "imported": True,
        "service": test.service or None,
        "resource": test.resource or None,
        "job": test.job,
        "account": test.account,
        "region": test.region,
        "plan": test.plan,
        "source": test.source,
        "type": test.type,
        "recovery_point": test.point,
        "recovery_point_at": _moment(test.point_at),
        "began": _moment(test.began),
        "ended": _moment(test.ended),
        "took_s": test.took.total_seconds() if test.took is not None else None,
        "recovery_point_age_s": test.age.total_seconds() if test.age is not None else None,
        "status": test.status,
        "validation": test.validation or None,
        "deletion": test.deletion or None,
        "messages": list(test.told),
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
