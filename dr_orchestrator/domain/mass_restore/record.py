"""A large-incident drill as the ledger holds it: its plan, its waves, its containers, who handed what over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dr_orchestrator.domain.mass_restore.plan import MassPlan
from dr_orchestrator.domain.mass_restore.remembered import Size
from dr_orchestrator.domain.verdict import Verdict

NOTHING = Size(0, 0, 0)


@dataclass(frozen=True)
class MassRecord:
    """A drill: `struck_at` is the event it counts from, `auto` whether waves are released by themselves.

    `accepted` is why it may be no larger than what was proven; `back` what had come back at its end.
    """

    id: str
    plan: MassPlan
    struck_at: datetime
    started_at: datetime
    simulated: bool
    auto: bool
    operator: str
    at_once: int
    accepted: str = ""
    ended_at: datetime | None = None
    verdict: Verdict | None = None
    told: str = ""
    back: Size = NOTHING


@dataclass(frozen=True)
class WaveRecord:
    """A wave: whose it is, and when it was released, begun and settled; the first is released by the start."""

    number: int
    tier: int
    team: str
    handover: str = ""
    released_at: datetime | None = None
    released_by: str = ""
    began_at: datetime | None = None
    settled_at: datetime | None = None


@dataclass(frozen=True)
class ContainerRecord:
    """A container of a drill: the run that restores it, written before that is opened."""

    mass_restore: str
    drill: str
    product: str
    wave: int
    run: str = ""
    began_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Handover:
    """A wave that went from one owner to another: when, by whose word, and what was said with it."""

    wave: int
    at: datetime
    giver: str
    taker: str
    by: str
    note: str = ""
