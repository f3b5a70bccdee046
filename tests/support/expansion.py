"""A shop whose template AWS has to expand, with a production that a hostile one would like to change."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from dr_orchestrator import wiring
from dr_orchestrator.aws.template import boundary
from dr_orchestrator.domain.replica import BOUNDARY
from dr_orchestrator.domain.run import Run
from tests.support import workspace
from tests.support.estate import Estate
from tests.support.estate import estate as lab_of
from tests.support.shop import beat, run

BUCKET, ROLE, SHELF = "shop-prod-assets", "shop-prod-worker", "drill-templates"
SAM = """
  Answer:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      InlineCode: "def handler(event, context): return {}"
      Policies: [{DynamoDBReadPolicy: {TableName: !Ref Config}}]
"""
MACRO = "Transform: Tagger"
POLICY = {
    "Type": "AWS::IAM::Policy",
    "Properties": {"PolicyName": "more", "PolicyDocument": {"Statement": []}, "Roles": [ROLE]},
}
"""A resource that changes production."""


def template(*resources: str, head: str = "") -> str:
    """The shop's template with more in it; `head` stands before all sections."""
    body = workspace.TEMPLATE.replace(
        "\nOutputs:", "".join(f"\n{each.strip(chr(10))}" for each in resources) + "\nOutputs:"
    )
    return f"{head}\n{body}"


@contextmanager
def shop_of(folder: Path) -> Iterator[Estate]:
    """Within: the estate with a bucket and a role of production, the boundary of replicas, and one for templates."""
    with lab_of(folder) as made:
        iam, s3 = made.client("iam"), made.client("s3")
        iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument="{}")
        iam.create_policy(PolicyName=BOUNDARY, PolicyDocument=json.dumps(boundary.policy()))
        for bucket in (BUCKET, SHELF):
            s3.create_bucket(Bucket=bucket)
        beat(made)
        yield made


def production(shop: Estate) -> dict[str, Any]:
    """All that a template could change of production, and all that a drill could leave behind, as AWS tells it."""
    iam, s3, cfn = (shop.client(each) for each in ("iam", "s3", "cloudformation"))
    roles = [each["RoleName"] for each in iam.list_roles()["Roles"]]
    return {
        **shop.inventory(),
        "roles": {each: iam.list_role_policies(RoleName=each)["PolicyNames"] for each in roles},
        "templates": [each["Key"] for each in s3.list_objects_v2(Bucket=SHELF).get("Contents", [])],
        "review": [each["StackName"] for each in cfn.describe_stacks()["Stacks"]],
        "functions": [each["FunctionName"] for each in shop.client("lambda").list_functions()["Functions"]],
    }


@contextmanager
def room(shop: Estate, home: Path, body: str, more: str = "", shelf: str = "", **beside: str) -> Iterator[wiring.App]:
    """Within: the workspace with that template, `more` of the owner's words, a bucket, and templates beside it."""
    stores = "      stores: {Config: {resource: sessions, fill: items}}\n"
    made = workspace.world(home, shop.clock, template=body, shop=workspace.SHOP.replace(stores, stores + more))
    tiers = home / "drills" / "tiers.yaml"
    if shelf:
        tiers.write_text(tiers.read_text() + f"replica: {{bucket: {shelf}}}\n")
    for name, text in beside.items():
        (home / "drills" / "infrastructure" / f"{name}.yaml").write_text(text)
    with mock.patch.dict(os.environ, {"DRO_HOME": str(home)}), wiring.using(made) as here:
        yield here


def drilled(shop: Estate, home: Path, body: str, more: str = "", shelf: str = "", **beside: str) -> Run:
    """A drill of the shop's environment."""
    with room(shop, home, body, more, shelf, **beside) as here:
        return run(here, "shop-replica")


def told(found: Run) -> str:
    """Why a run ended as it did."""
    assert found.closing is not None
    return " ".join(found.closing.reasons)
