"""Lambda function URLs that answer for real: a request reads the table or bucket of the function, no code is run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.core.common_models import CloudFormationModel
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends

from dr_orchestrator.lab.cloud.world import ACCOUNT, world

PREFIX = "/lab/function/"


class FunctionUrl(CloudFormationModel):
    """AWS::Lambda::Url, which moto's CloudFormation does not know."""

    def __init__(self, target: str) -> None:
        self.function = target.rsplit(":", 1)[-1] if target.startswith("arn:") else target
        self.physical_resource_id = target

    @staticmethod
    def cloudformation_name_type() -> str:
        """It has no name of its own."""
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        """Its type in templates."""
        return "AWS::Lambda::Url"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """The attributes that Fn::GetAtt may ask for."""
        return attr in ("FunctionUrl", "FunctionArn")

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """The URL under the lab's own endpoint, by a name as AWS's have one: a record of another name leads to that."""
        endpoint = world().endpoint.replace("127.0.0.1", "localhost")
        return f"{endpoint}{PREFIX}{self.function}" if attribute_name == "FunctionUrl" else self.function

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,  # noqa: ARG003 (moto's signature)
        cloudformation_json: dict[str, Any],
        account_id: str,  # noqa: ARG003
        region_name: str,  # noqa: ARG003
        **kwargs: Any,  # noqa: ARG003
    ) -> FunctionUrl:
        """Made for the function that it names."""
        return cls(str(cloudformation_json["Properties"]["TargetFunctionArn"]))

    @classmethod
    def delete_from_cloudformation_json(cls, *args: Any) -> None:
        """Nothing is kept of it."""

    def delete(self, account_id: str, region_name: str) -> None:
        """Nothing is kept of it."""


def _functions() -> Iterator[tuple[str, Any]]:
    """Every function of the account, with its region."""
    for region, backend in list(lambda_backends[ACCOUNT].items()):
        yield from ((region, each) for each in backend.list_functions())


def answer(name: str) -> tuple[int, bytes]:
    """The answer to a GET of a function's URL: 200 where what it was given the name of holds anything, else 503."""
    found = {region: each for region, each in _functions() if each.function_name == name}
    if not found:
        return 404, json.dumps({"status": "no such function"}).encode()
    region, function = next(iter(found.items()))
    variables = function.environment_vars or {}
    tables = dynamodb_backends[ACCOUNT][region].tables
    buckets = s3_backends[ACCOUNT]["aws"].buckets
    bucket = next((buckets[value] for value in variables.values() if value in buckets), None)
    if bucket is not None and (held := len(list(bucket.keys))):
        return 200, json.dumps({"status": "ok", "objects": held}).encode()
    table = next((tables[value] for value in variables.values() if value in tables), None)
    items = table.all_items() if table is not None and getattr(table, "status", "ACTIVE") == "ACTIVE" else []
    if not items:
        return 503, json.dumps({"status": "no data", "items": 0, "canary": None}).encode()
    attributes = [item.to_json()["Attributes"] for item in items]
    canary = next((each.get("at", {}).get("S") for each in attributes if {"S": "canary"} in each.values()), None)
    return 200, json.dumps({"status": "ok", "items": len(items), "canary": canary}).encode()
