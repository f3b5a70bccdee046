"""What is left of a stack beside what it held: log groups that AWS made, templates in a bucket of before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.errors import NotMeasured
from tests.support.replicas import FUNCTION, Build, Replica, logs

TOPIC = """
  Topic: {Type: AWS::SNS::Topic}
"""
BUCKET = "drill-templates"


@pytest.mark.parametrize("beside", [(), (FUNCTION,)])
def test_a_log_group_that_is_named_after_the_copy_goes_with_it(build: Build, beside: tuple[str, ...]) -> None:
    """Whatever the stack held: a cluster's, an environment's, that of a container's driver."""
    replica = build(TOPIC, *beside)
    left, others = f"/aws/eks/{replica.copy.id}-shop/cluster", f"/aws/eks/{len(beside)}-prod/cluster"
    logs(replica, left, others)
    assert replica.destroy() is CopyState.DELETED
    assert logs(replica) & {left, others} == {others}


@pytest.fixture
def shelved(build: Build) -> Replica:
    """A replica whose template is too large for a call."""
    replica = build(TOPIC, stands=False)
    rebuild = replica.resource.rebuild
    assert rebuild is not None
    text = f"{rebuild.template}\nMetadata: {{Note: {'x' * 60_000}}}"
    replica.resource = replace(replica.resource, rebuild=replace(rebuild, template=text, bucket=BUCKET))
    replica.made.client("s3").create_bucket(Bucket=BUCKET)
    toolkit = replica.made.toolkit
    replica.made.toolkit = replace(toolkit, places=frozenset({BUCKET}))
    toolkit.account.guard._declared = frozenset({BUCKET})
    replica.build()
    return replica


def test_templates_in_a_bucket_of_before_are_told(shelved: Replica) -> None:
    """Nothing is deleted in a bucket that tiers.yaml no longer names, and the copy is not called gone."""
    toolkit = shelved.made.toolkit
    shelved.made.toolkit = replace(toolkit, places=frozenset({"other-templates"}))
    for _ in range(2):  # the second sweep finds the stack gone
        with pytest.raises(NotMeasured, match=f"in {BUCKET} was not deleted: tiers.yaml no longer names") as told:
            shelved.destroy()
        assert "name it there once more" in told.value.hint
    shelved.made.toolkit = toolkit
    shelved.destroy()
    assert "Contents" not in shelved.made.client("s3").list_objects_v2(Bucket=BUCKET)
