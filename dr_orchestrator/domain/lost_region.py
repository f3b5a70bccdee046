"""The calls of a recovery to the region that counts as lost: once that is gone, it has to do without."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome

CHECK = "the recovery asks nothing of the lost region"
"""The check in which that is kept; the drill may pass without it, and then with a finding."""

_FIGURE = "lost_region"

Asked = Callable[[], CheckResult]
"""Tells, once the copy was verified, what was asked until then."""


def result(lost: str, calls: Sequence[str], comes_from_there: str = "", *, unseen: bool = False) -> CheckResult:
    """The result of the check: it holds where no call was sent there since the disruption, and nothing else `comes from
    there`, in words. Calls are told by name, each once. What a process asked that died is `unseen`: nothing that this
    one did not ask tells that the recovery asked nothing.
    """
    told = f"{lost} was asked while it counted as lost: {', '.join(calls)}" if calls else f"{lost} was asked nothing"
    if unseen:
        told += f"{'' if calls else ' by the process that went on'}; what the one before it asked was kept by nobody"
    outcome = Outcome.FAILED if calls or comes_from_there else Outcome.INCONCLUSIVE if unseen else Outcome.PASSED
    return CheckResult(
        CHECK,
        "no call is sent to the region that counts as lost, and no data come out of it",
        f"{told}; {comes_from_there}" if comes_from_there else told,
        outcome,
        mandatory=False,
        proves_data=False,
        figures={_FIGURE: {"region": lost, "asked": list(calls)}},
    )


def told_of(checks: Iterable[CheckResult]) -> list[CheckResult]:
    """The results among checks by which the lost region was needed, or by which nobody knows whether it was."""
    return [each for each in checks if _FIGURE in each.figures and each.outcome is not Outcome.PASSED]
