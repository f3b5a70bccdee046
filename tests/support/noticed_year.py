"""A year of notices: forty services, a ledger, a clock, and whoever tells people, who dies and is restarted.

Whatever a process knows is gone with it: the ledger, and what arrived, are all that is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from dr_orchestrator.domain.calendar import Calendar, Freeze
from dr_orchestrator.domain.deadlines import Deadlines, usual
from dr_orchestrator.domain.drill import Catalogue, Drill
from dr_orchestrator.domain.findings.acts import Accept
from dr_orchestrator.domain.findings.tracked import end_of
from dr_orchestrator.domain.notices.event import Event
from dr_orchestrator.domain.notices.notice import State
from dr_orchestrator.domain.notices.policy import Channel, NoticePolicy
from dr_orchestrator.domain.notices.quiet import QuietHours
from dr_orchestrator.domain.notices.text import Message
from dr_orchestrator.domain.service import Exclusion
from dr_orchestrator.domain.silences.policy import SilencePolicy
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.ledger.notices import SqlLetters, SqlNotices
from dr_orchestrator.wiring import App, notifying
from dr_orchestrator.wiring.calendar import Agenda
from dr_orchestrator.wiring.notices import delivering
from dr_orchestrator.wiring.notifying import sync
from tests.support import workspace
from tests.support.calendar import Year, company, sometimes
from tests.support.dying import Killed
from tests.support.fakes import FakeClock
from tests.support.ledger_samples import write
from tests.support.tracked import found, run

BERLIN = Calendar(
    zone="Europe/Berlin",
    opens=time(9),
    closes=timedelta(hours=12),
    a_day=2,
    spread=timedelta(hours=1),
    freezes=(Freeze(date(2026, 3, 1), date(2026, 3, 20), "audit"), Freeze(date(2026, 12, 10), date(2027, 1, 5), "end")),
)
QUIET = QuietHours(timedelta(hours=20), timedelta(hours=7), "Europe/Berlin")
BEFORE = (timedelta(days=7), timedelta(days=1))
POLICY = NoticePolicy(
    {
        "team": Channel("team", frozenset({Event.REMINDER}), url_env="TEAM"),
        "managers": Channel("managers", frozenset({Event.OVERDUE}), url_env="MANAGERS"),
    },
    quiet=QUIET,
    remind_before=BEFORE,
)
LOOKS = (time(5, 30), time(12))
"""When it is looked each day, in UTC: the first is within the quiet hours in winter, and after them in summer."""

ASLEEP = {date(2026, 4, 14) + timedelta(days=ahead) for ahead in range(12)}
SILENT = timedelta(minutes=6)
"""Longer than a message is the process's that began it."""

EXCLUDED = {date(2026, month, 28): f"service-{month:04}" for month in (1, 3, 5, 7, 9, 11)}
DEADLINES = Deadlines({tier: usual(tier) for tier in range(4)})
ACCEPTED = (date(2026, 3, 29), date(2026, 4, 7), date(2026, 10, 25))


@dataclass(frozen=True)
class Arrived:
    """A message that arrived, and when."""

    at: datetime
    channel: str
    title: str
    lines: tuple[str, ...]


@dataclass
class Recorder:
    """In the place of the process that sends: it takes each message, whoever dies after that."""

    clock: FakeClock
    took: list[Arrived] = field(default_factory=list)
    known: set[tuple[str, str]] = field(default_factory=set)

    def send(self, url: str, said: Message, *, urgent: bool) -> None:
        """Take it."""
        told = tuple(each.removeprefix("EXERCISE: ") for each in said.body.splitlines())
        lines = tuple(each for each in told if not each.startswith("As of "))  # when it was told is not what is told
        self.known.add((said.title, said.body))
        self.took.append(Arrived(self.clock.now(), url, said.title, lines))

    def close(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True)
class Boundary:
    """Where processes die: before or after each of these writes; `named` says by what one is known from another."""

    what: str
    after: bool

    def __str__(self) -> str:
        return f"{'after' if self.after else 'before'} {self.what}"


BOUNDARIES = [Boundary(what, after) for what in ("raise_", "begin", "send", "end") for after in (False, True)]


@dataclass(frozen=True)
class Lived:
    """The year of the drills, whatever becomes of notices: what is planned and due at each look, and what began."""

    looks: tuple[tuple[datetime, Agenda], ...]
    began: tuple[datetime, ...]
    catalogue: Catalogue


@cache
def lived(first: date, until: date) -> Lived:
    """The year from a day until another."""
    year = Year(BERLIN, [_excluding(each) for each in company(40)], sometimes(0.2, 3), ASLEEP)
    looks = []
    for day in (first + timedelta(days=ahead) for ahead in range((until - first).days)):
        for at in (datetime.combine(day, each, UTC) for each in LOOKS if day not in ASLEEP):
            year.tick(at)
            looks.append((at, Agenda(at, BERLIN, (), year.planned(at), year.appointments(at))))
    services = {each.service.name: each.service for each in year.drills}
    drills = {each.name: each for each in year.drills}
    known = Catalogue(services, drills, calendar=BERLIN, deadlines=DEADLINES)
    return Lived(tuple(looks), tuple(at for at, _, _ in year.began), known)


@dataclass
class Noticed:
    """Whoever tells people in such a year; processes die at `boundary`, once at each occurrence of it.

    `new` are the looks that raise something: only there does a death at the raising matter.
    """

    home: Path
    of: Lived
    boundary: Boundary | None = None
    new: frozenset[datetime] = frozenset()
    deaths: int = 0
    raised: set[datetime] = field(default_factory=set)
    _died: set[object] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.clock = FakeClock(self.of.looks[0][0] - timedelta(hours=1))
        self.recorder = Recorder(self.clock)
        made = workspace.write(self.home)
        self.settings = replace(made, database_url=f"sqlite:///{self.home / 'ledger.db'}")
        self._here, self._agenda = self._process(), self.of.looks[0][1]

    def live(self) -> list[Arrived]:
        """All that arrived."""
        with self._patched():
            self._accept()
            for at, agenda in self.of.looks:
                self._agenda = agenda
                self._look(at)
        self._here.ledger.close()
        return self.recorder.took

    def _process(self) -> App:
        """A process that was just started: of before it knows what is declared, and how to reach the ledger."""
        here = App(self.settings, self.clock, machine=self.clock)
        here.__dict__.update(catalogue=self.of.catalogue, notices=POLICY, silencing=SilencePolicy())
        return here

    def _accept(self) -> None:
        """Three findings that were raised before the year; each is accepted until a day of it."""
        ledger = self._here.ledger
        ledger.notices.raise_([], POLICY, self.clock.now())
        began = self.clock.now() - timedelta(days=20)
        for number in range(len(ACCEPTED)):
            name = f"drill-{number:04}"
            failed = run(f"r-{number}", began, Verdict.FAILED, drill=name, findings=[found(name)])
            write(ledger, failed)
        for of, until in zip(ledger.queries.findings(), ACCEPTED, strict=True):
            accept = Accept("Grace Hopper", "for a while", end_of(until))
            ledger.findings.act([of.key], accept, "grace", self.clock.now())

    def _look(self, at: datetime) -> None:
        """Whoever looks at that time; killed, it is started anew as often as it takes."""
        self.clock.sleep((at - self.clock.now()).total_seconds())
        while True:
            try:
                self.raised.update([at] if sync(self._here).raised else [])
            except Killed:
                self.deaths += 1
                self._here.ledger.close()
                self._here = self._process()
                self.clock.sleep(SILENT.total_seconds())
            else:
                if not self._decide():
                    return

    def _decide(self) -> bool:
        """A person looks, of each message that nobody knows of, whether it arrived: if not, it is sent anew."""
        notices = self._here.ledger.notices
        stuck = notices.listed(states=(State.UNKNOWN,))
        for each in stuck:
            there = (each.delivery.title, each.delivery.body) in self.recorder.known
            (notices.settle if there else notices.again)(each.delivery.id, "ada")
        return bool(stuck)

    @contextmanager
    def _patched(self) -> Iterator[None]:
        """Within: the agenda is that of the year, what is sent is recorded, and processes die."""
        with ExitStack() as patches:
            patches.enter_context(mock.patch.object(notifying, "agenda_of", lambda _here: self._agenda))
            patches.enter_context(mock.patch.object(delivering, "ApprisePost", lambda: self.recorder))
            patches.enter_context(mock.patch.object(delivering, "url_of", lambda _here, name: name))
            if (of := self.boundary) is not None:
                owner = {"raise_": SqlNotices, "send": Recorder}.get(of.what, SqlLetters)
                patches.enter_context(mock.patch.object(owner, of.what, self._deadly(getattr(owner, of.what), of)))
            yield

    def _deadly(self, write: Callable[..., Any], of: Boundary) -> Callable[..., Any]:
        def strike(owner: object, *given: Any, **named: Any) -> Any:
            dies = self._dies(of, given)
            if dies and not of.after:
                raise Killed
            told = write(owner, *given, **named)
            if dies:
                raise Killed
            return told

        return strike

    def _dies(self, of: Boundary, given: tuple[Any, ...]) -> bool:
        """Whether it is the first time that this very write is tried."""
        known = {"raise_": self._hour, "send": lambda: given[1]}.get(of.what, lambda: given[0].id)()
        if known in self._died or (of.what == "raise_" and known not in self.new):
            return False
        self._died.add(known)
        return True

    def _hour(self) -> datetime:
        """The look that it is: a restart is some minutes later."""
        return self.clock.now().replace(minute=30 if self.clock.now().hour == LOOKS[0].hour else 0)


def _excluding(of: Drill) -> Drill:
    """A drill whose resource is excluded until a day of the year, where it is one of those."""
    day = next((day for day, name in EXCLUDED.items() if name == of.service.name), None)
    excluded = {of.resource.name: Exclusion("Dana", "is replaced", day)} if day else {}
    return replace(of, service=replace(of.service, exclusions=excluded))
