"""The views for reports and BI tools, a stable contract: their columns are only ever added to.

`v_run` has one row per run, `v_step` one per step, `v_check` one per check, `v_posture` one for as long as a rule of
the posture stood as it did, `v_finding` one per finding that is followed up, whose acceptance is over once
`accepted_until` is past, `v_ticket` one for each tracker in which a finding has, had or is to have a ticket: its
`standing` is there, in doubt (nobody knows whether it was made), lost, or none. Durations are numbers of seconds, named
`*_s`; what could not be measured is NULL, as is the verdict of a run that is open. Headroom is objective minus actual;
an RPA of grade E is arithmetic, and has none. `simulated` stands in every row: such a row is never evidence. Every
migration builds the views anew.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, text

VIEWS: Mapping[str, str] = {
    "v_run": """
        SELECT run.number, run.id AS run, run.exercise, exercise.quarter, exercise.title AS exercise_title,
            run.drill, run.kind, run.path, run.disruption, run.service, run.service_title, run.owner, run.tier,
            run.resource, run.resource_id, run.region, run.account, run.simulated, run.pace, run.selection,
            run.started_at, run.ended_at, run.verdict, run.cleanup,
            run.rto_operator, run.rto_us / 1000000.0 AS rto_s, run.rta_us / 1000000.0 AS rta_s,
            (run.rto_us - run.rta_us) / 1000000.0 AS rto_headroom_s,
            run.rta_from_disruption_us / 1000000.0 AS rta_from_disruption_s,
            run.rta_from_declaration_us / 1000000.0 AS rta_from_declaration_s,
            run.rpo_operator, run.rpo_us / 1000000.0 AS rpo_s, run.rpa_us / 1000000.0 AS rpa_s,
            CASE WHEN run.rpa_grade <> 'E' THEN (run.rpo_us - run.rpa_us) / 1000000.0 END AS rpo_headroom_s,
            run.rpa_grade, run.rpa_source,
            run.worst_case_us / 1000000.0 AS worst_case_s, run.worst_case_verdict,
            run.rta_net_us / 1000000.0 AS rta_net_s, run.rpa_skew_us / 1000000.0 AS rpa_skew_s,
            run.worst_case_gap_us / 1000000.0 AS worst_case_gap_s,
            run.worst_case_p95_us / 1000000.0 AS worst_case_p95_s,
            run.worst_case_backup_us / 1000000.0 AS worst_case_backup_s,
            run.tier_rto_operator, run.tier_rto_us / 1000000.0 AS tier_rto_s,
            run.tier_rpo_operator, run.tier_rpo_us / 1000000.0 AS tier_rpo_s,
            run.objective_source, run.objective_revision, run.tool_version, run.operator, run.rpa_check, run.rpa_point,
            run.rta_clock_error_us / 1000000.0 AS rta_clock_error_s,
            run.rpa_clock_error_us / 1000000.0 AS rpa_clock_error_s,
            run.hydration_operator, run.hydration_us / 1000000.0 AS hydration_s,
            run.whole_after_us / 1000000.0 AS whole_after_s
        FROM run LEFT JOIN exercise ON exercise.id = run.exercise
    """,
    "v_step": """
        SELECT step.run, run.drill, run.service, run.simulated, step.seq, step.name, step.phase, step.started_at,
            step.ended_at, step.offset_us / 1000000.0 AS offset_s, step.duration_us / 1000000.0 AS duration_s,
            step.outcome, step.attempts, step.detail, step.role, step.tried
        FROM step JOIN run ON run.id = step.run
    """,
    "v_check": """
        SELECT check_result.number, check_result.run, run.drill, run.service, run.simulated, check_result.name,
            check_result.expected, check_result.observed, check_result.outcome, check_result.mandatory,
            check_result.duration_us / 1000000.0 AS duration_s, check_result.newest, check_result.canary,
            check_result.proves_data, check_result.store, check_result.reads_whole, check_result.figures
        FROM check_result JOIN run ON run.id = check_result.run
    """,
    "v_posture": """
        SELECT posture.number, posture.simulated, posture.service, posture.service_title, posture.owner, posture.tier,
            posture.resource, posture.type, posture.resource_id, posture.region, posture.rule, posture.standing,
            posture.severity, posture.evidence, posture.told_by, posture.remedy, posture.since, posture.looked_at
        FROM posture
    """,
    "v_finding": """
        SELECT tracked_finding.number, tracked_finding.fingerprint, tracked_finding.simulated,
            tracked_finding.raised_by, tracked_finding.service, tracked_finding.service_title, tracked_finding.tier,
            tracked_finding.drill, tracked_finding.kind, tracked_finding.rule, tracked_finding.severity,
            tracked_finding.title, tracked_finding.detail, tracked_finding.owner, tracked_finding.due,
            tracked_finding.state, tracked_finding.first_seen, tracked_finding.opened_at, tracked_finding.last_seen,
            tracked_finding.last_source, tracked_finding.seen, tracked_finding.reopened, tracked_finding.accepted_by,
            tracked_finding.accepted_reason, tracked_finding.accepted_until, tracked_finding.retest,
            tracked_finding.evidence, tracked_finding.closed_at
        FROM tracked_finding
    """,
    "v_ticket": """
        SELECT tracked_finding.number AS finding, tracked_finding.fingerprint, tracked_finding.simulated,
            tracked_finding.service, tracked_finding.severity, tracked_finding.state AS finding_state, ticket.tracker,
            CASE WHEN ticket.remote <> '' THEN 'there' WHEN ticket.intended_at IS NOT NULL THEN 'in doubt'
                WHEN ticket.gone <> '' THEN 'lost' ELSE 'none' END AS standing,
            ticket.ref, ticket.url, ticket.status, ticket.closed, ticket.made_at, ticket.seen_at, ticket.gone_at,
            ticket.synced_at, ticket.error
        FROM ticket JOIN tracked_finding ON tracked_finding.number = ticket.finding
    """,
}


def drop(connection: Connection) -> None:
    """Take the views away, so that the tables under them can be changed."""
    for name in VIEWS:
        connection.execute(text(f"DROP VIEW IF EXISTS {name}"))


def create(connection: Connection) -> None:
    """Build the views upon the tables as they now are."""
    for name, query in VIEWS.items():
        connection.execute(text(f"CREATE VIEW {name} AS {query}"))
