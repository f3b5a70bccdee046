"""Where the name of a drill led, there and back, as the name servers of its zone tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.evidence import Asked
from dr_orchestrator.domain.leading import NAMES, Way
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.ports import Part
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.resource_type import Quota
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome


@dataclass(frozen=True)
class Told:
    """The answers of a zone's name servers: so many were asked, so many lead where the name should, so many are
    `silent`: they gave no answer that tells anything. `everywhere` is whether the keeper of what switches them says so,
    too: Route 53, that the change has come to all of them; a cluster of routing controls, that these are so. It is
    `unheard` where nobody could ask it.
    """

    asked: int
    led: int
    words: str
    silent: int = 0
    everywhere: bool = False
    unheard: bool = False

    @property
    def all(self) -> bool:
        """Whether each of them does, wherever it is asked; never where there is none."""
        return 0 < self.asked == self.led and self.everywhere

    @property
    def elsewhere(self) -> bool:
        """Whether somebody answered something else, so that the name was seen not to lead there."""
        return self.led + self.silent < self.asked or (self.asked == self.led and not self.unheard)


@dataclass(frozen=True)
class Turned:
    """Where a name was asked to lead; `by` says which endpoint took that, where routing controls switch it."""

    to: str
    by: str = ""

    def __str__(self) -> str:
        return f"to {self.to}; {self.by}" if self.by else f"to {self.to}"


class DrillName(Protocol):
    """The name of a run, in the zone that is the drills' own."""

    @property
    def copy(self) -> Copy:
        """The name, as a copy of the run."""

    @property
    def ttl(self) -> timedelta:
        """How long whoever asked keeps the answer."""

    @property
    def stands_on(self) -> Sequence[Part]:
        """The copies that it needs before it can be made, in the order of their making; it goes before them."""

    def preflight_checks(self) -> Sequence[PreflightCheck]:
        """The looks at the region, at the zone, and at what stands under the name."""

    def quotas(self) -> Sequence[tuple[str, Quota]]:
        """The quotas of AWS against which the copies of a type count that it stands on, by that type."""

    def planes(self) -> CheckResult:
        """Whether the recovery needs a control plane that is in the lost region."""

    def make(self) -> Asked:
        """Make the name, leading to what stands in for the lost side. Idempotent."""

    def lead(self, way: Way, copy: Copy) -> Turned:
        """Have it lead that way, to the run's environment or back. Idempotent."""

    def told(self, way: Way) -> Told:
        """Ask each name server of the zone, as anybody would, where the name leads."""

    def destroy(self, copy: Copy) -> CopyState:
        """As for a Restorer."""


@dataclass(frozen=True)
class Led:
    """One way of a name. `asked` is when it was asked for, from the start of its run; `first` and `every` are how long
    after that a name server, and the last of them, led there: the last when Route 53 says so, too. `ttl` is how long
    whoever had asked before may have been led elsewhere still; so many `servers` there are. `at_most` tells that nobody
    looked for a while, the run being interrupted: the spans are upper bounds then. `by` says which endpoint switched
    the routing controls; empty where records did it.
    """

    way: Way
    asked: timedelta
    first: timedelta
    every: timedelta
    ttl: timedelta
    servers: int
    to: str
    at_most: bool = False
    by: str = ""

    @property
    def result(self) -> CheckResult:
        """The result of its check, with all its figures."""
        says = "the cluster says that its routing controls are so" if self.by else "Route 53 says INSYNC"
        wanted = f"each name server of the zone leads there, and {says}"
        told = {"way": self.way.value, "servers": self.servers, "to": self.to, "at_most": self.at_most}
        told |= {"by": self.by} if self.by else {}
        spans = {name: getattr(self, name).total_seconds() for name in ("asked", "first", "every", "ttl")}
        return CheckResult(
            NAMES[self.way],
            wanted,
            str(self),
            Outcome.PASSED,
            proves_data=False,
            figures={"leading": {**told, **spans}},
        )

    def __str__(self) -> str:
        every, first, kept = map(format_duration, (self.every, self.first, self.ttl))
        if self.at_most:
            every, first = f"at most {every}", f"at most {first}"
        told = f"{counted(self.servers, 'name server')} led to {self.to} {every} after it was asked for"
        switched = f"; {self.by}" if self.by else ""
        return f"{told}, the first {first}; answers of before are kept {kept}{switched}"


def ways(checks: Iterable[CheckResult]) -> dict[Way, Led]:
    """All that checks tell of a name's ways."""
    found = (check.figures.get("leading") for check in checks)
    return {led.way: led for led in (_read(each) for each in found if isinstance(each, Mapping))}


def _read(told: Mapping[str, Any]) -> Led:
    asked, first, every, ttl = (timedelta(seconds=float(told[name])) for name in ("asked", "first", "every", "ttl"))
    return Led(
        *(Way(told["way"]), asked, first, every, ttl, int(told["servers"]), str(told["to"])),
        at_most=bool(told.get("at_most")),
        by=str(told.get("by", "")),
    )
