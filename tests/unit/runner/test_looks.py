"""What surrounds a drill: the looks before it, the proof of isolation, the probe; each where it belongs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.evidence import Seen
from dr_orchestrator.domain.preflight import CheckStatus, Preflight, PreflightResult
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import PROBE, PROVE_ISOLATION, CheckResult, Phase, Probed, Role, Run
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.runner import Components, Session, afterwards, verifying
from dr_orchestrator.runner.journal import Journal
from tests.support.records import HEADER
from tests.support.rehearsal import ROWS, Drill

FREE = PreflightResult("name", CheckStatus.PASSED, "free")


def run(drill: Drill, looks: tuple[PreflightResult, ...] = (FREE,), tried: bool = True) -> Session:
    """A drill of a copy that is proven isolated (a minute) and probed (an hour)."""

    def isolated(copy: Copy) -> Seen:
        return drill.act("isolated", Seen(f"{copy.id} is alone"))

    def probe(copy: Copy) -> Probed:
        return Probed(tried, str(drill.act("probe", f"nothing answers {copy.id}")))

    session = drill.session()
    parts = Components(drill, restorer=drill, preflight=lambda: Preflight(looks), isolated=isolated, probe=probe)
    session.use(parts)
    with session:
        session.look()
        point = session.choose("choose", drill)
        session.at_exit("destroy", drill.destroy, session.copy)
        session.create("restore", drill.restore, point, copy=session.copy)
        session.step("ready", drill.ready, session.copy)
        session.verify()
    return session


def acts(drill: Drill) -> list[str]:
    return [line[2:] for line in drill.ledger.story if line.startswith("! ")]


def test_the_copy_is_proven_before_it_is_asked_and_probed_after() -> None:
    """Isolation comes before any check; the probe after them, off the recovery clock; what both saw is kept."""
    drill = Drill(takes={"probe": 3600.0})

    assert run(drill).verdict is Verdict.PASSED
    assert acts(drill) == ["choose", "restore", "ready", "isolated", "checks", "probe", "destroy"]
    steps = {step.name: step for step in drill.ledger.steps.values()}
    assert (steps[PROVE_ISOLATION].phase, steps[PROVE_ISOLATION].detail[-5:]) == (Phase.VERIFY, "alone")
    assert (steps[PROBE].phase, steps[PROBE].detail[:7]) == (Phase.TEARDOWN, "nothing")
    assert drill.ledger.closing is not None
    assert drill.ledger.closing.measures.rta == timedelta(minutes=5)


@pytest.mark.parametrize("at", ["isolated", "probe"])
@pytest.mark.parametrize(
    ("fault", "verdict"),
    [(NotRecoverable("wrong network"), Verdict.FAILED), (NotMeasured("denied"), Verdict.INCONCLUSIVE)],
)
def test_a_way_to_production_is_never_green(at: str, fault: Exception, verdict: Verdict) -> None:
    """A copy in the wrong network, or one that production answers, ends the run at once, and it is taken down."""
    drill = Drill(failing={at: fault})

    session = run(drill)

    assert (session.verdict, session.cleanup) == (verdict, Cleanup.CLEAN)
    assert fault.args[0] in " ".join(drill.reasons)
    assert ("checks" in acts(drill)) is (at == "probe")
    assert [row.state for row in drill.ledger.rows.values()] == [CopyState.DELETED]


@pytest.mark.parametrize(
    ("outcome", "verdict"), [(CheckStatus.FAILED, Verdict.FAILED), (CheckStatus.INCONCLUSIVE, Verdict.INCONCLUSIVE)]
)
def test_a_look_that_stops_ends_the_run_before_anything(outcome: CheckStatus, verdict: Verdict) -> None:
    """The run ends as the look's kind says; nothing was chosen, intended or made, and every look is in the detail."""
    drill = Drill()

    assert run(drill, (FREE, PreflightResult("key", outcome, "it is disabled", stops=True))).verdict is verdict
    assert acts(drill) == []
    assert drill.ledger.rows == {}
    assert drill.ledger.steps[1].detail == f"name: passed, free;\nkey: {outcome}, it is disabled"
    assert drill.reasons[0] == "it is disabled"


def test_what_is_only_told_does_not_stop() -> None:
    """An unknown quota stands in the evidence of a run that passes."""
    drill = Drill()

    assert run(drill, (FREE, PreflightResult("quota", CheckStatus.INCONCLUSIVE, "denied"))).verdict is Verdict.PASSED
    assert drill.ledger.steps[1].outcome is Outcome.PASSED
    assert "quota: inconclusive, denied" in drill.ledger.steps[1].detail


@pytest.mark.parametrize(("tried", "verdict"), [(True, Verdict.PASSED), (False, Verdict.PASSED_WITH_FINDINGS)])
def test_whether_production_was_tried_is_no_matter_of_words(tried: bool, verdict: Verdict) -> None:
    """The probe says it in a field: the same words are a finding, or none."""
    drill = Drill()
    assert run(drill, tried=tried).verdict is verdict
    (probe,) = (step for step in drill.ledger.steps.values() if step.role is Role.PROBE)
    assert (probe.tried, probe.outcome) == (tried, Outcome.PASSED)
    assert drill.ledger.closing is not None
    assert [found.rule for found in drill.ledger.closing.findings] == ([] if tried else [Rule.NOT_PROBED])


@pytest.mark.parametrize(
    "results",
    [
        [replace(ROWS, outcome=Outcome.FAILED)],
        [replace(ROWS, outcome=Outcome.INCONCLUSIVE)],
        [ROWS, replace(ROWS, name="more", outcome=Outcome.FAILED)],
        [replace(ROWS, proves_data=False)],
        [replace(ROWS, mandatory=False), replace(ROWS, name="page", proves_data=False)],
        [],
    ],
    ids=["failed", "unknown", "one of two", "no data read", "none that must", "none"],
)
def test_what_is_not_proven_to_be_the_copy_is_not_probed(results: list[CheckResult]) -> None:
    """A probe writes: nothing but what has shown the restored data is made to; the step says so, and is a finding."""
    drill = Drill(results=results)
    session = run(drill)
    assert not session.verdict.green or session.verdict is Verdict.PASSED_WITH_FINDINGS
    assert "probe" not in acts(drill)
    (probe,) = (step for step in drill.ledger.steps.values() if step.role is Role.PROBE)
    assert (probe.tried, probe.detail) == (False, "not probed: nothing has proven that this is the restored copy")


def test_a_copy_whose_isolation_nobody_proved_is_not_probed() -> None:
    """However well its data was checked."""
    drill = Drill()
    session = drill.session()
    session.use(Components(drill, restorer=drill, probe=lambda _: Probed(True, "silent")))
    drill.run(session)
    (probe,) = (step for step in drill.ledger.steps.values() if step.role is Role.PROBE)
    assert not probe.tried


def test_each_step_has_its_role_whatever_it_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other titles change nothing: the same roles in the ledger, and the same verdict."""
    for module, title in ((verifying, "PROBE"), (verifying, "PROVE_ISOLATION"), (afterwards, "LOOK_BACK")):
        monkeypatch.setattr(module, title, f"what was {title} before")
    drill = Drill(failing={"probe": NotMeasured("denied")})
    assert run(drill).verdict is Verdict.INCONCLUSIVE
    assert [step.role for step in drill.ledger.steps.values()] == [
        *(Role.LOOK, Role.CHOOSE, Role.STEP, Role.STEP, Role.PROVE_ISOLATION, Role.VERIFY, Role.PROBE),
        *(Role.DESTROY, Role.LOOK_BACK),
    ]


def test_a_probe_that_passed_under_another_title_is_not_done_again() -> None:
    """A run that goes on knows the steps of safety by their roles, and the others by what their script calls them."""
    drill = Drill()
    run(drill)
    done = tuple(replace(step, name="other words") for step in drill.ledger.steps.values())
    journal = Journal(HEADER, drill.ledger, drill.clock, Run(HEADER, steps=done))
    assert journal.passed_before(PROBE, Phase.TEARDOWN, Role.PROBE)
    assert journal.passed_before("other words", Phase.RECOVER)
    assert not journal.passed_before("restore", Phase.RECOVER)


def test_a_fault_is_known_by_where_it_was_met() -> None:
    """In other words, of another run: the same finding; met by another step, or over another look, it is another."""

    def fingerprint(at: str, words: str, looks: tuple[PreflightResult, ...] = (FREE,)) -> str:
        drill = Drill(failing={at: NotRecoverable(words, call="rds:DescribeDBInstances")})
        assert run(drill, looks).verdict is Verdict.FAILED
        assert drill.ledger.closing is not None
        return drill.ledger.closing.findings[0].fingerprint

    assert fingerprint("ready", "it died") == fingerprint("ready", "gone")
    assert fingerprint("ready", "it died") != fingerprint("restore", "it died")
    taken, lost = (replace(FREE, name=name, outcome=CheckStatus.FAILED, stops=True) for name in ("name", "quota"))
    assert fingerprint("", "", (taken,)) == fingerprint("", "", (replace(taken, words="in use"),))
    assert fingerprint("", "", (taken,)) != fingerprint("", "", (lost,))


@pytest.mark.parametrize(("takes", "times"), [(60.0, 2), (61.0, 1)])
def test_a_refusal_that_took_long_is_believed_at_once(takes: float, times: int) -> None:
    """What AWS forgot for a moment it knows a minute later: no drill is held up to ask what was asked for so long."""
    drill = Drill(takes={"choose": takes}, failing={"choose": NotRecoverable("no recovery point")})
    assert run(drill).verdict is Verdict.FAILED
    assert acts(drill).count("choose") == times
