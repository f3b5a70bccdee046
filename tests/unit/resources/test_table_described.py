"""A table in words: its key, a team's by its ARN, AWS's as what it is everywhere; its replicas in other regions."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Denied
from dr_orchestrator.aws.parity.reading import facts
from dr_orchestrator.domain.parity import KEY_OF_AWS, MANAGED_KEY, Facts, Standing, compare
from dr_orchestrator.resources.dynamodb_table.described import LOOKS
from dr_orchestrator.resources.dynamodb_table.parity import SETTINGS

OWN = [each for each in SETTINGS if each.name == "encryption"]
REPLICAS = [each for each in SETTINGS if each.name == "replicas"]
KEY = "arn:aws:kms:{}:123456789012:key/1"


def told(key: str = "", manager: str = "CUSTOMER", region: str = "us-east-1", denied: bool = False) -> Facts:
    """The encryption of a table that has this key, managed by AWS or a team, or that nobody may look at."""
    arn = KEY.format(region) if key else ""
    sse = {"SSEDescription": {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": arn}} if key else {}

    def call(operation: str, **_: Any) -> Any:
        if operation == "DescribeKey":
            if denied:
                raise Denied("no", call="kms:DescribeKey")
            return {"KeyMetadata": {"KeyManager": manager}}
        return {"Table": {"TableName": "t", "TableArn": "arn", "KeySchema": [], **sse}}

    api = SimpleNamespace(call=call, named=lambda operation, *_, **given: call(operation, **given)["Table"])
    look = [each for each in LOOKS if "encryption" in each.settings]
    account = cast(Account, SimpleNamespace(api=lambda _: api))
    found = facts(look, account, "t", lambda act: act())
    return {"encryption": found["encryption"]}


def test_the_key_that_aws_manages_is_no_other_in_another_region() -> None:
    """Its ARN differs, and nobody's word does."""
    here, there = told("k", "AWS"), told("k", "AWS", "eu-central-1")
    assert here == there == {"encryption": MANAGED_KEY}
    assert compare(OWN, "t", here, there, {}).differences == ()


@pytest.mark.parametrize("copy", [told("k", "AWS"), told()])
def test_a_teams_key_that_became_awss_is_a_difference(copy: Facts) -> None:
    """Who may read the data is decided otherwise: what AWS owns, and what it manages, are not the team's."""
    (differs,) = compare(OWN, "t", told("k"), copy, {}).differences
    assert differs.standing is Standing.DIFFERS
    assert differs.source == KEY.format("us-east-1")
    assert differs.copy in (MANAGED_KEY, KEY_OF_AWS)


def test_a_key_that_nobody_may_look_at_is_told_by_its_arn() -> None:
    """It is taken for the team's, as everywhere."""
    assert told("k", "AWS", denied=True) == {"encryption": KEY.format("us-east-1")}


def test_replicas_that_no_restore_makes_are_a_difference() -> None:
    """A global table comes back as one of a single region: the regions that have no data any more are told."""
    about: dict[str, Any] = {"TableName": "t", "TableArn": "arn", "KeySchema": []}
    was = _replicas({**about, "Replicas": [{"RegionName": "eu-west-1"}, {"RegionName": "ap-south-1"}]})
    (differs,) = compare(REPLICAS, "t", was, _replicas(about), {}).differences
    assert (differs.standing, differs.source, differs.copy) == (Standing.DIFFERS, "ap-south-1, eu-west-1", "none")


def _replicas(about: dict[str, Any]) -> Facts:
    api = SimpleNamespace(named=lambda *_, **__: about)
    look = [each for each in LOOKS if "replicas" in each.settings]
    found = facts(look, cast(Account, SimpleNamespace(api=lambda _: api)), "t", lambda act: act())
    return {"replicas": found["replicas"]}
