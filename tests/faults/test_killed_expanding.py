"""A process dies at each transition of change sets: the next one goes on with what stands, or a sweep takes it down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.resources.cloudformation_stack.change_sets import LOOK, MAKE, ChangeSets
from dr_orchestrator.resources.cloudformation_stack.shelving import Shelving
from dr_orchestrator.runner.context import RunContext
from dr_orchestrator.wiring import opening, sweeping
from tests.support.dying import die, killed_in, read, resumed
from tests.support.estate import Estate
from tests.support.expansion import SAM, SHELF, production, room, shop_of, template, told
from tests.support.shop import FULL, ended

HEAD = "Transform: AWS::Serverless-2016-10-31"
LARGE = f"  Large: {{Type: AWS::SQS::Queue, Metadata: {{Note: {'x' * 52_000}}}}}"


def dies(owner: type, name: str, when: Callable[..., bool] = lambda *_: True, *, after: bool) -> Any:
    """What ends the process before, or after, a call takes effect."""
    real = getattr(owner, name)

    def call(*given: Any, **named: Any) -> Any:
        if not when(*given):
            return real(*given, **named)
        if after:
            real(*given, **named)
        return die()

    return mock.patch.object(owner, name, call)


def of(which: str) -> Callable[..., bool]:
    return lambda *given: which in given


TRANSITIONS = {
    "before it is put into the bucket": lambda: dies(Shelving, "put", after=False),
    "once it lies in the bucket": lambda: dies(Shelving, "put", after=True),
    "once it is looked at, unwritten": lambda: dies(ChangeSets, "ask", of(LOOK), after=True),
    "once the stack's id is written": lambda: dies(RunContext, "made", after=True),
    "while it is expanded": lambda: dies(ChangeSets, "await_ready", after=False),
    "once it was read": lambda: dies(ChangeSets, "read", after=True),
    "before the look is deleted": lambda: dies(ChangeSets, "_delete", after=False),
    "between look and making": lambda: dies(ChangeSets, "drop", after=True),
    "before what was judged is written": lambda: dies(RunContext, "derived", after=False),
    "once what was judged is written": lambda: dies(RunContext, "derived", after=True),
    "once it can be made, unwritten": lambda: dies(ChangeSets, "ask", of(MAKE), after=True),
    "before it is executed": lambda: dies(ChangeSets, "execute", after=False),
    "once it is executed": lambda: dies(ChangeSets, "execute", after=True),
}


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Estate]:
    with shop_of(tmp_path_factory.mktemp("lab")) as made:
        monkeypatch.setattr(opening, "_last_seen", lambda *_: made.clock.now())
        yield made


@pytest.mark.campaign(2)
@pytest.mark.parametrize("at", list(TRANSITIONS)[:: 1 if FULL else 3])
def test_killed_at_a_transition_the_next_process_goes_on(shop: Estate, home: Path, at: str) -> None:
    """One stack is executed, once, and of what was judged; nothing stays, and production is as before."""
    before = production(shop)
    with room(shop, home, template(SAM, LARGE, head=HEAD), shelf=SHELF) as here:
        dead = killed_in(here, "shop-replica", TRANSITIONS[at]())
        found = resumed(here, dead)
    assert found.closing is not None
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), told(found)
    assert len(shop.calls("ExecuteChangeSet")) == 1
    assert production(shop) == before


@pytest.mark.parametrize("at", list(TRANSITIONS)[2 :: 1 if FULL else 5])
def test_killed_at_a_transition_a_sweep_takes_it_down(shop: Estate, home: Path, at: str) -> None:
    """A stack in review that is this run's, what lies in the bucket for it, and what is being made of it."""
    before = production(shop)
    with room(shop, home, template(SAM, LARGE, head=HEAD), shelf=SHELF) as here:
        dead = killed_in(here, "shop-replica", TRANSITIONS[at]())
        sweeping.sweep_run(here, dead, "its process died; swept")
        found = read(here, dead)
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.CLEAN, found.closing.cleanup_reasons
    assert production(shop) == before


def test_a_sweep_looks_in_the_bucket_that_the_ledger_has(shop: Estate, home: Path) -> None:
    """No stack tells of it yet, and tiers.yaml names another by now: the template is deleted where it was put."""
    shop.client("s3").create_bucket(Bucket="other-templates")
    before = production(shop)
    with room(shop, home, template(SAM, LARGE, head=HEAD), shelf=SHELF) as here:
        dead = killed_in(here, "shop-replica", TRANSITIONS["once it lies in the bucket"]())
        assert len(production(shop)["templates"]) == 1
        tiers = home / "drills" / "tiers.yaml"
        tiers.write_text(tiers.read_text().replace(SHELF, "other-templates"))
        with wiring.using(wiring.App(here.settings, here.clock)) as later:
            sweeping.sweep_run(later, dead, "its process died; swept")
            found = read(later, dead)
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.CLEAN, found.closing.cleanup_reasons
    assert production(shop) == before


def test_a_stack_in_review_that_lost_its_change_sets_is_known_by_its_id(shop: Estate, home: Path) -> None:
    """Somebody deleted them: it wears no tag and nothing says whose it is but the ledger, which has its id."""
    before = production(shop)
    with room(shop, home, template(SAM, head=HEAD)) as here:
        dead = killed_in(here, "shop-replica", dies(ChangeSets, "read", after=True))
        cfn = shop.client("cloudformation")
        (stack,) = [each for each in cfn.describe_stacks()["Stacks"] if each["StackStatus"] == "REVIEW_IN_PROGRESS"]
        for each in cfn.list_change_sets(StackName=stack["StackId"])["Summaries"]:
            cfn.delete_change_set(ChangeSetName=each["ChangeSetId"])
        found = resumed(here, dead)
    assert found.closing is not None
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), told(found)
    assert production(shop) == before
