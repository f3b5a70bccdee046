"""The stores that stand in two regions at once, and whether both hold the same, once a drill's name leads back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.proof import SameInBoth
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome

LOST, STRANGE, DIFFERENT, STALE = "lost", "strange", "different", "stale"
"""The ways in which a thing is not alike: in the lost region alone, in the other alone, in both and not the same,
written to in one while the other stayed at what was never seen there."""

MOVING, UNKNOWN = "moving", "unknown"
"""The ways in which nobody knows: written to until the end and never seen alike, not known to be."""

_WRONG = {
    LOST: "in the lost region alone",
    STRANGE: "in the other region alone",
    DIFFERENT: "not the same in both",
    STALE: "written to in one region, and unchanged in the other",
}
_DOUBTS = {MOVING: "still being written to, and never seen alike", UNKNOWN: "not known to be the same"}

MOST_TOLD = 5
"""So many things that are not alike are told one by one."""

KEPT = 100
"""How many of each kind are kept with the result."""


@dataclass
class Settled:
    """The things that were looked at again: how many, how many were alike by then, and the names of the others."""

    again: int = 0
    alike: int = 0
    named: dict[str, list[str]] = field(default_factory=dict)

    def of(self, how: str) -> Sequence[str]:
        """The names of those that are apart in that way."""
        return sorted(self.named.get(how, ()))


@dataclass(frozen=True)
class Compared:
    """The findings of one comparison: how many there are on either side, how many of them were `alike` at once, and
    what became of the others. `what` is what the reader of a report calls one of them, `how` they were told apart;
    `shown` words the name of one.
    """

    what: str
    how: str
    here: int
    there: int
    alike: int
    settled: Settled
    beside: Mapping[str, Any] = field(default_factory=dict)
    shown: Callable[[str], str] = str

    def result(self, check: SameInBoth) -> CheckResult:
        """The result: what stays apart fails it, and what could not be told, or is nothing at all, tells nothing."""
        wrong = [told for how, words in _WRONG.items() for told in self._some(how, words)]
        doubts = [told for how, words in _DOUBTS.items() for told in self._some(how, words)]
        doubts += [] if self.here or self.there else ["there is nothing in either region"]
        outcome = Outcome.FAILED if wrong else Outcome.INCONCLUSIVE if doubts else Outcome.PASSED
        alike, again = self.alike + self.settled.alike, self.settled.again
        counts = f"{counted(self.here, self.what)} in the lost region, {self.there:,} in the other, {alike:,} alike"
        looked = f"{counted(again, self.what)} looked at again" if again else ""
        observed = "; ".join(filter(None, (*wrong, *doubts, counts, looked, self.how)))
        figures = {"both_sides": {**self._figures(), "alike": alike, **self.beside}}
        return CheckResult(
            check.name, check.expected, observed, outcome, check.mandatory, proves_data=False, figures=figures
        )

    def _some(self, how: str, words: str) -> list[str]:
        names = self.settled.of(how)
        if not names:
            return []
        more = f" and {len(names) - MOST_TOLD:,} more" if len(names) > MOST_TOLD else ""
        told, verb = ", ".join(map(self.shown, names[:MOST_TOLD])), "is" if len(names) == 1 else "are"
        return [f"{counted(len(names), self.what)} {verb} {words}: {told}{more}"]

    def _figures(self) -> dict[str, Any]:
        found = {how: self.settled.of(how) for how in (*_WRONG, *_DOUBTS)}
        return {
            "what": self.what,
            "here": self.here,
            "there": self.there,
            "again": self.settled.again,
            **{f"{how}_count": len(names) for how, names in found.items()},
            **{how: [self.shown(each) for each in names[:KEPT]] for how, names in found.items()},
        }
