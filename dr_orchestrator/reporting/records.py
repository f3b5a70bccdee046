"""The records of a run, one by one, as JSON."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import timedelta
from typing import Any

from dr_orchestrator.domain.clock import LABELS, Event
from dr_orchestrator.domain.copy import CopyRecord
from dr_orchestrator.domain.finding import Finding
from dr_orchestrator.domain.parity import Difference
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.replica import Made
from dr_orchestrator.domain.run import CheckResult, Observation, Provenance, Segment, Step
from dr_orchestrator.domain.skew import Skew
from dr_orchestrator.reporting.measure.server import Beside
from dr_orchestrator.reporting.wording import iso, seconds

Json = dict[str, Any]


def provenance_json(of: Provenance) -> Json:
    """Where and by what a run was made, and how wrong the machine's clock was where another told."""
    flat = {field.name: getattr(of, field.name) for field in fields(of) if field.name != "clocks"}
    return flat | {"clocks": {"aws": _skew_json(of.clocks.aws), "ledger": _skew_json(of.clocks.ledger)}}


def _skew_json(skew: Skew | None) -> Json | None:
    return None if skew is None else {"ahead_s": seconds(skew.ahead), "error_s": seconds(skew.error)}


def event_json(event: Event, offset: float | None) -> Json:
    """A moment that was reached."""
    label = LABELS.get(event.moment)
    return {"name": event.moment.value, "label": label, "at": iso(event.at), "offset_s": offset}


def step_json(step: Step, offset: float | None, pace: float) -> Json:
    """A step, in drill seconds and in real ones."""
    return {
        "seq": step.seq,
        "name": step.name,
        "phase": step.phase.value,
        "started_at": iso(step.started_at),
        "ended_at": iso(step.ended_at),
        "offset_s": offset,
        "seconds": seconds(step.duration),
        "real_seconds": seconds(step.duration / pace) if step.duration is not None else None,
        "outcome": step.outcome.value if step.outcome else None,
        "attempts": step.attempts,
        "detail": step.detail,
        "role": step.role.value,
        "tried": step.tried,
    }


def check_json(check: CheckResult) -> Json:
    """A check and what it saw."""
    return {
        "name": check.name,
        "expected": check.expected,
        "observed": check.observed,
        "outcome": check.outcome.value,
        "mandatory": check.mandatory,
        "canary": check.canary,
        "proves_data": check.proves_data,
        "newest": iso(check.newest),
        "store": check.store or None,
        "seconds": seconds(check.duration),
        "reads_whole": check.reads_whole,
        "figures": dict(check.figures),
    }


def point_json(point: RecoveryPoint) -> Json:
    """A recovery point as it was chosen."""
    return {
        "id": point.id,
        "kind": point.kind.value,
        "data_time": iso(point.data_time),
        "data_time_source": point.data_time_source,
        "created_at": iso(point.created_at),
        "encrypted": point.encrypted,
        "size_gib": point.size_gib,
        "window_start": iso(point.window_start),
        "window_end": iso(point.window_end),
        "reference": iso(point.reference),
        "store": point.store or None,
    }


def template_json(made: Made) -> Json:
    """The template of a replica: the digests of the team's text and of what AWS was given, and what lies between."""
    return {
        "digest": made.digest,
        "derived_digest": made.derived_digest,
        "edits": [asdict(each) for each in made.edits],
        "left_out": [{"resource": each.resource, "property": each.property, "why": each.why} for each in made.left_out],
        "allowed": [asdict(each) for each in made.allowed],
        "empty": [asdict(each) for each in made.empty],
        "stacks": [
            {"stack": each.stack, "digest": each.digest, "derived_digest": each.derived_digest} for each in made.stacks
        ],
    }


def copy_json(record: CopyRecord) -> Json:
    """A copy and what became of it."""
    copy, identity = record.copy, record.identity
    return {
        "type": copy.type,
        "id": copy.id,
        "region": copy.region,
        "parent": copy.parent or None,
        "state": record.state.value,
        "arn": identity.arn if identity else None,
        "unique_id": identity.unique_id if identity else None,
        "intended_at": iso(record.intended_at),
        "created_at": iso(record.created_at),
        "gone_at": iso(record.gone_at),
    }


def observation_json(seen: Observation, offset: float | None) -> Json:
    """A state that AWS reported."""
    return {"copy": seen.copy, "state": seen.state, "at": iso(seen.at), "offset_s": offset}


def segment_json(segment: Segment, offset: float | None, on_the_clock: timedelta) -> Json:
    """A labelled span of waiting, and how much of it lies on the recovery clock."""
    return {
        "kind": segment.kind.value,
        "reason": segment.reason,
        "started_at": iso(segment.started_at),
        "offset_s": offset,
        "seconds": seconds(segment.duration),
        "on_the_clock_s": seconds(on_the_clock),
    }


def server_time_json(each: Beside) -> Json:
    """A state by AWS's own clock, beside the watcher's sighting of it."""
    return {
        "copy": each.told.copy,
        "state": each.told.state,
        "at": iso(each.told.at),
        "source": each.told.source,
        "seen_at": iso(each.seen_at),
        "difference_s": seconds(each.difference),
    }


def difference_json(found: Difference) -> Json:
    """A setting in which a copy was not as its source."""
    return asdict(found)


def finding_json(found: Finding, standing: Json) -> Json:
    """Something to remediate, and how that stands."""
    return {
        "fingerprint": found.fingerprint,
        "severity": found.severity.value,
        "title": found.title,
        "detail": found.detail,
        "owner": found.owner or None,
        "rule": found.rule.value,
        **standing,
    }
