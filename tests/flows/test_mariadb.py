"""MariaDB and Aurora MySQL, drilled end to end: snapshot, instant, heartbeat, checks of every kind, a new password."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from dr_orchestrator import wiring
from dr_orchestrator.cli.main import dro
from dr_orchestrator.domain.run import Role, Run
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.wiring.planning.plan import plan
from tests.support.maria_shop import CLUSTER, INSTANCE, PASSWORD, Kind, MariaShop, maria_shop
from tests.support.shop import run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=[INSTANCE, CLUSTER], ids=lambda kind: kind.engine)
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaShop]:
    kind: Kind = request.param
    with maria_shop(tmp_path_factory.mktemp("maria"), kind) as built:
        yield built


@pytest.fixture
def here(shop: MariaShop) -> Iterator[wiring.App]:
    with wiring.using(wiring.App(shop.settings, shop.clock)) as made:
        yield made


def passed(found: Run) -> None:
    assert found.closing is not None
    told = [f"{each.name}: {each.outcome} {each.observed}" for each in found.checks]
    assert {each.outcome for each in found.checks} == {Outcome.PASSED}, "\n".join((*told, str(found.closing.reasons)))
    assert found.closing.verdict in (Verdict.PASSED, Verdict.PASSED_WITH_FINDINGS), found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN


@pytest.mark.campaign(1)
def test_a_snapshot_is_restored_and_opened_by_a_new_password(shop: MariaShop, here: wiring.App) -> None:
    """The login was rotated after it, and no version of then is kept; all checks pass, deep ones too."""
    shop.beat(here)
    shop.take_snapshot("orders-1")
    rotated = "rotated-since-then"
    shop.server().give_password("orders", rotated)
    held = json.dumps({"username": "orders", "password": rotated})
    secrets = shop.client("secretsmanager")
    secrets.delete_secret(SecretId="prod/orders", ForceDeleteWithoutRecovery=True)
    secrets.create_secret(Name="prod/orders", SecretString=held)
    shop.beat(here)
    found = run(here, "orders-snapshot")
    passed(found)
    (reset,) = [step for step in found.steps if step.role is Role.RESET]
    assert reset.outcome is Outcome.PASSED
    (probe,) = [step for step in found.steps if step.role is Role.PROBE]
    assert (probe.tried, f"on RDS no statement of {shop.kind.name} tries" in probe.detail) == (False, True)
    for each in (PASSWORD, rotated):
        assert each not in str(found)
    changed = {each.action for each in shop.lab.journal if each.action.startswith("Modify")}
    assert changed == {f"Modify{shop.kind.key}"}


@pytest.mark.campaign(1)
def test_an_instant_is_restored(shop: MariaShop, here: wiring.App) -> None:
    """What was written before it is there, what was written since is not; the copy is of the source's engine."""
    shop.beat(here)
    shop.back_up()
    shop.beat(here)
    heard = len(shop.lab.journal)
    passed(run(here, "orders-pitr"))
    made = [each.params for each in shop.lab.journal[heard:] if each.action == "CreateDBInstance"]
    assert [each["Engine"] for each in made] == ([shop.kind.engine] if shop.kind is CLUSTER else [])


@pytest.mark.campaign(1)
def test_what_the_engine_cannot_answer_is_told_before_a_restore(shop: MariaShop) -> None:
    """By the plan from the source, and by the check where the engine is declared."""
    file = shop.settings.drills / "shop.yaml"
    declared, required = file.read_text(), f"require: [{shop.kind.askable}]"
    wanted = "checksums" if shop.kind is CLUSTER else "amcheck"
    told = f"{shop.kind.name} cannot be asked for {wanted}"
    runner, home = CliRunner(), {"DRO_HOME": str(shop.settings.home)}
    try:
        file.write_text(declared.replace(required, f"require: [{wanted}]"))
        with wiring.using(wiring.App(shop.settings, shop.clock)) as here:
            found = [each for each in plan(here, "orders-snapshot").preflight.blockers if each.name == "engine"]
        assert [each.words.split(" (")[0] for each in found] == [f"check sound: {told}"]
        assert runner.invoke(dro, ["check"], env=home).exit_code == 0
        engine = f"{{name: orders, engine: {shop.kind.engine}, secret"
        file.write_text(file.read_text().replace("{name: orders, secret", engine))
        checked = runner.invoke(dro, ["check"], env=home).output
        assert f"checks[5].integrity.require: {told}" in checked
    finally:
        file.write_text(declared)
