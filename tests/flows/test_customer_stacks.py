"""A service depends on a customer's stack: each of its drills looks at it before and after, and changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.aws.customer import changes
from dr_orchestrator.cli import main
from dr_orchestrator.domain.customer.looking import FIGURE, When, name_of, stacks_in
from dr_orchestrator.domain.customer_stack import Aspect
from dr_orchestrator.domain.run import CheckResult, Run
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.errors import Exit
from dr_orchestrator.lab.cloud import trail
from dr_orchestrator.runner.session import Session
from dr_orchestrator.wiring import App, opening
from tests.support import workspace
from tests.support.customers import CUSTOMER, DECLARED, READER, Acme, stack_of
from tests.support.dying import die, killed_in, resumed
from tests.support.estate import Estate
from tests.support.shop import GREEN, fresh, run

DRILL = "sessions-pitr"
SHOP = workspace.SHOP.replace("\ndrills:", DECLARED, 1)


@pytest.fixture
def customer(shop: Estate, tmp_path: Path) -> Iterator[Acme]:
    """The customer's stack, in the lab of the shop; made anew for each test."""
    made = Acme(shop.lab, shop.clock, tmp_path)  # type: ignore[arg-type]
    made.make()
    yield made
    shop.lab.faults.clear()
    made.remove()


@pytest.fixture
def unrecorded(customer: Acme, home: Path) -> Iterator[App]:
    """A workspace whose service depends on that stack, of which nothing is recorded."""
    with wiring.using(workspace.world(home, customer.clock, shop=SHOP)) as made:
        yield made


@pytest.fixture
def here(unrecorded: App, customer: Acme) -> Iterator[App]:
    """The same, with a baseline of how the stack is now."""
    assert main.run(["baseline", "shop", "--write"]) == Exit.PASSED
    with wiring.using(App(unrecorded.settings, unrecorded.clock)) as made:
        yield made


def drilled(shop: Estate, here: App) -> Run:
    fresh(shop)
    found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.CLEAN
    return found


def outcomes(found: Run, when: When) -> dict[Aspect, Outcome]:
    told = {each.name: each for each in stacks_in(found.checks)}
    stack = replace(stack_of(wiring.world()))
    named = {aspect: name_of(stack, aspect, when) for aspect in Aspect}
    return {aspect: told[name].outcome for aspect, name in named.items() if name in told}


def check(found: Run, aspect: Aspect, when: When) -> CheckResult:
    name = name_of(stack_of(wiring.world()), aspect, when)
    return next(each for each in found.checks if each.name == name)


def test_an_untouched_stack_costs_a_drill_nothing(shop: Estate, here: App, customer: Acme) -> None:
    """Every aspect passes before and after, the drill is as green as without, and its recovery took no longer."""
    found = drilled(shop, here)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert {outcome for when in When for outcome in outcomes(found, when).values()} == {Outcome.PASSED}
    looks = [each.phase.value for each in found.steps if each.name.startswith("look at the customers' stacks")]
    assert looks == ["prepare", "teardown"]


def test_nothing_is_written_there(shop: Estate, here: App, customer: Acme) -> None:
    """In the customer's account CloudTrail has nothing of the reader but two detections of drift."""
    drilled(shop, here)
    by_us = [each.call.action for each in trail.of(shop.lab.world).events if "vendor-looks" in each.by]
    assert by_us[-2:] == ["DetectStackDrift", "DetectStackDrift"]
    assert set(by_us) == {"DetectStackDrift"}


def test_a_difference_before_the_drill_fails_it_and_stops_nothing(shop: Estate, here: App, customer: Acme) -> None:
    """The drill learns its recovery time all the same; its verdict names the role, the hand, and both looks."""
    customer.widen_trust()
    customer.wait(1000)
    found = drilled(shop, here)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.FAILED
    assert found.closing.measures.rta is not None
    assert outcomes(found, When.BEFORE)[Aspect.POLICIES] is Outcome.FAILED
    after = check(found, Aspect.POLICIES, When.AFTER)
    assert after.outcome is Outcome.FAILED
    assert after.observed.endswith("all of it was so before the drill")
    assert any("acme-admin/ada" in each for each in found.closing.reasons)


def test_a_difference_that_came_during_the_drill_is_told_as_such(shop: Estate, here: App, customer: Acme) -> None:
    """The look before passed; the one after fails, and says that it came meanwhile."""
    verify = Session.verify

    def tampered(session: Session) -> None:
        customer.disable_rule()
        verify(session)

    with mock.patch.object(Session, "verify", tampered):
        found = drilled(shop, here)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.FAILED
    assert set(outcomes(found, When.BEFORE).values()) == {Outcome.PASSED}
    after = check(found, Aspect.POLICIES, When.AFTER)
    assert "1 of these came during the drill" in after.observed
    assert after.figures[FIGURE]["during"] == ["rules / acme-incidents / state"]


def test_without_a_baseline_a_drill_is_inconclusive(shop: Estate, unrecorded: App) -> None:
    """Nothing can be said of the stack, and that is no pass; the recovery itself is measured."""
    found = drilled(shop, unrecorded)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.INCONCLUSIVE
    assert set(outcomes(found, When.AFTER).values()) == {Outcome.INCONCLUSIVE}
    assert found.closing.measures.rta is not None


def test_a_role_that_cannot_be_taken_on_is_no_reason_to_recover_nothing(
    shop: Estate, here: App, customer: Acme
) -> None:
    """The drill runs, tells it in its first look, and is inconclusive."""
    shop.lab.faults.add({"kind": "access-denied", "service": "sts", "action": "AssumeRole", "resource": READER})
    found = drilled(shop, here)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.INCONCLUSIVE
    assert set(outcomes(found, When.BEFORE).values()) == {Outcome.INCONCLUSIVE}
    assert f"role {READER} cannot be taken on" in found.steps[0].detail


def test_the_look_before_is_remembered_by_who_goes_on(
    shop: Estate, here: App, customer: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run whose process died after it is not looked at before anew: what came meanwhile came during the drill."""
    monkeypatch.setattr(opening, "_last_seen", lambda *_: shop.clock.now())
    fresh(shop)
    dead = killed_in(here, DRILL, mock.patch.object(Session, "verify", die))
    before = {each.name: each for each in dead.checks}
    customer.widen_trust()
    detections = len(shop.calls("DetectStackDrift"))
    found = resumed(here, dead)
    assert len(shop.calls("DetectStackDrift")) == detections + 1
    assert found.closing is not None
    assert found.closing.verdict is Verdict.FAILED
    assert {each.name: each for each in found.checks if each.name in before} == before
    assert check(found, Aspect.POLICIES, When.AFTER).figures[FIGURE]["during"]


def test_the_report_shows_both_looks_and_hides_nothing(shop: Estate, here: App, customer: Acme) -> None:
    """Page, text and JSON have the differences and who made them; what a customer wrote is text, not markup."""
    customer.client("events").put_rule(Name="acme-incidents", EventPattern='{"source": ["<b>x</b>"]}', State="ENABLED")
    customer.wait(1000)
    found = drilled(shop, here)
    generated = here.settings.home / "reports" / "generated"
    page = (generated / f"{found.header.id}.html").read_text()
    assert "Customers’ stacks, which had to stay as recorded" in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "<b>x</b>" not in page
    assert "acme-admin/ada" in page
    assert "rules / acme-incidents / pattern" in (generated / f"{found.header.id}.md").read_text()
    told = json.loads((generated / f"{found.header.id}.json").read_text())["customer_stacks"]
    assert {(each["when"], each["aspect"]) for each in told} == {
        (when.value, aspect.value) for when in When for aspect in Aspect
    }


class TestBaseline:
    """The command that records."""

    def told(self, capsys: pytest.CaptureFixture[str], *given: str) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        code = main.run(["baseline", "shop", *given, "--json"])
        (found,) = json.loads(capsys.readouterr().out)
        return code, found

    def test_nothing_is_written_unasked(self, unrecorded: App, capsys: pytest.CaptureFixture[str]) -> None:
        """What is not recorded is proposed, and ends with 3."""
        code, found = self.told(capsys)
        assert (code, found["standing"], found["written"]) == (Exit.INCONCLUSIVE, "not recorded yet", False)
        assert not Path(found["file"]).exists()

    def test_the_same_state_is_the_same_text(self, here: App, capsys: pytest.CaptureFixture[str]) -> None:
        """Recorded again nothing changes, not a byte."""
        file = here.settings.drills / stack_of(here).file
        before = file.read_bytes()
        code, found = self.told(capsys, "--write", "--replace")
        assert (code, found["standing"], found["written"]) == (Exit.PASSED, "as recorded", False)
        assert file.read_bytes() == before

    def test_what_differs_is_shown_and_never_written_over_unasked(
        self, here: App, customer: Acme, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The file stands until --replace says that what is there now is right."""
        file = here.settings.drills / stack_of(here).file
        before = file.read_bytes()
        customer.disable_rule()
        code, found = self.told(capsys, "--write")
        assert (code, found["standing"], found["written"]) == (Exit.FAILED, "differs", False)
        assert found["aspects"]["policies"]["changes"] == [
            {"path": "rules / acme-incidents / state", "was": "ENABLED", "now": "DISABLED"}
        ]
        assert file.read_bytes() == before
        code, found = self.told(capsys, "--write", "--replace")
        assert (code, found["written"]) == (Exit.PASSED, True)
        with wiring.using(App(here.settings, here.clock)):
            code, found = self.told(capsys)
        assert code == Exit.PASSED

    def test_what_could_not_be_read_whole_is_not_recorded(
        self, unrecorded: App, shop: Estate, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Half a baseline would call the other half unmodified for ever."""
        shop.lab.faults.add({"kind": "access-denied", "service": "iam", "action": "GetPolicy"})
        code, found = self.told(capsys, "--write")
        assert (code, found["standing"], found["written"]) == (Exit.INCONCLUSIVE, "could not be read", False)
        assert not Path(found["file"]).exists()

    def test_what_is_no_baseline_is_refused_and_recorded_anew_on_demand(
        self, here: App, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """By file and key, at every command; --replace says that how the stack is now is right."""
        file = here.settings.drills / stack_of(here).file
        told = json.loads(file.read_text())
        told["documents"]["last change"]["acme-hook"] = {"at": None, "events": []}
        file.write_text(json.dumps(told))
        with wiring.using(App(here.settings, here.clock)):
            for command in (["check"], ["baseline", "shop"], ["baseline", "shop", "--write"], ["plan", DRILL]):
                assert main.run(command) == Exit.USAGE
                words = capsys.readouterr().err
                assert f"{stack_of(here).file} is not as" in words
                assert "documents / last change / acme-hook / at is no time" in words
            assert "dro baseline shop --write --replace" in words
        with wiring.using(App(here.settings, here.clock)):
            code, found = self.told(capsys, "--write", "--replace")
        assert (code, found["standing"], found["written"]) == (Exit.PASSED, "not recorded yet", True)
        with wiring.using(App(here.settings, here.clock)):
            code, found = self.told(capsys)
        assert (code, found["standing"]) == (Exit.PASSED, "as recorded")

    def test_a_history_that_is_too_long_begins_anew_on_demand(
        self, here: App, customer: Acme, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What nobody can tell is no pass; recorded anew, the history is read from there."""
        monkeypatch.setattr(changes, "PAGE", 1)
        monkeypatch.setattr(changes, "PAGES", 2)
        for _ in range(4):
            customer.client("cloudformation").detect_stack_drift(StackName="acme-hook")
            customer.wait(1000)
        code, found = self.told(capsys)
        assert (code, found["written"]) == (Exit.INCONCLUSIVE, False)
        assert found["standing"] == "as recorded, but not all changes are known"
        code, found = self.told(capsys, "--write")
        assert (code, found["written"]) == (Exit.PASSED, True)
        with wiring.using(App(here.settings, here.clock)):
            code, found = self.told(capsys)
        assert (code, found["standing"]) == (Exit.PASSED, "as recorded")


def test_check_names_a_stack_without_a_baseline(unrecorded: App, capsys: pytest.CaptureFixture[str]) -> None:
    """By file and line, with what to run; and it is asked, not wrong."""
    assert main.run(["check"]) == Exit.INCONCLUSIVE
    told = capsys.readouterr().err
    line = 1 + (unrecorded.settings.drills / "shop.yaml").read_text().splitlines().index("  acme:")
    assert f"drills/shop.yaml:{line}:customer_stacks.acme: no baseline of" in told
    assert "dro baseline shop --write" in told


def test_a_plan_tells_of_the_look(here: App, capsys: pytest.CaptureFixture[str]) -> None:
    """Where, by which role, with which services, and whether the role can be taken on."""
    main.run(["plan", DRILL, "--json"])
    (told,) = json.loads(capsys.readouterr().out)
    (line,) = told["looks_at"]
    assert READER in line
    assert "cloudformation, cloudtrail, events, iam, all reads" in line
    (look,) = [each for each in told["looks"] if each["name"] == "customer's stack acme"]
    assert look["outcome"] == "passed"
    assert "assumed-role/vendor-looks" in look["words"]


def test_iam_prints_what_the_customer_has_to_allow(here: App, capsys: pytest.CaptureFixture[str]) -> None:
    """One policy that reads alone, for the customer's account, and who may take its role on."""
    assert main.run(["iam", "--role", CUSTOMER]) == Exit.PASSED
    policy = json.loads(capsys.readouterr().out)
    actions = {action for each in policy["Statement"] for action in each["Action"]}
    reads = ("Get", "List", "Describe", "Detect", "Lookup", "Batch")
    assert [each for each in actions if not each.partition(":")[2].startswith(reads)] == []
    assert main.run(["iam", "--role", f"{CUSTOMER}-trust"]) == Exit.PASSED
    assert json.loads(capsys.readouterr().out)["Statement"][0]["Action"] == "sts:AssumeRole"
