"""A replica in an account of its own: made, filled, checked, taken down and swept there, and nothing beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from moto.cloudformation.models import cloudformation_backends
from moto.dynamodb.models import dynamodb_backends
from moto.iam.models import iam_backends

from dr_orchestrator import wiring
from dr_orchestrator.cli import main
from dr_orchestrator.domain.copy import Place
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import Exit
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.runner.session import Session
from dr_orchestrator.wiring import App, opening
from tests.support import workspace
from tests.support.apart import APART, OTHER, ROLES, THERE
from tests.support.dying import die, killed_in, resumed
from tests.support.estate import REGION, Estate
from tests.support.estate import estate as lab_of
from tests.support.shop import beat, ended, run

TOLD = f"{REGION} of account {OTHER}"
WITH_A_ROLE = workspace.TEMPLATE.replace(
    "Outputs:",
    """
  Worker:
    Type: AWS::IAM::Role
    Properties:
      RoleName: shop-worker
      AssumeRolePolicyDocument:
        {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
Outputs:""",
)


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with lab_of(tmp_path_factory.mktemp("lab")) as made:
        beat(made)
        yield made


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[App]:
    """A workspace whose replicas have an account of their own."""
    made = workspace.world(home, shop.clock, template=WITH_A_ROLE, tiers=workspace.TIERS + THERE + APART)
    with wiring.using(made):
        yield made


def stacks(account: str) -> list[str]:
    return [each.name for each in cloudformation_backends[account][REGION].stacks.values()]


def tables(account: str) -> list[str]:
    return list(dynamodb_backends[account][REGION].tables)


def roles(account: str) -> dict[str, str | None]:
    return {each.name: each.permissions_boundary for each in iam_backends[account]["aws"].get_roles()}


def drilled(here: App) -> Run:
    return run(here, "shop-replica")


def test_it_is_drilled_whole(shop: Estate, here: App) -> None:
    """The environment stands there alone, its roles without a boundary; the backup is restored beside production."""
    seen: list[object] = []
    verify = Session.verify

    def looked(session: Session) -> None:
        seen.extend([stacks(OTHER), stacks(ACCOUNT), tables(OTHER), roles(OTHER)])
        verify(session)

    with mock.patch.object(Session, "verify", looked):
        found = drilled(here)

    assert found.closing is not None
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing.reasons
    copy = f"dro-{found.header.id}-shop-prod"
    assert seen[:2] == [[copy], []]
    assert len(seen[2]) == 1  # type: ignore[arg-type]
    assert seen[3] == {f"{copy}-shop-worker": None}
    assert {row.copy.id: row.copy.place for row in found.copies} == {
        copy: Place(OTHER, REGION),
        f"dro-{found.header.id}-interim-sessions-prod": Place("", REGION),
        f"{copy}-config": Place(OTHER, REGION),
    }
    assert (tables(OTHER), roles(OTHER)) == ([], {})
    assert [name for name in tables(ACCOUNT) if name.startswith("dro-")] == []


def test_a_dead_run_is_swept_there(shop: Estate, here: App, capsys: pytest.CaptureFixture[str]) -> None:
    """From production's account, by the role of the other: the inventory of that place proves it."""
    dead = killed_in(here, "shop-replica", mock.patch.object(Session, "verify", die))
    assert tables(OTHER) != []
    capsys.readouterr()
    assert main.run(["sweep", "--json"]) == Exit.PASSED
    told = json.loads(capsys.readouterr().out)
    assert (stacks(OTHER), tables(OTHER)) == ([], [])
    assert TOLD in told["inventory"]["regions"]
    swept = here.ledger.queries.run(dead.header.id)
    assert swept.closing is not None
    assert swept.closing.cleanup is Cleanup.CLEAN


def test_a_dead_run_is_resumed_there(shop: Estate, here: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stack that stands in the other account is the run's: it is gone on with, filled once, and taken down."""
    monkeypatch.setattr(opening, "_last_seen", lambda *_: shop.clock.now())
    dead = killed_in(here, "shop-replica", mock.patch.object(Session, "verify", die))
    found = resumed(here, dead)
    assert found.closing is not None
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing.reasons
    assert len(shop.calls("ExecuteChangeSet")) == 1
    assert (stacks(OTHER), tables(OTHER)) == ([], [])


def test_a_namesake_beside_production_is_left_alone(shop: Estate, here: App) -> None:
    """A stack and a table of the copy's names in production's account are somebody's: nothing is done to them."""
    verify = Session.verify
    made: list[str] = []

    def namesakes(session: Session) -> None:
        name = session.copy.id
        shop.client("dynamodb").create_table(
            TableName=f"{name}-config",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        )
        made.append(f"{name}-config")
        verify(session)

    with mock.patch.object(Session, "verify", namesakes):
        found = drilled(here)
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.CLEAN
    assert set(made) <= set(tables(ACCOUNT))
    assert tables(OTHER) == []


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (ROLES + APART, f"replica.account: no role reaches account {OTHER} (add one to `roles: elsewhere`"),
        (THERE + "replica: {place: drill-account}\n", "replica.place: no account is named for replicas"),
        (
            THERE + f'replica: {{account: "{ACCOUNT}"}}\n',
            f"replica.account: account {ACCOUNT} is the one in which drills read production",
        ),
        (
            THERE + APART + f'allowed: {{accounts: ["{ACCOUNT}"]}}\n',
            f"replica.account: account {OTHER} is not among those that tiers.yaml allows",
        ),
    ],
)
def test_an_account_that_cannot_be_is_told_by_its_line(
    home: Path, shop: Estate, capsys: pytest.CaptureFixture[str], more: str, told: str
) -> None:
    """Without a role, without a name, production's own, or one where no drill may work: by `dro check`."""
    with wiring.using(workspace.world(home, shop.clock, tiers=workspace.TIERS + more)):
        assert main.run(["check"]) == Exit.USAGE
    assert told in "".join(capsys.readouterr())


def test_a_drill_may_choose_otherwise(home: Path, shop: Estate, capsys: pytest.CaptureFixture[str]) -> None:
    """A resource says where its replica stands, whatever tiers.yaml says; and production is not in that account."""
    beside = workspace.SHOP.replace("      stores:", "      place: beside\n      stores:")
    with wiring.using(
        workspace.world(home / "a", shop.clock, shop=beside, tiers=workspace.TIERS + THERE + APART)
    ) as here:
        resource = here.catalogue.drills["shop-replica"].resource
        assert resource.rebuild is not None
        assert (resource.rebuild.place, resource.rebuild.account) == ("beside", "")
    apart = workspace.SHOP.replace("      stores:", "      place: drill-account\n      stores:")
    with wiring.using(workspace.world(home / "b", shop.clock, shop=apart)):
        assert main.run(["check"]) == Exit.USAGE
    assert "rebuild.place: no account is named for replicas" in "".join(capsys.readouterr())
    there = workspace.SHOP.replace("region: us-east-1}", f'region: us-east-1, account: "{OTHER}"}}', 1)
    with wiring.using(workspace.world(home / "c", shop.clock, shop=there, tiers=workspace.TIERS + THERE + APART)):
        assert main.run(["check"]) == Exit.USAGE
    assert f"account {OTHER} is that of replicas: production must not be in it" in "".join(capsys.readouterr())
