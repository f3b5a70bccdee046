"""The surroundings of a run's figures, as a template sees it: the promise, the provenance, what was not exercised."""

from __future__ import annotations

from datetime import UTC, datetime

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.run import Provenance, Run
from dr_orchestrator.reporting.view.clock import detection_exercised
from dr_orchestrator.reporting.view.proof import Fact, unreached
from dr_orchestrator.reporting.wording import instant, spoken, told


def promise_facts(run: Run) -> tuple[Fact, ...]:
    """The promise as it stood when the run began, and where it is written."""
    header, objective = run.header, run.header.objective
    return (
        Fact("Promised by", told(objective.source)),
        Fact("Revision", told(objective.revision)),
        Fact("Disruption", spoken(header.disruption.value)),
        Fact("Path", f"{header.path.value} path"),
        Fact("Recovery point asked for", told(header.selection)),
        Fact("Owner", told(header.owner)),
    )


def provenance_facts(run: Run) -> tuple[Fact, ...]:
    """Enough to repeat the run, and to know what its figures are worth."""
    source, closing = run.header.provenance, run.closing
    return (
        Fact("Resource", f"{run.header.resource} ({run.header.resource_id})"),
        Fact("Account", told(source.account)),
        Fact("Region", told(source.region)),
        Fact("Endpoint", told(source.endpoint)),
        Fact("Caller", told(source.caller)),
        Fact("Operator", told(source.operator)),
        Fact("Simulated", told(source.simulated)),
        Fact("Clock", clock_words(source)),
        Fact("Engine", told(source.engine)),
        Fact("Tool version", told(source.tool_version)),
        Fact("Rules of judgement", told(closing.rule_version if closing else None)),
        Fact("Drill definition", told(source.definition)),
        Fact("Catalogue revision", told(source.catalogue_revision)),
        Fact("Started", instant(run.header.started_at)),
        Fact("Closed", instant(closing.ended_at if closing else None, "not closed")),
    )


def pace_words(pace: float) -> str:
    """How the drill's clock ran against the real one."""
    return "real time" if pace == 1 else f"{pace:g} drill seconds to a real second"


def clock_words(source: Provenance) -> str:
    """How the drill's clock ran, and how right the machine's was where that was measured."""
    skews = [f"{skew} {of}" for of, skew in source.clocks.by_name if skew is not None]
    return "; ".join([pace_words(source.pace), *skews])


def started_words(drill_time: datetime, real_time: datetime | None, pace: float) -> str:
    """When something began; where drill time runs ahead of the real one, both."""
    if pace == 1 or real_time is None:
        return instant(drill_time)
    return f"{instant(drill_time)} (lab time; real start {real_time.astimezone(UTC):%Y-%m-%d %H:%M} UTC)"


def simulated_words(pace: float) -> str:
    """The worth of figures of a simulated AWS."""
    return f"Figures of a simulated AWS ({pace_words(pace)}), never evidence of a recovery."


def stamp(source: Provenance) -> str:
    """The worth of a simulated run; empty where the run was made on AWS itself."""
    return simulated_words(source.pace) if source.simulated else ""


def not_exercised(run: Run) -> tuple[str, ...]:
    """The things that this run says nothing about."""
    header, moments = run.header, {event.moment for event in run.events}
    said = [] if detection_exercised(run) else ["Detection of the disruption, and the decision to declare it"]
    said += [f"Check '{name}': planned, not reached" for name in unreached(header.planned_checks, run.checks)]
    said += [
        f"{'.'.join(filter(None, (each.resource, each.property)))}: left out of the replica, {each.why}"
        for each in (run.template.left_out if run.template else ())
    ]
    said += [
        f"The data of {each.resource}: {each.reason or 'nothing was restored into it'}"
        for each in (run.template.empty if run.template else ())
    ]
    if Moment.OWNER_ACCEPTED not in moments:
        said.append("Acceptance by the service owner (T8)")
    said.append("Moving users to the recovered copy, and back: production was left alone")
    said.append(f"Resources of {header.service_title} other than {header.resource}, unless a step above names them")
    if header.provenance.simulated:
        said.append("AWS itself: its endpoints were simulated")
    return tuple(said)
