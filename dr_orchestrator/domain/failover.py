"""A failover as a client saw it: when nothing was acknowledged, what became of what was, and who served it then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import timedelta
from typing import Any

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome

FAILOVER, FAILBACK = "failover", "failback"
NAMES = {way: f"acknowledged writes outlive the {way}" for way in (FAILOVER, FAILBACK)}
"""The checks in which the count of each way is kept."""

STEPS = {FAILOVER: "fail over", FAILBACK: "fail back"}
"""The steps that ask for each way: a script that calls them otherwise gets no leave to fail production over."""

STRETCHES = 1000
"""So many stretches of numbers that were not acknowledged are kept of a client, and no more."""

REFERENCE = timedelta(seconds=60), timedelta(seconds=120)
"""The outage that AWS tells of for the failover of an instance to its standby: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html"""


@dataclass(frozen=True)
class Zones:
    """The zones of a copy: the one that serves, and that of its standby, empty where it has none.

    Of a copy that spans regions they are these. `server` names who serves, where AWS tells more of that than its zone:
    a cluster's writer.
    """

    serving: str
    standby: str = ""
    server: str = field(default="", compare=False)

    def serves_like(self, other: Zones) -> bool:
        """Whether the same one serves: by its zone, and by its name where both tell it."""
        named = self.server == other.server or not (self.server and other.server)
        return self.serving == other.serving and named

    def __str__(self) -> str:
        return f"{self.serving or 'no zone'} serves, {self.standby or 'no zone'} stands by"


@dataclass(frozen=True)
class Counted:
    """The writes of a client, by number: `lost` were acknowledged and are not there, `doubled` are there twice.

    `in_doubt` were sent and never answered: whether one is there is no promise; `refused` were answered by the server,
    which told that it only reads. `lost_for` is how long before the end
    of the outage the first of the lost ones was acknowledged: zero where none is lost, None where it was after that.

    By `client` its numbers are told from those of other clients, which began at zero too. `unacknowledged` are the
    first and last numbers of each stretch of which none was; None where there are too many to be kept.
    """

    sent: int = 0
    acknowledged: int = 0
    present: int = 0
    lost: int = 0
    doubled: int = 0
    in_doubt: int = 0
    in_doubt_present: int = 0
    refused: int = 0
    lost_for: timedelta | None = timedelta()
    client: int = 0
    unacknowledged: tuple[tuple[int, int], ...] | None = None

    def taken(self) -> Iterator[int]:
        """Each number that was acknowledged; ValueError where it was not kept which were."""
        if self.unacknowledged is None:
            raise ValueError("it was not kept which numbers were acknowledged")
        begins = 0
        for first, last in (*self.unacknowledged, (self.sent, self.sent)):
            yield from range(begins, first)
            begins = last + 1


@dataclass(frozen=True)
class Outage:
    """An outage by a client's clock, from the start of its run: from the first write that failed, or was not answered,
    to the first that was acknowledged and after which all were.

    `interruptions` is how often it began anew in between, `dns` how long after its beginning the name led elsewhere;
    None where it never did, or where there is no name. `resolution` is the longest pause between two writes before it,
    or from the beginning of the last try in vain to its end, if that is longer.
    """

    began: timedelta
    ended: timedelta
    interruptions: int = 1
    dns: timedelta | None = None
    resolution: timedelta = timedelta()

    @property
    def lasted(self) -> timedelta:
        """How long it lasted."""
        return self.ended - self.began


@dataclass(frozen=True)
class Switched:
    """One way of a failover drill: there (`failover`), or back; `outage` is None where the client saw none.

    `gone` are writes of the way before that were acknowledged and there once that was over, and are there no more;
    `usual` is the outage that AWS tells of for such a failover; `production` whether it was production's own; where it
    `spans` regions, these are what its zones are.
    """

    way: str
    asked: timedelta
    before: Zones
    after: Zones
    steady: timedelta
    counted: Counted
    outage: Outage | None
    gone: int = 0
    usual: tuple[timedelta, timedelta] = REFERENCE
    production: bool = False
    spans: bool = False

    @property
    def moved(self) -> bool:
        """Whether another zone, or region, serves now."""
        return bool(self.after.serving) and self.after.serving != self.before.serving

    @property
    def measured(self) -> bool:
        """Whether the client saw an outage, and it began once the failover was asked for: else it is another's."""
        return self.outage is not None and self.outage.began >= self.asked

    @property
    def outcome(self) -> Outcome:
        """Whether its promise was kept: never, where nothing was measured."""
        if self.counted.lost or self.counted.doubled or self.gone or not self.moved:
            return Outcome.FAILED
        return Outcome.PASSED if self.measured and self.counted.acknowledged > 0 else Outcome.INCONCLUSIVE

    @property
    def result(self) -> CheckResult:
        """The result of its check, with all its figures."""
        wanted = f"another {'region' if self.spans else 'zone'} serves, and each acknowledged write is there once"
        return CheckResult(NAMES[self.way], wanted, str(self), self.outcome, figures=figures(self))

    def __str__(self) -> str:
        count = self.counted
        there = f"{self.before.serving} → {self.after.serving}" if self.moved else f"{self.after.serving} still serves"
        there = f"PRODUCTION: {there}" if self.production else there
        told = [
            there,
            f"{counted(count.lost, 'write')} lost of {count.acknowledged} acknowledged",
        ]
        if self.gone:
            told.append(f"{counted(self.gone, 'write')} of the way before gone since")
        if count.doubled:
            told.append(f"{count.doubled} there twice")
        if count.in_doubt:
            told.append(f"{count.in_doubt} in doubt ({count.in_doubt_present} of them there)")
        if self.outage is None:
            told.append("the client saw no outage")
        else:
            told.append(f"out for {format_duration(self.outage.lasted)}")
            if not self.measured:
                told.append("that began before the failover was asked for: it is not measured")
        return "; ".join(told)


def figures(switched: Switched) -> dict[str, Any]:
    """The figures of one, as JSON holds them: durations in seconds."""
    plain = {each.name: getattr(switched, each.name) for each in fields(switched)}
    return {key: _plain(value) for key, value in plain.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Zones):
        return {key: named for key, named in asdict(value).items() if named or key != "server"}
    if isinstance(value, Counted | Outage):
        return {key: _plain(each) for key, each in asdict(value).items()}
    return value


def read(check: CheckResult) -> Switched | None:
    """The failover that the figures of a check tell of; None of any other check."""
    told = check.figures
    if check.name not in NAMES.values() or told.get("way") not in NAMES:
        return None
    outage = told["outage"]
    return Switched(
        str(told["way"]),
        _span(told["asked"]),
        Zones(**told["before"]),
        Zones(**told["after"]),
        _span(told["steady"]),
        _counted(told["counted"]),
        _outage(outage) if outage else None,
        int(told.get("gone", 0)),
        _usual(told.get("usual")),
        bool(told.get("production", False)),
        bool(told.get("spans", False)),
    )


def _usual(told: Sequence[float] | None) -> tuple[timedelta, timedelta]:
    """Of a count that was kept before AWS's figure was kept with it: that of an instance."""
    return (_span(told[0]), _span(told[1])) if told else REFERENCE


def _counted(told: Mapping[str, Any]) -> Counted:
    stretches = told.get("unacknowledged")
    kept = None if stretches is None else tuple((int(first), int(last)) for first, last in stretches)
    lost_for = None if told["lost_for"] is None else _span(told["lost_for"])
    return Counted(**{**told, "lost_for": lost_for, "unacknowledged": kept})


def stretches(numbers: Iterable[int]) -> tuple[tuple[int, int], ...] | None:
    """The first and last numbers of each stretch of rising numbers; None where there are more than can be kept."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = found[-1][0], number
        else:
            found.append((number, number))
    return tuple(found) if len(found) <= STRETCHES else None


def _outage(told: Mapping[str, Any]) -> Outage:
    dns = told["dns"]
    return Outage(
        _span(told["began"]),
        _span(told["ended"]),
        int(told["interruptions"]),
        None if dns is None else _span(dns),
        _span(told["resolution"]),
    )


def _span(seconds: float) -> timedelta:
    return timedelta(seconds=float(seconds))


def switches(checks: Iterable[CheckResult]) -> dict[str, Switched]:
    """All that checks tell of failovers, by way."""
    found = (read(check) for check in checks)
    return {each.way: each for each in found if each is not None}
