"""A ledger with findings beside a tracker of each kind: what people see there, and a sync as a process performs it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pytest

from dr_orchestrator.domain.finding import Finding
from dr_orchestrator.domain.tickets.policy import TrackerKind
from dr_orchestrator.domain.tickets.ticket import LABEL, Ticket
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.settings import Pace, Settings
from dr_orchestrator.tracker.folder import LINE
from dr_orchestrator.tracker.sync import Done
from dr_orchestrator.wiring import App, ticketing
from tests.support import workspace
from tests.support.fakes import FakeClock
from tests.support.ledger_samples import START, write
from tests.support.tracked import DEADLINES, found, run
from tests.support.trackers.forges import FakeGitHub, FakeGitLab
from tests.support.trackers.jira import USER, FakeJira
from tests.support.trackers.serving import TOKEN, Answering, serving

VARIABLE = "THE_TOKEN"
KINDS = list(TrackerKind)
REMOTE = [each for each in KINDS if each is not TrackerKind.MARKDOWN]
_OPEN = {"To Do", "open", "opened"}
_JIRA = (
    "project: DR, transitions: {open: To Do, in-progress: In Progress, remediated: Done, not-reproducible: Won't Do}"
)
_PERSON = {
    TrackerKind.JIRA_CLOUD: ("ada@example.com", "acc-ada", "eve@example.com", "acc-eve"),
    TrackerKind.JIRA_DATA_CENTER: ("ada@example.com", "acc-ada", "eve@example.com", "acc-eve"),
    TrackerKind.GITHUB: ("ada", "ada", "eve", "eve"),
    TrackerKind.GITLAB: ("ada", "1", "eve@example.com", "2"),
    TrackerKind.MARKDOWN: ("ada@example.com", "ada@example.com", "eve@example.com", "eve@example.com"),
}


@dataclass
class There:
    """A ticket as people see it."""

    open: bool
    status: str
    assignee: str
    text: str


@dataclass
class World:
    """A workspace, its ledger, and its tracker; the time is the test's."""

    kind: TrackerKind
    home: Path
    clock: FakeClock
    here: App
    server: Answering | None
    keys: list[str] = field(default_factory=list)

    def find(self, *names: str, at: datetime | None = None, owner: str = "payments", simulated: bool = False) -> None:
        """A run of each drill fails, an hour before now."""
        began = at or self.clock.now()
        for name in names:
            of = run(
                f"r-{name}-{began.timestamp():.0f}{'-s' if simulated else ''}",
                began,
                Verdict.FAILED,
                drill=name,
                findings=[replace(found(name), owner=owner)],
                measured=False,
                simulated=simulated,
            )
            write(self.here.ledger, of)

    def passes(self, name: str) -> None:
        """A retest passes."""
        began = self.clock.now()
        write(self.here.ledger, run(f"p-{name}-{began.timestamp():.0f}", began, drill=name))

    def finding(self, name: str) -> Finding:
        """The finding of a drill."""
        return found(name)

    def sync(self, here: App | None = None) -> Done:
        """As `dro tickets sync` does."""
        return ticketing.sync(here or self.here)

    def ticket(self, name: str) -> Ticket:
        """As the ledger knows it."""
        key = found(name).fingerprint, False
        (ticket,) = self.here.ledger.queries.tickets([key])[key]
        return ticket

    def known(self, name: str) -> Ticket | None:
        """Likewise, whatever became of it."""
        items = self.here.ledger.tickets.listed(self.here.tracker.name)
        return next(each.ticket for each in items if each.finding.fingerprint == found(name).fingerprint)

    def there(self, name: str) -> list[There]:
        """The tickets of a drill's finding, as the tracker has them: one, or something is wrong."""
        key = f"dro-{found(name).fingerprint}"
        if self.server is None:
            return [_read(path) for path in sorted(self.folder.rglob(f"{key}.md"))]
        moved = [each for each in self.server.named(key) if not each.moved_to]
        return [There(each.status in _OPEN, each.status, each.assignee, self.server.text_of(each)) for each in moved]

    def all_there(self) -> list[str]:
        """The keys of all tickets that are there, each as often as it is."""
        if self.server is None:
            return sorted(path.stem for path in self.folder.rglob("dro-*.md"))
        return sorted(each.labels[1] for each in self.server.named(LABEL) if not each.moved_to)

    def by_hand(self, act: str, name: str) -> None:
        """A person closes, deletes or moves a ticket."""
        if self.server is not None:
            (issue,) = self.server.named(f"dro-{found(name).fingerprint}")
            getattr(self.server, act)(issue)
            return
        (path,) = self.folder.rglob(f"dro-{found(name).fingerprint}.md")
        if act == "close":
            path.write_text(path.read_text().replace("- Status: open", "- Status: done"))
        elif act == "delete":
            path.unlink()
        else:
            (self.folder / "archive").mkdir()
            path.rename(self.folder / "archive" / path.name)

    @property
    def folder(self) -> Path:
        """The folder of tickets."""
        return self.home / "findings"

    @property
    def persons(self) -> tuple[str, str, str, str]:
        """Two persons, as they are declared and as the tracker shows each."""
        return _PERSON[self.kind]


def _read(path: Path) -> There:
    text = path.read_text()
    status = re.search(r"^- Status: (.*)$", text, re.M)
    assigned = re.search(r"^- Assigned to: (.*)$", text, re.M)
    assert status is not None
    assert LINE in text
    closed = status[1] not in ("open", "in progress", "accepted")
    return There(not closed, status[1], assigned[1] if assigned else "", text)


@contextmanager
def world(
    kind: TrackerKind, home: Path, monkeypatch: pytest.MonkeyPatch, clock: FakeClock | None = None, more: str = ""
) -> Iterator[World]:
    """A workspace whose tracker is of that kind; `more` are keys of its declaration."""
    clock = clock or FakeClock(START)
    monkeypatch.setenv(VARIABLE, TOKEN)
    server = _server(kind, clock)
    if server is None:
        yield _world(kind, home, clock, None, more)
        return
    with serving(server):
        yield _world(kind, home, clock, server, more)


def _server(kind: TrackerKind, clock: FakeClock) -> Answering | None:
    made: dict[TrackerKind, Callable[[], Answering]] = {
        TrackerKind.JIRA_CLOUD: lambda: FakeJira(clock, cloud=True),
        TrackerKind.JIRA_DATA_CENTER: lambda: FakeJira(clock, cloud=False),
        TrackerKind.GITHUB: lambda: FakeGitHub(clock),
        TrackerKind.GITLAB: lambda: FakeGitLab(clock),
    }
    return made[kind]() if kind in made else None


def _world(kind: TrackerKind, home: Path, clock: FakeClock, server: Answering | None, more: str) -> World:
    ada, _, eve, _ = _PERSON[kind]
    keys = [f"kind: {kind}", f"assignees: {{payments: {ada}, others: {eve}}}", *([more] if more else [])]
    if server is not None:
        keys += [f"url: {server.url}", f"token_env: {VARIABLE}"]
        keys += [_JIRA] if "jira" in kind else ["project: acme/dr"]
    if kind is TrackerKind.JIRA_CLOUD:
        keys.append(f"user: {USER}")
    made = workspace.write(home, tiers=f"{workspace.TIERS}tracker: {{{', '.join(keys)}}}\n")
    here = App(Settings(made.home, made.database_url, Pace(), made.bundled), clock, machine=clock)
    here.ledger.findings.deadlines = lambda: DEADLINES
    return World(kind, home, clock, here, server)
