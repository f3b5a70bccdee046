"""A copy in another account than its source: made, checked, swept and listed there, by a role of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest
from moto.kinesis.models import kinesis_backends

from dr_orchestrator import prefect_runner, wiring
from dr_orchestrator.aws.guard import Forbidden
from dr_orchestrator.cli import main
from dr_orchestrator.domain.copy import Copy, CopyRecord, CopyState, Place
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import Exit
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.runner.context import Undriven
from dr_orchestrator.runner.session import Session
from dr_orchestrator.wiring import App
from dr_orchestrator.wiring.building import guarded
from tests.support import clicks
from tests.support.clicks import AWAY, CLICKS, DRILL, HOME, TIERS, Ground
from tests.support.dying import die, killed_in
from tests.support.fake_type.name import NAME
from tests.support.fakes import RunningClock

OTHER = "222222222222"
ROLES = f"""roles:
  source: arn:aws:iam::{ACCOUNT}:role/dro-read
  drill: arn:aws:iam::{ACCOUNT}:role/dro-copy
"""
ELSEWHERE = f"  elsewhere: [arn:aws:iam::{OTHER}:role/dro-copy-there]\n"
IN_OTHER = CLICKS.replace(f"recover_in: {AWAY}", f'recover_in: {AWAY}\n    recover_account: "{OTHER}"')
TOLD = f"{AWAY} of account {OTHER}"


@pytest.fixture(scope="module")
def made() -> Iterator[Ground]:
    with clicks.ground(RunningClock()) as ground:
        yield ground


@pytest.fixture
def here(made: Ground, home: Path) -> Iterator[App]:
    """A world in which copies stand in another account, and a role of it is named."""
    clicks.beat(made)
    made.clock.sleep(1)
    with wiring.using(clicks.world(home, made.clock, clicks=IN_OTHER, tiers=TIERS + ROLES + ELSEWHERE)) as world:
        yield world


def there() -> list[str]:
    """The streams of the other account."""
    return [each.stream_name for each in kinesis_backends[OTHER][AWAY].list_streams()]


def beside() -> list[str]:
    """The streams of the source's account, where the copy is not to stand."""
    return [each.stream_name for each in kinesis_backends[ACCOUNT][AWAY].list_streams()]


def drilled(here: App) -> Run:
    return here.ledger.queries.run(prefect_runner.run_drill(DRILL))


def test_it_is_drilled_whole(made: Ground, here: App) -> None:
    """The copy and its consumers stand there and nowhere else; they are checked there, and gone afterwards."""
    seen: list[tuple[list[str], list[str]]] = []
    verify = Session.verify

    def looked(session: Session) -> None:
        seen.append((there(), beside()))
        verify(session)

    with mock.patch.object(Session, "verify", looked):
        run = drilled(here)
    assert run.closing is not None
    assert run.closing.verdict in (Verdict.PASSED, Verdict.PASSED_WITH_FINDINGS), run.closing.reasons
    assert run.closing.cleanup is Cleanup.CLEAN
    assert {row.copy.place for row in run.copies} == {Place(OTHER, AWAY)}
    assert {row.copy.source.place for row in run.copies if row.copy.source} == {Place("", HOME)}
    assert {row.state for row in run.copies} == {CopyState.DELETED}
    assert seen == [([next(row.copy.id for row in run.copies if row.copy.type == NAME)], [])]
    assert there() == []


def test_a_dead_run_is_swept_there(made: Ground, here: App, capsys: pytest.CaptureFixture[str]) -> None:
    """From the source's account, by the role of the other: the inventory of that place proves it."""
    dead = killed_in(here, DRILL, mock.patch.object(Session, "verify", die))
    assert there() != []
    capsys.readouterr()
    assert main.run(["sweep", "--json"]) == Exit.PASSED
    told = json.loads(capsys.readouterr().out)
    assert there() == []
    assert TOLD in told["inventory"]["regions"]
    assert {each["account"] for each in told["inventory"]["gone"]} == {OTHER}
    swept = here.ledger.queries.run(dead.header.id)
    assert swept.closing is not None
    assert swept.closing.cleanup is Cleanup.CLEAN
    assert f"the inventory of {TOLD} shows 1 of 1 before the sweep, none after" in swept.closing.cleanup_reasons[-1]


def test_without_its_role_nothing_begins(made: Ground, home: Path) -> None:
    """The credentials of the source's account are not taken for those of the copy's."""
    with wiring.using(clicks.world(home, made.clock, clicks=IN_OTHER, tiers=TIERS + ROLES)) as here:
        run = drilled(here)
    assert run.closing is not None
    assert run.closing.verdict is Verdict.INCONCLUSIVE
    assert f"the credentials in {TOLD} are for account {ACCOUNT}, not for {OTHER}" in " ".join(run.closing.reasons)
    assert run.copies == ()
    assert (there(), beside()) == ([], [])


def test_a_role_that_is_gone_leaves_the_copy_unproven(made: Ground, here: App, home: Path) -> None:
    """Who may not look there any more does not call it gone: the sweep names what it could not do, and asks again."""
    dead = killed_in(here, DRILL, mock.patch.object(Session, "verify", die))
    tiers = here.settings.drills / "tiers.yaml"
    tiers.write_text(TIERS + ROLES)
    without = replace(here, driven=set())
    with wiring.using(without):
        assert main.run(["sweep"]) == Exit.LEFTOVERS
    assert there() != []
    tiers.write_text(TIERS + ROLES + ELSEWHERE)
    with wiring.using(replace(here, driven=set())) as again:
        assert main.run(["sweep"]) == Exit.PASSED
        found = again.ledger.queries.run(dead.header.id).closing
    assert found is not None
    assert found.cleanup is Cleanup.CLEAN
    assert there() == []


def test_what_wears_our_tag_there_is_an_orphan(made: Ground, here: App, capsys: pytest.CaptureFixture[str]) -> None:
    """A stream of a run that the ledger does not know is told with its account, and stays."""
    name = "dro-20260101-ffffffffff-clicks-prod"
    stream = kinesis_backends[OTHER][AWAY].create_stream(name, 1)
    stream.tags["dr-drill:run"] = "20260101-ffffffffff"
    made.clock.sleep(300)
    assert main.run(["sweep", "--json"]) == Exit.LEFTOVERS
    (orphan,) = json.loads(capsys.readouterr().out)["strays"]
    assert (orphan["id"], orphan["region"], orphan["account"]) == (name, AWAY, OTHER)
    assert name in there()
    del kinesis_backends[OTHER][AWAY].streams[name]


@pytest.mark.parametrize("account", ["", OTHER])
def test_the_guard_of_one_account_changes_no_copy_of_another(made: Ground, here: App, account: str) -> None:
    """A namesake in the source's account is not the copy, whatever it is called."""
    run = "20261120-0123456789"
    copy = Copy(NAME, f"dro-{run}-clicks-prod", AWAY, run, DRILL, "clicks", account=OTHER)
    with mock.patch.object(
        type(here.ledger), "copies", lambda *_: [CopyRecord(copy, CopyState.CREATED, None, made.clock.now())]
    ):
        guard = guarded(here, AWAY, run, Undriven(), account=account).guard
        delete = ("kinesis", "DeleteStream", {"StreamName": copy.id}, AWAY)
        if account == OTHER:
            guard.check(*delete)
        else:
            with pytest.raises(Forbidden):
                guard.check(*delete)


def test_an_account_has_one_role_and_is_allowed(made: Ground, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A role of an account where no drill may work, or a second one of an account, is a mistake in tiers.yaml."""
    twice = ELSEWHERE.replace("]", f", arn:aws:iam::{ACCOUNT}:role/dro-copy]")
    allowed = f'allowed: {{accounts: ["{ACCOUNT}"]}}\n'
    with wiring.using(clicks.world(home, made.clock, clicks=IN_OTHER, tiers=TIERS + allowed + ROLES + twice)):
        assert main.run(["check"]) == Exit.USAGE
    told = "".join(capsys.readouterr())
    assert f"roles.elsewhere[0]: account {OTHER} is not among those that tiers.yaml allows" in told
    assert f"roles.elsewhere[1]: another role is named for account {ACCOUNT}" in told
