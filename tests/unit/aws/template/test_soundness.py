"""Mistakes that CloudFormation would refuse are told before anything is derived, with their lines."""

from __future__ import annotations

import pytest

from dr_orchestrator.aws.template import soundness
from dr_orchestrator.documents import cloudformation
from tests.support.derived import of

BUCKET = "AWS::S3::Bucket"


@pytest.mark.parametrize(
    ("template", "told"),
    [
        (of(BUCKET, more="Condition: Nope"), "has the condition Nope, which the template does not have"),
        (of(BUCKET, "BucketName: !If [Nope, a, b]"), "has the condition Nope, which the template does not have"),
        (of(BUCKET, more="DependsOn: [!Ref Y]") + f"\n  Y: {{Type: {BUCKET}}}", "has a DependsOn that is no name"),
    ],
)
def test_what_names_nothing_is_told(template: str, told: str) -> None:
    """A condition that is not declared, and a dependency that is no logical id."""
    (problem,) = soundness.problems(cloudformation.parse(template, "shop.yaml"))
    assert problem.message == told
    assert problem.line == 2
