"""A replica's roles are those that the boundary, and the rights of drills, know by their names."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import pytest

from dr_orchestrator.aws.template import boundary
from tests.support.derived import COPY, derived, of, properties

TRUST = "AssumeRolePolicyDocument: {Statement: []}"


def arns_of_roles() -> list[str]:
    said: list[Any] = boundary.policy()["Statement"]
    return next(each["Resource"] for each in said if each["Sid"] == "OwnRoles")


@pytest.mark.parametrize("path", ["", "Path: /, ", "Path: /service-role/, ", "Path: /shop/, "])
def test_a_role_is_one_that_the_boundary_takes_for_a_replicas(path: str) -> None:
    """A path stands in its ARN before its name: the role could not be made by drills, nor be passed or taken on."""
    made = properties(derived(of("AWS::IAM::Role", path + TRUST)))
    arn = f"arn:aws:iam::123456789012:role{made.get('Path', '/')}{COPY}-It-1A2B3C"
    assert any(fnmatchcase(arn, each) for each in arns_of_roles())


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("!Sub 'arn:aws:iam::${AWS::AccountId}:role/shop/${It}'", "arn:aws:iam::${AWS::AccountId}:role/${It}"),
        ("arn:aws:iam::123456789012:role/shop/web", f"arn:aws:iam::123456789012:role/{COPY}-web"),
    ],
)
def test_who_names_such_a_role_finds_it(written: str, becomes: str) -> None:
    """By its ARN without the path, whether the template spells its name or refers to it."""
    more = f"\n  F: {{Type: AWS::Lambda::Function, Properties: {{Role: {written}}}}}"
    found = derived(of("AWS::IAM::Role", f"RoleName: web, Path: /shop/, {TRUST}") + more)
    role = properties(found, "F")["Role"]
    assert (role.get("Fn::Sub") if isinstance(role, dict) else role) == becomes
