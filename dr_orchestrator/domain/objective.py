"""The promises: RTO and RPO limits, per tier or per disruption, and how they are compared."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from dr_orchestrator.domain.defaults import ASIDE, SINCE
from dr_orchestrator.domain.wanted import Wanted

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?\s*[smhd]\s*)+", re.ASCII)
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd])", re.ASCII)


class Disruption(StrEnum):
    """The disruptions, in the classes that objectives are promised for."""

    APPLICATION = "application"
    INFRASTRUCTURE = "infrastructure"
    AVAILABILITY_ZONE = "availability-zone"
    REGION = "region"


class Operator(StrEnum):
    """How an actual is held against a limit; `<` is strict: equality fails it."""

    BELOW = "<"
    AT_MOST = "<="


class Goal(StrEnum):
    """The two promises of an objective."""

    RTO = "RTO"
    RPO = "RPO"


@dataclass(frozen=True, order=True)
class Limit:
    """An upper bound on a duration."""

    value: timedelta
    operator: Operator = Operator.BELOW

    def met_by(self, actual: timedelta) -> bool:
        """Whether an actual keeps the limit; compared in whole microseconds, unrounded."""
        return actual < self.value if self.operator is Operator.BELOW else actual <= self.value

    def kept_by(self, actual: timedelta, error: timedelta | None) -> bool | None:
        """Likewise of an actual that may be off by so much, either way; None where that is too close to tell."""
        off = error or timedelta()
        least, most = self.met_by(actual - off), self.met_by(actual + off)
        return least if least is most else None

    def __str__(self) -> str:
        return f"{self.operator} {format_duration(self.value)}"


@dataclass(frozen=True)
class Objective:
    """RTO and RPO; None means that no target was set, which is shown and never counts as met.

    `hydration` is when all blocks of a copy are to have been read, counted as the RTO is. `reason` is why it is not
    its tier's, empty where nobody says.
    """

    rto: Limit | None
    rpo: Limit | None
    source: str
    revision: str = ""
    hydration: Limit | None = field(default=None, metadata=SINCE)
    reason: str = field(default="", compare=False, metadata=ASIDE)

    def looser(self, than: Objective) -> tuple[Goal, ...]:
        """The goals in which it promises less than another: no limit where that has one, or a wider one."""
        pairs = ((Goal.RTO, self.rto, than.rto), (Goal.RPO, self.rpo, than.rpo))
        return tuple(goal for goal, own, other in pairs if other is not None and (own is None or _wider(own, other)))


def _wider(own: Limit, other: Limit) -> bool:
    strict = own.operator is Operator.AT_MOST and other.operator is Operator.BELOW
    return own.value > other.value or (own.value == other.value and strict)


class ClockStart(StrEnum):
    """Which event the judged recovery time starts at."""

    DISRUPTION = "disruption"
    DECLARATION = "declaration"


@dataclass(frozen=True)
class ClockPolicy:
    """How a tier's recovery time is judged; the allowances stand for what an automated drill does not exercise."""

    judged_from: ClockStart = ClockStart.DISRUPTION
    detection_allowance: timedelta = timedelta()
    decision_allowance: timedelta = timedelta()


@dataclass(frozen=True)
class Tier:
    """A class of services with one promise; `wanted` is how their backups are to be kept, which judges no drill."""

    number: int
    name: str
    objective: Objective
    policy: ClockPolicy = ClockPolicy()
    wanted: Wanted = field(default=Wanted(), metadata=ASIDE)


def parse_duration(text: str) -> timedelta:
    """Read `90m`, `4h`, `1d 12h`; ValueError where it is not a duration."""
    stripped = text.strip()
    if not _DURATION.fullmatch(stripped):
        raise ValueError(f"'{text}' is not a duration such as 90m, 4h or 1d 12h")
    try:
        return timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(stripped)))
    except OverflowError as error:
        raise ValueError(f"'{text}' is longer than any duration can be") from error


def parse_limit(text: str) -> Limit:
    """Read `< 4h` or `<= 30m`; ValueError where the operator or the duration is missing."""
    match = re.fullmatch(r"\s*(<=|<)\s*(\S.*)", text)
    if not match:
        raise ValueError(f"'{text}' is not a limit such as '< 4h' or '<= 30m'")
    value = parse_duration(match[2])
    if value <= timedelta():
        raise ValueError(f"'{text}' leaves no time at all")
    return Limit(value, Operator(match[1]))


def format_duration(value: timedelta) -> str:
    """Write a duration as people read it, rounded up to the second: `4 h`, `26 h 05 m`, `19 m 04 s`, `0 s`."""
    negative = value < timedelta()
    seconds = -((-abs(value)) // timedelta(seconds=1))
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    if hours:
        text = f"{hours} h" + (f" {minutes:02} m" if minutes or rest else "") + (f" {rest:02} s" if rest else "")
    elif minutes:
        text = f"{minutes} m" + (f" {rest:02} s" if rest else "")
    else:
        text = f"{rest} s"
    return f"−{text}" if negative else text
