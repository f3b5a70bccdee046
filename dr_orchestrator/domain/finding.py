"""Something to remediate, found by a run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from dr_orchestrator.domain.rule import Rule


class Severity(StrEnum):
    """How much a finding matters."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True)
class Finding:
    """A thing that is wrong, and for whom; the same cause has the same fingerprint in every run, `rule` is what
    found it.
    """

    fingerprint: str
    severity: Severity
    title: str
    detail: str
    owner: str
    rule: Rule = Rule.NOT_KEPT


def finding(
    severity: Severity, title: str, detail: str, *, owner: str, cause: tuple[str, ...], rule: Rule = Rule.NOT_KEPT
) -> Finding:
    """Make a finding whose fingerprint follows from its cause (service, drill, rule), not from its wording."""
    return Finding(fingerprint(cause), severity, title, detail, owner, rule)


def fingerprint(cause: tuple[str, ...]) -> str:
    """The fingerprint of a cause: the same in every run, for ever."""
    return hashlib.sha256("\x1f".join(cause).encode()).hexdigest()[:16]
