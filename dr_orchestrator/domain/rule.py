"""The rules of judgement by their ids: what made a reason or a finding, whatever words it is told in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """The id of the rule behind a reason or a finding; ids are kept in the ledger, and never reused or reworded."""

    STOPPED = "stopped"
    FAULT = "fault"
    FAULT_UNKNOWN = "fault-inconclusive"
    CHECK_FAILED = "check-failed"
    CHECK_UNKNOWN = "check-inconclusive"
    CHECK_NOT_REACHED = "check-not-reached"
    OPTIONAL_CHECK = "optional-check"
    NO_DATA_CHECK = "no-data-check"
    NO_TARGET = "no-target"
    RTO_MISSED = "rto-missed"
    RTO_MET = "rto-met"
    RTO_THIN = "rto-thin"
    RTA_UNMEASURED = "rta-unmeasured"
    RTA_INCREDIBLE = "rta-incredible"
    RPO_MISSED = "rpo-missed"
    RPO_MET = "rpo-met"
    RPO_THIN = "rpo-thin"
    RPA_UNMEASURED = "rpa-unmeasured"
    RPA_ARITHMETIC = "rpa-arithmetic"
    RPA_UNWITNESSED = "rpa-unwitnessed"
    RPA_NEGATIVE = "rpa-negative"
    RPA_GRADE = "rpa-grade"
    CANARY_AHEAD = "canary-ahead"
    HYDRATION_MET = "hydration-met"
    HYDRATION_MISSED = "hydration-missed"
    HYDRATION_UNMEASURED = "hydration-unmeasured"
    CONTROL_PLANE = "control-plane-lost"
    LOST_REGION = "lost-region-asked"
    FAILOVER_SLOW = "failover-slow"
    FAILBACK_SLOW = "failback-slow"
    NO_POINT = "no-recovery-point"
    POINT_OF_ITSELF = "point-of-itself"
    POINTS_DISAGREE = "points-disagree"
    NEWER_THAN_POINT = "newer-than-point"
    PACE = "pace"
    DOUBT = "doubt"
    CLOCK = "clock"
    TOO_CLOSE = "too-close"
    STEP_PASSED_OVER = "step-passed-over"
    FAILED_AT_FIRST = "failed-at-first"
    WORST_CASE = "worst-case"
    LEFTOVER = "leftover"
    EMPTY = "empty"
    PARITY = "parity"
    PARITY_UNKNOWN = "parity-unknown"
    NOT_PROBED = "not-probed"
    TLS_UNVERIFIED = "tls-unverified"
    FALLBACK_WITHOUT_TARGET = "fallback-without-target"
    POSTURE_NEWEST = "posture-newest-point"
    POSTURE_DAILY = "posture-daily-points"
    POSTURE_RETENTION = "posture-retention"
    POSTURE_ENCRYPTION = "posture-encryption"
    POSTURE_ELSEWHERE = "posture-other-region"
    POSTURE_LOCK = "posture-immutable"
    POSTURE_CONTINUOUS = "posture-point-in-time"
    POSTURE_DELETION = "posture-deletion"
    POSTURE_PROVEN = "posture-proven-restore"
    UNCLAIMED = "posture-unclaimed"
    UNDRILLED = "posture-undrilled"
    OVERDUE = "drill-overdue"
    NOT_KEPT = "not-kept"
    """Of a record from before rules were kept, where nothing tells which one it was."""


@dataclass(frozen=True)
class Reason:
    """One reason of a verdict: the rule that gave it, what it is about (a check, a step), and the words for people."""

    rule: Rule
    text: str
    subject: str = ""
