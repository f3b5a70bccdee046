"""Whoever logs in again in another terminal saves the drill: credentials of the machine are read anew in mid-wait."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.aws.access.roles import AssumedRole
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.wiring import sweeping
from tests.support import shop as shops
from tests.support import workspace
from tests.support.estate import Estate
from tests.support.logins import EVENING, MORNING, expire, log_in
from tests.support.shop import ALL, FULL, GREEN

ROLES = """
roles: {source: "arn:aws:iam::123456789012:role/dro-read", drill: "arn:aws:iam::123456789012:role/dro-drill"}
"""


@pytest.fixture
def roles(shop: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    """The drill works by roles, which the machine's credentials take on, for a quarter of an hour each time."""
    granted = AssumedRole._assume

    def brief(self: AssumedRole) -> Mapping[str, str]:
        return {**granted(self), "expiry_time": (shop.clock.now() + timedelta(minutes=15)).isoformat()}

    monkeypatch.setattr(AssumedRole, "_assume", brief)
    monkeypatch.setattr(workspace, "TIERS", workspace.TIERS + ROLES)


def drilled(shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch, drill: str, again: bool) -> Run:
    """A run by a credentials file whose login ends in mid-drill, and is renewed just then or not."""
    log_in(here.settings.home, EVENING)

    def strike(_: Estate) -> None:
        expire(shop)
        if again:
            log_in(here.settings.home, MORNING)

    shops.disrupted_at(monkeypatch, shop, "wait", strike)
    with monkeypatch.context() as during:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            during.delenv(name, raising=False)
        during.setenv("AWS_SHARED_CREDENTIALS_FILE", str(here.settings.home / "credentials"))
        return shops.run(here, drill)


@pytest.mark.parametrize("drill", [drill for drill in ALL if FULL or drill != "orders-pitr"])
def test_a_login_in_mid_wait_saves_the_drill(
    shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch, drill: str
) -> None:
    """The token expires while the copy is waited for, and the credentials file is written anew: passes, CLEAN."""
    shops.fresh(shop)
    before = shops.everything(shop)

    found = drilled(shop, here, monkeypatch, drill, again=True)

    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    assert "asked again after" in (told := shops.told(here, found))
    assert "ExpiredToken" in told
    assert {EVENING, MORNING} <= shop.lab.application._first_used.keys()
    assert max(shops.made(shop, found.header.id).values()) == 1
    shop.lab.faults.clear()
    assert shops.everything(shop) == before


@pytest.mark.usefixtures("roles")
def test_a_role_is_taken_on_anew_by_the_new_login(
    shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The login ends, AWS refuses AssumeRole in mid-wait, and it is asked once more: passes, CLEAN."""
    shops.fresh(shop)
    before = shops.everything(shop)

    found = drilled(shop, here, monkeypatch, "sessions-pitr", again=True)

    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    assert MORNING in shop.lab.application._first_used
    assert "asked again after sts:AssumeRole" in shops.told(here, found)
    shop.lab.faults.clear()
    assert shops.everything(shop) == before


def test_without_a_new_login_it_ends_and_says_what_to_do(
    shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As ever: INCONCLUSIVE, LEFTOVERS; the reasons say to log in again and to sweep, and the sweep then cleans up."""
    shops.fresh(shop)
    before = shops.everything(shop)

    found = drilled(shop, here, monkeypatch, "sessions-pitr", again=False)

    assert found.closing is not None
    assert found.closing.verdict is Verdict.INCONCLUSIVE
    assert found.closing.cleanup is Cleanup.LEFTOVERS
    for reasons in (found.closing.reasons, found.closing.cleanup_reasons):
        assert "log in again; `dro sweep` takes down what was left" in " ".join(reasons)
    shop.lab.faults.clear()
    for left in sweeping.resistant_runs(here):
        assert all(each.gone for each in sweeping.sweep_run(here, left, "by hand"))
    assert shops.everything(shop) == before
