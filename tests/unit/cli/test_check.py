"""`dro check` beyond mistakes: what a template's owner would be asked at the drill, and data without a heartbeat."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dr_orchestrator.cli import main
from dr_orchestrator.errors import Exit
from tests.support import on_production, promotions, workspace
from tests.support.apart_app import TIERS
from tests.support.built_shop import ASKED

MAIL = "{TopicArn: !Ref Events, Protocol: email, Endpoint: oncall@example.com}"
TELLS = f"  Mail: {{Type: AWS::SNS::Subscription, Properties: {MAIL}}}\n  Events: {{Type: AWS::SNS::Topic}}\nOutputs:"
HEARTBEAT = "      - {name: heartbeat, newest-row: {table: heartbeat, column: at, canary: true, interval: 1m}}\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DRO_HOME", str(tmp_path))
    return tmp_path


def test_what_a_template_asks_is_told_by_check(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each ask stands at the resource's `rebuild`, with the template's line and the line to write; exit code 3."""
    workspace.write(home, template=workspace.TEMPLATE.replace("Outputs:", TELLS))
    assert main.run(["check"]) == Exit.INCONCLUSIVE
    told = capsys.readouterr().err
    assert "ask: drills/shop.yaml:16:resources.environment.rebuild: shop.template.yaml:" in told
    assert "Mail tells 'oncall@example.com' by email" in told
    assert "write there `leave_out: [Mail], or allow: {Mail:" in told
    assert "the files can be read; 1 ask." in told
    assert main.run(["check", "--json"]) == Exit.INCONCLUSIVE
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["level"], found["line"]) == ("ask", 16)
    assert not (home / ".dro").exists()  # files only: no ledger is made


def test_what_a_template_is_refused_for_is_told_by_check(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What no word allows is a problem as any other: exit code 2."""
    changes = (
        "  Rule: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: acme-invoices, PolicyDocument: {Statement: []}}}\n"
    )
    workspace.write(home, template=workspace.TEMPLATE.replace("Outputs:", f"{changes}Outputs:"))
    assert main.run(["check"]) == Exit.USAGE
    assert "would change 'acme-invoices' (Bucket)" in capsys.readouterr().err


def test_a_failover_of_production_needs_no_heartbeat(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is restored, so nothing is lost by a recovery point: its client counts what is; exit code 0."""
    workspace.write(home, shop=on_production.SHOP, tiers=workspace.TIERS + on_production.ENTRY)
    assert main.run(["check"]) == Exit.PASSED, capsys.readouterr().err


def test_data_without_a_heartbeat_is_asked_for(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A drill that could be inconclusive at best is told with the check to add, of each store; exit code 3."""
    shop = workspace.SHOP.replace(HEARTBEAT, "      - {name: orders, rows-at-least: {table: orders, minimum: 1}}\n")
    shop = shop.replace("      - {name: heartbeat, canary-item: {table: Config, key: {pk: canary}, attribute: at,", "#")
    workspace.write(home, shop=shop)
    assert main.run(["check"]) == Exit.INCONCLUSIVE
    told = capsys.readouterr().err
    assert "drills.orders-snapshot.checks: no heartbeat tells the loss: orders-snapshot is inconclusive" in told
    assert "newest-row: {table: heartbeat, column: at, canary: true, interval: 1m}" in told
    assert "no heartbeat tells the loss of Config: shop-replica is inconclusive" in told
    assert "canary-item: {table: Config, key: {pk: canary}, attribute: at, interval: 1m}" in told
    assert "2 asks." in told


def test_a_loss_that_rows_tell_is_a_warning(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A drill that passes with a finding at best is told so, and the files are all right: exit code 0."""
    workspace.write(home, shop=workspace.SHOP.replace("canary: true, interval: 1m", "within: 2h"))
    assert main.run(["check"]) == Exit.PASSED
    assert "warning: drills/shop.yaml:" in (told := capsys.readouterr().err)
    assert "from rows, of no heartbeat: it passes with a finding" in told


@pytest.mark.parametrize(
    ("part", "why"),
    [("Role", "is of AWS::IAM::Role, which keeps no data"), ("Off", "is not made"), ("Data/Nothing", "is not made")],
)
def test_what_keeps_no_data_needs_no_word(home: Path, capsys: pytest.CaptureFixture[str], part: str, why: str) -> None:
    """`empty` of a role, of what is left out and of what is nowhere is a problem at its own line."""
    more = """  Role: {Type: AWS::IAM::Role}
  Off: {Type: AWS::S3::Bucket}
  Data: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./data.yaml}}
Outputs:"""
    word = f"      leave_out: [Off]\n      empty:\n        {part}: nothing is kept\n      stores:"
    workspace.write(
        home,
        shop=workspace.SHOP.replace("      stores:", word),
        template=workspace.TEMPLATE.replace("Outputs:", more),
        tiers=workspace.TIERS + "replica: {bucket: templates}\n",
    )
    (home / "drills" / "infrastructure" / "data.yaml").write_text("Resources: {Kept: {Type: AWS::SQS::Queue}}")
    assert main.run(["check"]) == Exit.USAGE
    told = capsys.readouterr().err
    assert f"drills/shop.yaml:21:resources.environment.rebuild.empty.{part}: '{part}' {why}" in told


def test_a_heartbeat_is_expected_as_it_is_written(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A check that expects another interval than `dro canary` writes at is a warning, with both."""
    canary = "id: sessions-prod, region: us-east-1, canary: {key: {pk: canary}, attribute: at, interval: 5m}"
    workspace.write(home, shop=workspace.SHOP.replace("id: sessions-prod, region: us-east-1", canary))
    assert main.run(["check"]) == Exit.PASSED
    told = capsys.readouterr().err
    assert "check 'heartbeat': the heartbeat is written every 5m, and expected every 1m" in told
    assert "2 warnings." in told


@pytest.mark.parametrize(("every", "expected"), [("5m", Exit.PASSED), ("1m", Exit.PASSED)])
def test_the_heartbeat_of_a_promotion_is_that_of_what_is_replicated(
    home: Path, capsys: pytest.CaptureFixture[str], every: str, expected: Exit
) -> None:
    """The standing replica has none of its own: the interval is held to that of the other."""
    secret = "database: {name: orders, secret: prod/orders}"
    canary = f"{secret}, canary: {{table: heartbeat, column: at, interval: {every}}}"
    shop = promotions.SHOP.replace(secret, canary, 1)
    assert shop != promotions.SHOP
    workspace.write(home, shop=shop)
    assert main.run(["check"]) == expected
    warned = f"the heartbeat is written every {every}, and expected every 1m"
    told = [line for line in capsys.readouterr().err.splitlines() if warned in line]
    assert any(f"drills.{promotions.DRILL}.checks" in each for each in told) is (every != "1m")


def test_what_a_program_makes_has_no_template(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An environment of a program is all right by its own files: nobody looks for a template of it."""
    workspace.write(home, shop=ASKED, tiers=TIERS)
    assert main.run(["check"]) == Exit.PASSED
    assert "all right" in capsys.readouterr().out


def test_items_of_a_program_are_asked_for_by_no_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No check reads a table that a program made: the drill is told so, and no check that would be refused."""
    table = "stores: {config: sessions, database:"
    workspace.write(home, shop=ASKED.replace("stores: {database:", table), tiers=TIERS)
    assert main.run(["check"]) == Exit.INCONCLUSIVE
    told = capsys.readouterr().err
    assert "nobody reads the items of config, which a program made: shop-replica is inconclusive" in told
    assert "canary-item" not in told


@pytest.mark.parametrize(
    ("bucket", "ended"), [("", Exit.INCONCLUSIVE), ("replica: {bucket: templates}\n", Exit.PASSED)]
)
def test_stacks_within_ask_for_a_bucket(
    home: Path, capsys: pytest.CaptureFixture[str], bucket: str, ended: Exit
) -> None:
    """What every drill of the template would stop at is told before one is run, with the line to write."""
    within = "  Data: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./data.yaml}}\nOutputs:"
    workspace.write(home, template=workspace.TEMPLATE.replace("Outputs:", within), tiers=f"{workspace.TIERS}{bucket}")
    (home / "drills" / "infrastructure" / "data.yaml").write_text("Resources: {Kept: {Type: AWS::SQS::Queue}}")
    assert main.run(["check"]) == ended
    asked = "it has stacks within, whose templates we derive (write `replica: {bucket: NAME}` in tiers.yaml"
    assert (asked in capsys.readouterr().err) is not bool(bucket)
