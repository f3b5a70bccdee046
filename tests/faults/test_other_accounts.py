"""Somebody logs in to another account while copies are taken down: what is absent there is not gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NoReturn
from unittest import mock

import boto3
import pytest

from dr_orchestrator import wiring
from dr_orchestrator.cli import main
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup
from dr_orchestrator.errors import Exit, NotRecoverable, UsageError
from dr_orchestrator.resources.dynamodb_table.restore import DynamoTable
from dr_orchestrator.runner import sweep as of_runner
from dr_orchestrator.runner.session import Session
from dr_orchestrator.wiring import opening, sweeping
from tests.support import shop as shops
from tests.support.dying import die, killed_in, read, resumed
from tests.support.estate import REGION, Estate
from tests.support.logins import EVENING, MORNING, expire, log_in

MINE, OTHER = "123456789012", "222222222222"
KEYS = {
    "aws_access_key_id": "AccessKeyId",
    "aws_secret_access_key": "SecretAccessKey",
    "aws_session_token": "SessionToken",
}
Turn = Callable[[], None]


@pytest.fixture
def turn(shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Turn]]:
    """How the machine's credentials become another account's: overwritten, or expired with another login found."""
    role = f"arn:aws:iam::{OTHER}:role/other"
    sts = boto3.client("sts", region_name=REGION)
    other = sts.assume_role(RoleArn=role, RoleSessionName="other")["Credentials"]
    home = here.settings.home
    log_in(home, EVENING)
    with monkeypatch.context() as during:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            during.delenv(name, raising=False)
        during.setenv("AWS_SHARED_CREDENTIALS_FILE", str(home / "credentials"))

        def overwritten() -> None:
            keys = [f"{name} = {other[of]}" for name, of in KEYS.items()]
            (home / "credentials").write_text("\n".join(["[default]", *keys, ""]))

        def expired() -> None:
            expire(shop)
            overwritten()

        yield {"overwritten": overwritten, "expired": expired}
        shop.lab.faults.clear()
        log_in(home, MORNING)
        shops.swept(here)


def in_verify(shop: Estate, here: wiring.App) -> Run:
    shops.fresh(shop)
    return killed_in(here, "sessions-pitr", mock.patch.object(Session, "verify", die))


def turning(where: Any, name: str, turned: Turn) -> Any:
    """What is named, but for the credentials that turn just before."""
    original = getattr(where, name)

    def later(*given: Any, **named: Any) -> Any:
        turned()
        return original(*given, **named)

    return mock.patch.object(where, name, later)


def tables() -> list[str]:
    """The tables of the run's own account, by the hand of somebody who never lost it."""
    mine = boto3.Session(aws_access_key_id="lab", aws_secret_access_key="lab")
    return list(mine.client("dynamodb", region_name=REGION).list_tables()["TableNames"])


@pytest.mark.parametrize("how", ["overwritten", "expired"])
@pytest.mark.parametrize("command", ["sweep", "abort"])
def test_a_copy_is_not_believed_gone_by_another_accounts_word(
    shop: Estate,
    here: wiring.App,
    turn: dict[str, Turn],
    how: str,
    command: str,
) -> None:
    """Just before the one that deletes is made: it asks whose it is by now, and the copy is a leftover."""
    dead = in_verify(shop, here)
    with turning(sweeping, "destroyer", turn[how]):
        code = main.run([command, *([dead.header.id] if command == "abort" else [])])

    assert code == Exit.LEFTOVERS
    found = read(here, dead)
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.LEFTOVERS
    assert f"account {MINE} then, {OTHER} now" in " ".join(found.closing.cleanup_reasons)
    assert found.copies[0].state is CopyState.LEFTOVER
    assert found.copies[0].copy.id in tables()


def test_who_deletes_goes_on_in_its_own_account_or_not_at_all(
    shop: Estate,
    here: wiring.App,
    turn: dict[str, Turn],
) -> None:
    """The login ends after the account was asked for, and another account's is found: it is not taken."""
    dead = in_verify(shop, here)
    with turning(DynamoTable, "destroy", turn["expired"]):
        assert main.run(["sweep"]) == Exit.LEFTOVERS
    found = read(here, dead)
    assert found.closing is not None
    assert "ExpiredToken" in " ".join(found.closing.cleanup_reasons)
    assert found.copies[0].state is CopyState.LEFTOVER
    assert found.copies[0].copy.id in tables()


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_inventory_of_another_account_proves_nothing(
    shop: Estate,
    here: wiring.App,
    turn: dict[str, Turn],
    when: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The copy is gone by its own account's word; that the two inventories are of two accounts is told."""
    dead = in_verify(shop, here)
    if when == "after":
        changed = turning(DynamoTable, "destroy", turn["overwritten"])
    else:
        turn["overwritten"]()
        changed = turning(sweeping, "destroyer", lambda: log_in(here.settings.home, MORNING))
    with changed:
        assert main.run(["sweep"]) == Exit.INCONCLUSIVE

    then, now = (MINE, OTHER) if when == "after" else (OTHER, MINE)
    assert f"account {now} was listed after, not {then}" in capsys.readouterr().out
    found = read(here, dead)
    assert found.closing is not None
    assert found.closing.cleanup_reasons[-1].startswith(f"no inventory of {REGION} could prove it: account")
    assert found.copies[0].state is CopyState.DELETED
    assert found.copies[0].copy.id not in tables()


def test_a_resume_does_not_believe_another_account_either(
    shop: Estate,
    here: wiring.App,
    turn: dict[str, Turn],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A copy that only the dead process came to is looked for where the run was, or is a leftover."""
    dead = in_verify(shop, here)
    monkeypatch.setattr(opening, "_last_seen", lambda *_: shop.clock.now())

    def renamed(*_: object) -> NoReturn:
        raise NotRecoverable("no DynamoDB table sessions-prod")

    with mock.patch.object(DynamoTable, "_source", renamed), turning(opening, "destroyer", turn["overwritten"]):
        found = resumed(here, dead)
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.LEFTOVERS
    assert f"account {MINE} then, {OTHER} now" in " ".join(found.closing.cleanup_reasons)
    assert found.copies[0].copy.id in tables()


def test_an_inventory_knows_whose_it_is(shop: Estate, here: wiring.App, turn: dict[str, Turn]) -> None:
    """Each region's account is asked for, once; one that cannot be told leaves the region unread."""
    asked = len(shop.calls("GetCallerIdentity"))
    assert of_runner.take_inventory(sweeping.context(here)).accounts == {REGION: MINE}
    assert len(shop.calls("GetCallerIdentity")) == asked + 1
    shop.lab.faults.add({"kind": "access-denied", "action": "GetCallerIdentity"})
    seen = of_runner.take_inventory(sweeping.context(here))
    assert (seen.accounts, seen.objects) == ({REGION: ""}, frozenset())
    assert {place for place, _ in seen.unread} == {REGION}


def test_a_run_that_never_learned_its_account_is_not_resumed(shop: Estate, here: wiring.App) -> None:
    """It has made nothing; what it would make now nobody could look for in the right account. A sweep closes it."""
    shop.lab.faults.add({"kind": "access-denied", "action": "GetCallerIdentity"})
    dead = killed_in(here, "sessions-pitr", mock.patch.object(Session, "look", die))
    assert dead.header.provenance.account == ""
    shop.lab.faults.clear()
    with pytest.raises(UsageError, match=f"account unknown then, {MINE} now"):
        resumed(here, dead)
    assert main.run(["sweep"]) == Exit.PASSED
    assert read(here, dead).closing is not None
