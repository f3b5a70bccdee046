"""An environment of several copies: each is intended, asked for and waited for before the next; all go in reverse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.copy import Copy, CopyState, Identity
from dr_orchestrator.domain.evidence import Asked, Ready, Seen
from dr_orchestrator.domain.ports import Piece
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.run import Phase
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.runner import Born, Components, Direct, Session, Store
from tests.support.records import POINT
from tests.support.rehearsal import COPY, Drill
from tests.support.resuming import died, resumed


@dataclass
class Stack:
    """A copy of the environment."""

    drill: Drill
    title: str
    copy: Copy

    @property
    def publishes(self) -> str:
        """One of them is made of what has to be published before."""
        return "publish data" if self.title == "data" else ""

    def publish(self) -> Seen:
        return self.drill.act(self.publishes, Seen("published"))

    def ask(self) -> Asked:
        return self.drill.act(f"ask {self.title}", Asked(Identity(f"arn:{self.title}", self.title)))

    def ready(self) -> Ready:
        return self.drill.act(f"ready {self.title}", Ready())

    def destroy(self, copy: Copy) -> CopyState:
        del copy
        return self.drill.act(f"destroy {self.title}", CopyState.DELETED)


@dataclass
class App(Drill):
    """A drill of an environment of three copies, of which the last is the run's own."""

    names: list[str] = field(default_factory=lambda: ["network", "data", "own"])
    brings: dict[str, list[str]] = field(default_factory=dict)
    """What a copy imports, by its id."""

    def copies(self, copy: Copy) -> Sequence[Piece]:
        first = [Stack(self, name, replace(COPY, id=f"{COPY.id}-{name}")) for name in self.names[:-1]]
        return [*first, Stack(self, self.names[-1], copy)]

    def imports(self, copy: Copy) -> Sequence[str]:
        return self.brings.get(copy.id, ())

    def bring_in(self, copy: Copy) -> Seen:
        return self.act(f"bring into {copy.id}", Seen("imported"))

    def session(self, call: object = None) -> Session:
        session = super().session()
        session.use(Components(self, environment=self))  # type: ignore[arg-type]
        return session

    def run(self, session: Session | None = None) -> Session:
        with session or self.session() as run:
            run.reached(Moment.DISRUPTION)
            run.build()
            run.step("meanwhile", lambda: self.act("meanwhile"))
            run.built()
            run.verify()
        return run


def story(drill: Drill) -> list[str]:
    return [line for line in drill.ledger.story if line.startswith(("!", "intend"))]


ID = COPY.id
MADE = [
    *(f"intend {ID}-network", "! ask network", "! meanwhile", "! ready network"),
    *(f"intend {ID}-data", "! publish data", "! ask data", "! ready data"),
    *(f"intend {ID}", "! ask own", "! ready own"),
]
GONE = ["! destroy own", "! destroy data", "! destroy network"]


def test_each_copy_waits_for_those_before_it() -> None:
    """What else is to be done goes on while the first one is made; the infrastructure is ready with the last."""
    drill = App(takes={"ready own": 1800.0})
    drill.run()
    assert story(drill) == [*MADE, "! checks", *GONE]
    at = {event.moment: event.offset for event in drill.ledger.events}
    ready = next(step for step in drill.ledger.steps.values() if step.name == "wait until built")
    assert at[Moment.INFRASTRUCTURE_READY] == ready.offset + (ready.duration or ready.offset)
    steps = [step.name for step in drill.ledger.steps.values()]
    assert steps[:3] == ["create network", "meanwhile", "wait for network"]
    assert "create environment" in steps
    assert steps[-3:] == ["destroy environment", "destroy data", "destroy network"]


def test_a_copy_that_cannot_be_made_ends_the_run_and_all_go() -> None:
    """Nothing is asked for after it."""
    drill = App(failing={"ready data": NotRecoverable("ended as 'CREATE_FAILED'")})
    run = drill.run()
    assert story(drill) == [*MADE[:8], *GONE[1:]]
    assert (run.verdict, run.cleanup) == (Verdict.FAILED, Cleanup.CLEAN)


def test_what_a_copy_is_made_of_is_published_in_a_step_of_its_own() -> None:
    """Within the recovery, once the copy is intended and before it is asked for; what fails there ends the run."""
    drill = App(takes={"publish data": 600.0})
    drill.run()
    step = next(each for each in drill.ledger.steps.values() if each.name == "publish data")
    assert step.phase is Phase.RECOVER
    assert (step.duration or timedelta()).total_seconds() == 600
    broken = App(failing={"publish data": NotMeasured("denied")})
    run = broken.run()
    assert story(broken) == [*MADE[:6], *GONE[1:]]
    assert (run.verdict, run.cleanup) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN)


def test_a_dead_process_is_gone_on_from_wherever_it_was() -> None:
    """Killed at each line that it would have written before the teardown: each copy is asked for once, and goes."""
    lines: list[str] = []
    whole = App()
    whole.ledger.before = lines.append
    whole.run()
    last = next(at for at, line in enumerate(lines) if "destroy" in line)
    for at in range(1, last):
        drill, seen = App(), list[str]()

        def due(line: str, at: int = at, seen: list[str] = seen) -> bool:
            seen.append(line)
            return len(seen) > at

        dead = died(drill, due)
        rest = resumed(drill.clock, drill.ledger, dead, make=App)
        assert rest.ledger.closing is not None
        assert rest.ledger.closing.cleanup is Cleanup.CLEAN
        for name in drill.names:
            assert drill.ledger.story.count(f"! destroy {name}") == 1, (at, name, drill.ledger.story)


def test_an_environment_is_told_the_points_that_its_stores_are_made_from() -> None:
    """Before it is asked for; where it has none of its own, it is told nothing."""
    app = App()
    told: list[object] = []
    app.make_from = told.append  # type: ignore[attr-defined]
    with app.session() as run:
        run.reached(Moment.DISRUPTION)
        assert run.born == ()
        run.build(points={"Database": POINT})
        run.built()
        run.verify()
    assert told == [{"Database": POINT}]
    App().run()
    assert len(told) == 1


def test_a_copy_imports_what_was_restored_before_it_is_waited_for() -> None:
    """In a step that names the stores; the others have no such step."""
    app = App(brings={f"{ID}-data": ["sessions", "orders"]})
    app.run()
    lines = story(app)
    at = lines.index(f"! bring into {ID}-data")
    assert lines[at - 1 : at + 2] == ["! ask data", f"! bring into {ID}-data", "! ready data"]
    steps = [step.name for step in app.ledger.steps.values()]
    assert [name for name in steps if name.startswith("import")] == ["import sessions, orders"]


@dataclass
class Carried:
    """A store whose point comes to the environment by copies of the run."""

    app: App
    names: list[str]

    def carried(self, point: object) -> list[Stack]:
        del point
        return [Stack(self.app, name, replace(COPY, id=f"{ID}-{name}")) for name in self.names]


def test_points_are_brought_to_where_the_environment_stands_before_it_is_asked_for() -> None:
    """Those of all stores side by side, each copy after the one before it; they go after all that is made of them."""
    app = App(names=["own"])
    stores = {"One": ["shared one", "one there"], "Two": ["shared two"]}
    born = tuple(Born(name, name, Carried(app, names)) for name, names in stores.items())  # type: ignore[arg-type]
    app.make_from = lambda _points: None  # type: ignore[attr-defined]
    session = app.session()
    session.use(Components(app, environment=app, born=born))  # type: ignore[arg-type]
    with session as run:
        run.reached(Moment.DISRUPTION)
        run.build(points={"One": POINT, "Two": POINT})
        run.built()
    done = [line.removeprefix("! ") for line in story(app) if line.startswith("!")]
    assert done == [
        *("ask shared one", "ask shared two", "ready shared one", "ready shared two", "ask one there"),
        *("ready one there", "ask own", "ready own"),
        *("destroy own", "destroy one there", "destroy shared two", "destroy shared one"),
    ]
    waited = [step.name for step in app.ledger.steps.values() if step.name.startswith("wait for ")]
    assert waited == ["wait for shared one", "wait for shared two", "wait for one there"]


def test_a_store_is_asked_for_once_its_point_was_brought_to_it() -> None:
    """What brings it is asked for in the store's place, so that others begin meanwhile; both go, the store first."""
    app = App(names=["own"])
    there = replace(COPY, id=f"{ID}-there")
    ahead = Stack(app, "export", replace(COPY, id=f"{ID}-export"))
    store = Store("sessions", "Sessions", app, there, imported=True, ahead=lambda _point, _copy: ahead)  # type: ignore[arg-type]
    session = app.session()
    session.use(Components(app, environment=app, stores=(store,)))  # type: ignore[arg-type]
    with session as run:
        run.reached(Moment.DISRUPTION)
        assert (run.imported, run.stores, run.restored) == ((store,), (), ())
        run.at_exit("destroy sessions", app.destroy, there)
        run.create("restore sessions", app.restore, POINT, copy=there)
        run.step("begin another", lambda: app.act("another"))
        run.finish(app, there, wait="wait for sessions")
    done = [line.removeprefix("! ") for line in story(app) if line.startswith("!")]
    assert done[:5] == ["ask export", "another", "ready export", "restore", "ready"]
    assert done[5:7] == ["destroy export", "destroy"]


class Bucket(App):
    """A bucket of production from which the environment's own is filled."""

    def fill(self, point: RecoveryPoint, member: Copy) -> Ready:  # type: ignore[override]
        assert self.ledger.rows[member.id].state is CopyState.CREATED
        return self.act(f"fill {member.id} as of {point.id}", Ready())


def test_a_store_that_is_filled_straight_is_a_copy_of_the_run_before_it_is_written_to() -> None:
    """No copy stands between: the environment's own is named, written down, and only then filled."""
    drill = Bucket()
    session = drill.session()
    session.use(Components(drill, environment=drill, direct=(Direct("files", "Files", drill),)))  # type: ignore[arg-type]
    with session as run:
        run.build()
        run.built()
        for store in run.direct:
            run.step("fill files", run.fill_direct, store, run.choose("choose files", store.filler))
    told = [line for line in drill.ledger.story if f"{ID}-Files" in line or line == "! member"]
    assert told[:4] == [
        "! member",
        f"intend {ID}-Files",
        f"copy {ID}-Files created",
        f"! fill {ID}-Files as of {POINT.id}",
    ]
