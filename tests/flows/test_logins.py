"""A password that was rotated after the recovery point: an old version opens the copy, else it gets a new one."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any
from unittest import mock

import psycopg
import pytest
from click.testing import CliRunner
from moto.secretsmanager.models import secretsmanager_backends

from dr_orchestrator import wiring
from dr_orchestrator.aws.logins import reset
from dr_orchestrator.cli.main import dro
from dr_orchestrator.domain.run import Role, Run, Step
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.wiring import sweeping
from tests.support import dying
from tests.support.estate import REGION
from tests.support.real_shop import CLUSTER, DRILLS, INSTANCE, PASSWORD, RealShop, real_shop
from tests.support.shop import ended, run

pytestmark = pytest.mark.slow
FORBIDDEN = "secret: prod/orders, reset_password: false"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealShop]:
    with real_shop(tmp_path_factory.mktemp("logins")) as made:
        yield made


@pytest.fixture(params=[INSTANCE, CLUSTER])
def source(request: pytest.FixtureRequest, shop: RealShop) -> Iterator[str]:
    """What is drilled; each test finds one version in the secret, that of the sources and of their snapshots."""
    yield str(request.param)
    secret(shop).versions.clear()
    secret(shop).set_default_version_id(None)
    held = json.dumps({"username": "orders", "password": PASSWORD})
    shop.client("secretsmanager").put_secret_value(SecretId="prod/orders", SecretString=held)


def secret(shop: RealShop) -> Any:
    return secretsmanager_backends[ACCOUNT][REGION].secrets["prod/orders"]


def rotated(shop: RealShop, source: str, pruned: bool = False) -> str:
    """Rotate the login of a source after its snapshot; where pruned, Secrets Manager has dropped what was before."""
    password = f"rotated-{len(secret(shop).versions)}-of-{source}"
    with shop._server(source).connect() as connection:
        connection.execute(f"ALTER ROLE orders PASSWORD '{password}'")
    held = json.dumps({"username": "orders", "password": password})
    shop.client("secretsmanager").put_secret_value(SecretId="prod/orders", SecretString=held)
    if pruned:
        for each in set(secret(shop).versions) - {secret(shop).default_version_id}:
            del secret(shop).versions[each]
    return password


def restore_password(shop: RealShop, source: str) -> None:
    with shop._server(source).connect() as connection:
        connection.execute(f"ALTER ROLE orders PASSWORD '{PASSWORD}'")


def steps_of(found: Run, role: Role) -> list[Step]:
    return [step for step in found.steps if step.role is role]


def written(shop: RealShop, found: Run) -> str:
    """All that is kept of a run: the ledger's file, the reports, what `dro show` prints; and the lab's journal."""
    home = shop.here.settings.home
    told = CliRunner().invoke(dro, ["show", found.header.id, "--json"], env={"DRO_HOME": str(home)})
    assert told.exit_code == 0, told.output
    kept = [each.read_bytes().decode("latin-1") for each in home.rglob("*") if each.is_file()]
    return "\n".join([told.output, *kept, *map(str, shop.lab.journal)])


@pytest.mark.campaign(1)
def test_the_version_of_then_opens_the_copy(shop: RealShop, source: str, caplog: pytest.LogCaptureFixture) -> None:
    """Rotated after the recovery point: PASSED by the older version, production neither connected to nor changed."""
    caplog.set_level(logging.DEBUG, "dr_orchestrator")
    before = shop.said_of_us(source)
    old, password = secret(shop).default_version_id, rotated(shop, source)
    try:
        found = run(shop.here, DRILLS[source])
        with psycopg.connect(shop.url(source).replace(PASSWORD, password)) as production:
            assert production.execute("SELECT 1").fetchone() == (1,)
    finally:
        restore_password(shop, source)
    assert found.closing is not None
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing.reasons
    (login,) = steps_of(found, Role.LOG_IN)
    assert f"as orders, by prod/orders, version {old[:8]} of " in login.detail
    assert "(AWSPREVIOUS)" in login.detail
    assert steps_of(found, Role.RESET) == []
    assert shop.said_of_us(source) == before
    kept = written(shop, found) + caplog.text
    assert [value for value in (PASSWORD, password) if value in kept] == []


@pytest.mark.campaign(1)
def test_a_copy_that_no_version_opens_gets_a_new_password(
    shop: RealShop, source: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The older versions are gone: a labelled step of the recovery, whose time counts; PASSWORDS are kept nowhere."""
    caplog.set_level(logging.DEBUG, "dr_orchestrator")
    before, made = shop.said_of_us(source), []
    password = rotated(shop, source, pruned=True)
    heard = len(shop.lab.journal)
    draw = reset._random
    with mock.patch.object(reset, "_random", lambda: made.append(draw()) or made[-1]):
        try:
            found = run(shop.here, DRILLS[source])
            with psycopg.connect(shop.url(source).replace(PASSWORD, password)) as production:
                assert production.execute("SELECT 1").fetchone() == (1,)
        finally:
            restore_password(shop, source)
    assert found.closing is not None
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing.reasons
    (login,), (step,) = steps_of(found, Role.LOG_IN), steps_of(found, Role.RESET)
    assert "is refused; its master user needs a new password" in login.detail
    assert (step.name, step.outcome) == ("reset the copy's master password", Outcome.PASSED)
    measured = found.closing.measures
    assert step.duration is not None
    assert measured.rta is not None
    assert step.duration.total_seconds() > 45
    assert measured.rta > step.duration
    changed = [each for each in shop.lab.journal[heard:] if each.action.startswith("Modify")]
    assert [each.params.get("ApplyImmediately") for each in changed] == ["true"]
    assert all(found.header.id in str(each.params) for each in changed)
    assert shop.said_of_us(source) == before
    kept = written(shop, found) + caplog.text
    assert len(made) == 1
    assert [value for value in (PASSWORD, password, *made) if value in kept] == []


@pytest.mark.campaign(1)
def test_a_reset_that_is_forbidden_is_told_with_what_would_allow_it(shop: RealShop, source: str) -> None:
    """INCONCLUSIVE with the versions that were tried and the line to change; nothing of the copy was changed."""
    rotated(shop, source, pruned=True)
    file = shop.here.settings.drills / "shop.yaml"
    declared = file.read_text()
    file.write_text(declared.replace("secret: prod/orders", FORBIDDEN))
    heard = len(shop.lab.journal)
    try:
        with wiring.using(wiring.App(shop.here.settings, shop.clock)) as another:
            found = run(another, DRILLS[source])
    finally:
        file.write_text(declared)
        restore_password(shop, source)
    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN)
    (why, *_) = found.closing.reasons
    assert f"no login opens dro-{found.header.id}-{source}: prod/orders, version " in why
    assert "`reset_password: true` (drills/shop.yaml:" in why
    assert not [each for each in shop.lab.journal[heard:] if each.action.startswith("Modify")]


@pytest.mark.campaign(1)
@pytest.mark.parametrize("dies_in", ["_ask", "_taken"])
def test_killed_in_the_reset_it_is_resumed_with_another_password(shop: RealShop, source: str, dies_in: str) -> None:
    """Before the call or after it was taken: nobody knows that password, so the next process gives one more; PASSED."""
    rotated(shop, source, pruned=True)
    try:
        dead = dying.killed_in(shop.here, DRILLS[source], mock.patch.object(reset.Reset, dies_in, dying.die))
        found = dying.resumed(shop.here, dead)
    finally:
        restore_password(shop, source)
    assert found.closing is not None
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing.reasons
    assert [step.outcome for step in steps_of(found, Role.RESET)] == [Outcome.ABORTED, Outcome.PASSED]


@pytest.mark.campaign(1)
def test_killed_in_the_reset_it_is_swept(shop: RealShop, source: str) -> None:
    """Whatever password the copy has by then, it is taken down by the ledger's row, its tag and its identity: CLEAN."""
    rotated(shop, source, pruned=True)
    try:
        dead = dying.killed_in(shop.here, DRILLS[source], mock.patch.object(reset.Reset, "_taken", dying.die))
        shop.here.driven.discard(dead.header.id)
        done = sweeping.sweep_run(shop.here, dead, "by hand")
    finally:
        restore_password(shop, source)
    assert all(each.gone for each in done)
    closing = shop.here.ledger.queries.run(dead.header.id).closing
    assert closing is not None
    assert closing.cleanup is Cleanup.CLEAN
