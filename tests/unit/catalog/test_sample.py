"""The sample company: what it declares, and that its template makes an environment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.cloudformation import parsing

from dr_orchestrator.aws.template.given import given
from dr_orchestrator.domain.drill import CanaryItem, Catalogue, RestoredItem, RestoredRow
from tests.support.types import load

DRILLS = Path(__file__).parents[3] / "drills"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load(DRILLS)


def test_the_drills_of_the_sample_company(catalogue: Catalogue) -> None:
    """Each with its kind and its point, each held to the promise that the two real programmes publish."""
    told = {
        drill.name: (str(drill.kind), str(drill.objective.rto), str(drill.objective.rpo), str(drill.selection))
        for drill in catalogue.drills.values()
    }
    assert told == {
        "analytics-snapshot": ("snapshot-restore", "< 72 h", "< 24 h", "latest"),
        "bitbucket-pitr": ("pitr-restore", "< 6 h", "< 1 h", "20 m before the start"),
        "confluence-pitr": ("pitr-restore", "< 6 h", "< 1 h", "latest"),
        "confluence-snapshot": ("snapshot-restore", "< 6 h", "<= 25 h", "latest"),
        "dwa-replica": ("replica-rebuild", "<= 4 h", "<= 1 h", "latest"),
        "dwa-table-backup": ("snapshot-restore", "<= 12 h", "<= 25 h", "latest"),
        "dwa-table-pitr": ("pitr-restore", "<= 12 h", "<= 1 h", "latest"),
        "images-failover": ("az-failover", "< 24 h", "< 8 h", "latest"),
        "images-objects-pitr": ("pitr-restore", "< 24 h", "< 8 h", "latest"),
        "images-snapshot": ("snapshot-restore", "< 24 h", "< 8 h", "latest"),
        "jira-pitr": ("pitr-restore", "< 6 h", "< 1 h", "latest"),
        "jira-snapshot": ("snapshot-restore", "< 6 h", "<= 25 h", "latest"),
        "platform-pitr": ("pitr-restore", "< 4 h", "< 1 h", "latest"),
        "statuspage-pitr": ("pitr-restore", "< 24 h", "< 8 h", "latest"),
        "statuspage-snapshot": ("snapshot-restore", "< 24 h", "<= 25 h", "latest"),
        "trello-pitr": ("pitr-restore", "< 6 h", "< 1 h", "latest"),
        "trello-snapshot": ("snapshot-restore", "< 6 h", "<= 25 h", "latest"),
    }


def test_each_drill_reads_its_data_loss_from_a_heartbeat(catalogue: Catalogue) -> None:
    """Every drill of the sample has its canary, a replica one a store, so that RPA is measured and not inferred."""
    for drill in catalogue.drills.values():
        canaries = [check for check in drill.checks if getattr(check, "canary", isinstance(check, CanaryItem))]
        assert len(canaries) == max(1, len(drill.stores)), drill.name


def test_a_restore_of_either_kind_is_shown_to_take_effect(catalogue: Catalogue) -> None:
    """A database and a table of the sample are held to their marker, where `dro canary` is declared to write it."""
    for name, kind in (("jira-pitr", RestoredRow), ("dwa-table-pitr", RestoredItem)):
        drill = catalogue.drills[name]
        (marker,) = (check for check in drill.checks if isinstance(check, kind))
        canary = drill.resource.canary
        assert canary is not None
        place = (canary.table, canary.column) if isinstance(marker, RestoredRow) else (canary.key, canary.attribute)
        assert place == tuple(
            getattr(marker, each) for each in ("table", "column", "key", "attribute") if getattr(marker, each, "")
        )


class _Address:
    """AWS::Lambda::Url, which moto's CloudFormation does not know."""

    type = "AWS::Lambda::Url"
    physical_resource_id = "address"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr == "FunctionUrl"

    @classmethod
    def create_from_cloudformation_json(cls, *args: Any, **kwargs: Any) -> _Address:
        return cls()

    def get_cfn_attribute(self, name: str) -> str:
        return "https://replica.example.com/"

    def is_created(self) -> bool:
        return True

    def delete(self, *args: Any) -> None:
        pass


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in {"ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "x", "DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    known = {**parsing.get_model_map(), _Address.type: _Address}
    monkeypatch.setattr(parsing, "get_model_map", lambda: known)
    with mock_aws():
        yield


@pytest.mark.usefixtures("simulated")
def test_the_template_makes_an_environment_and_takes_it_away(catalogue: Catalogue) -> None:
    """As it is derived: the stack comes up, tells the outputs that checks ask for, and leaves nothing behind."""
    rebuild = catalogue.drills["dwa-replica"].resource.rebuild
    assert rebuild is not None
    replica = "dro-20261120-0123abcdef-dwa-prod"
    stacks, tables = boto3.client("cloudformation"), boto3.client("dynamodb")
    stacks.create_stack(
        StackName=replica,
        TemplateBody=given(rebuild, replica).body,
        Parameters=[{"ParameterKey": key, "ParameterValue": each} for key, each in rebuild.given(replica).items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    stack = stacks.describe_stacks(StackName=replica)["Stacks"][0]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    assert (stack["StackStatus"], outputs["TableName"]) == ("CREATE_COMPLETE", f"{replica}-config")
    assert set(outputs) == {"HealthUrl", "TableName", "QueueUrl"}
    assert tables.list_tables()["TableNames"] == [f"{replica}-config"]
    stacks.delete_stack(StackName=replica)
    assert tables.list_tables()["TableNames"] == []
    assert boto3.client("logs").describe_log_groups()["logGroups"] == []


@pytest.mark.usefixtures("simulated")
def test_the_function_of_the_template_answers(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """200 and ok with the heartbeat in the table, 503 without; events of connected accounts are queued, others not."""
    table = boto3.client("dynamodb")
    table.create_table(
        TableName="t",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    queue = boto3.resource("sqs").create_queue(QueueName="q")
    monkeypatch.setenv("TABLE", "t")
    monkeypatch.setenv("QUEUE", queue.url)
    payloads = boto3.resource("s3").create_bucket(Bucket="payloads")
    monkeypatch.setenv("PAYLOADS", payloads.name)
    program: dict[str, Any] = {}
    exec(_inline_code(), program)  # noqa: S102 (our own template's)
    request: dict[str, Any] = {"requestContext": {}}
    assert program["handle"](request, None)["statusCode"] == 503
    for key in ("canary", "account#1"):
        table.put_item(TableName="t", Item={"pk": {"S": key}})
    answer = program["handle"](request, None)
    assert (answer["statusCode"], answer["body"]) == (200, '{"status": "ok"}')
    for account in ("1", "2"):
        program["handle"]({"account": account, "detail-type": "d", "time": "t", "resources": []}, None)
    assert len(queue.receive_messages(MaxNumberOfMessages=10)) == 1
    large = {
        "account": "1",
        "detail-type": "d",
        "time": "2026-11-20T09:00:00Z",
        "id": "7",
        "resources": ["x" * 300_000],
    }
    program["handle"](large, None)
    (message,) = queue.receive_messages(MaxNumberOfMessages=10)
    assert json.loads(message.body)["payload"] == "2026/11/20/7.json"
    assert len(payloads.Object("2026/11/20/7.json").get()["Body"].read()) > 300_000


def _inline_code() -> str:
    lines = (DRILLS / "infrastructure" / "develop-with-aws.template.yaml").read_text().splitlines()
    start = next(index for index, line in enumerate(lines) if "ZipFile: |" in line) + 1
    end = next(
        index for index in range(start, len(lines)) if lines[index].strip() and not lines[index].startswith(" " * 10)
    )
    return "\n".join(line[10:] for line in lines[start:end])
