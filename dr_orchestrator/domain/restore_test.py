"""Restores that a restore testing plan of AWS Backup made, as AWS tells of them: imported, no proof of a drill's."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Outcome, Verdict

GIVING = "backup:PutRestoreValidationResult"
"""The call that gives a verdict back."""

COMPLETED, VALIDATING, SUCCESSFUL, FAILED = "COMPLETED", "VALIDATING", "SUCCESSFUL", "FAILED"
_UNDER_WAY = ("PENDING", "RUNNING", "")

LARGEST = 1000
"""Letters of the message that a verdict is given back with."""


@dataclass(frozen=True)
class RestoreTest:
    """One restore of a restore testing plan, in AWS Backup's words.

    `plan`, `source` and `point` are ARNs, `type` is AWS Backup's word, `point_at` the instant that the point is of.
    `validation` is empty where nobody was asked for one, `deletion` where nothing was deleted yet; `told` are AWS's
    messages on the three. `service` and `resource` are the workspace's for the source, empty where none declares it.
    """

    job: str
    account: str
    region: str
    plan: str
    source: str
    type: str
    point: str
    began: datetime
    status: str
    point_at: datetime | None = None
    ended: datetime | None = None
    validation: str = ""
    deletion: str = ""
    told: tuple[str, ...] = ()
    service: str = ""
    resource: str = ""
    simulated: bool = False

    @property
    def plan_name(self) -> str:
        """The plan's name, which has no hyphen: AWS sets an id behind it."""
        return self.plan.rpartition(":")[2].partition("-")[0]

    @property
    def took(self) -> timedelta | None:
        """How long the job took, from its creation; None while it is under way."""
        return self.ended - self.began if self.ended else None

    @property
    def age(self) -> timedelta | None:
        """How old the point was when its restore began."""
        return self.began - self.point_at if self.point_at else None

    @property
    def is_over(self) -> bool:
        """Whether the restore has ended, however it did."""
        return self.status not in _UNDER_WAY

    @property
    def takes_a_verdict(self) -> bool:
        """Whether AWS Backup would take one: only of what was restored, and only once."""
        return self.status == COMPLETED and self.validation in ("", VALIDATING) and not self.deletion

    def words(self) -> str:
        """AWS Backup's word on it, in a sentence that nobody takes for a proof of ours."""
        took = f" in {format_duration(self.took)}" if self.took and self.status == COMPLETED else ""
        named = {"": "nobody validated it", VALIDATING: "nobody validated it yet"}
        checked = named.get(self.validation, f"validation {self.validation}") if self.status == COMPLETED else ""
        told = ", ".join(filter(None, (f"{self.status}{took}", checked)))
        whose = f"AWS Backup's plan {self.plan_name} restored it on {self.began:%Y-%m-%d}"
        where = "imported from a simulated AWS" if self.simulated else "imported"
        return f"{where}, no proof of ours: {whose}: {told}"


@dataclass(frozen=True)
class Back:
    """A verdict of ours that is given back to the job of a test: AWS Backup's word for it, and what is said with it."""

    test: RestoreTest
    run: str
    status: str
    message: str


def backs(test: RestoreTest, runs: Iterable[Run]) -> Back | None:
    """The verdict to give back: that of the newest run that restored the very point by itself; None without one.

    A run that was simulated says nothing to AWS, a test of a lab hears nothing of a real one. What was missed by the
    run and not by its data (a time limit, somebody else's stack) is no word on the point. `runs` are those that chose
    the point, newest first.
    """
    for run in runs if test.takes_a_verdict else ():
        header, closing = run.header, run.closing
        if closing is None or header.kind is not Kind.SNAPSHOT_RESTORE or header.provenance.simulated != test.simulated:
            continue
        wrong = [each for each in run.checks if each.mandatory and each.outcome is Outcome.FAILED]
        failed = [each.name for each in wrong if each.proves_data]
        if (status := _status(closing.verdict, failed)) is None or not any(each.identity for each in run.copies):
            continue
        said = f"dro run {header.id} of drill {header.drill} restored the same recovery point into a copy of its own"
        told = f": failed {', '.join(failed)}" if failed else ""
        return Back(test, header.id, status, f"{said}: {closing.verdict}{told}"[:LARGEST])
    return None


def _status(verdict: Verdict, failed: Collection[str]) -> str | None:
    """AWS Backup's word for a verdict; it has none for one that says nothing of the data."""
    if verdict.green:
        return SUCCESSFUL
    return FAILED if verdict is Verdict.FAILED and failed else None
