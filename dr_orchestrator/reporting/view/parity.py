"""The settings of a copy beside its source's, as a template sees them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.parity import Difference, Standing
from dr_orchestrator.domain.run import Role, Run
from dr_orchestrator.reporting.wording import SEVERITIES, Badge

NOBODY = "Nobody compared them with those of the source"
_ORDER = (Standing.DIFFERS, Standing.NOT_COMPARED, Standing.ACCEPTED, Standing.BY_DRILL)
_GRAVEST_FIRST = list(Severity)


@dataclass(frozen=True)
class DifferenceRow:
    """A setting in which a copy was not, or is not known to have been, as its source."""

    setting: str
    store: str
    source: str
    copy: str
    badge: Badge
    why: str


@dataclass(frozen=True)
class ParityView:
    """The comparison in a sentence, and each setting that is not the same, those to remediate first."""

    sentence: str
    rows: tuple[DifferenceRow, ...]


def parity_view(run: Run) -> ParityView:
    """The settings of the copies of a run."""
    compared = [step.detail for step in run.steps if step.role is Role.COMPARE and step.detail]
    return ParityView(compared[-1] if compared else NOBODY, tuple(_rows(run)))


def _rows(run: Run) -> Iterator[DifferenceRow]:
    for each in sorted(
        run.differences, key=lambda one: (_ORDER.index(one.standing), _GRAVEST_FIRST.index(one.severity))
    ):
        yield DifferenceRow(each.setting, each.store, each.source, each.copy, _badge(each), each.why)


def _badge(found: Difference) -> Badge:
    if found.standing is Standing.DIFFERS:
        return Badge(f"{found.standing.value}, {found.severity.value}", SEVERITIES[found.severity])
    return Badge(found.standing.value, "unsure" if found.standing is Standing.NOT_COMPARED else "none")
