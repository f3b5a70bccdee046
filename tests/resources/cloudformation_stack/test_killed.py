"""Killed at any change that a teardown makes, another process takes the replica down, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.domain.copy import CopyState
from tests.support.dying import Killed
from tests.support.replicas import BUCKET, IN_A_NETWORK, NETWORK, REPOSITORY, Build, Replica, logs, push, upload

MADE = (
    *("s3:DeleteObjects", "s3:AbortMultipartUpload", "ecr:BatchDeleteImage"),
    *("cloudformation:UpdateTerminationProtection", "cloudformation:DeleteStack", "cloudformation:DeleteStack"),
    "logs:DeleteLogGroup",
)
"""The changes of a teardown, in their order: the second deletion comes after the wait for interfaces."""


@pytest.fixture
def replica(build: Build) -> Replica:
    """A stack that holds all that does not go by itself."""
    replica = build(BUCKET, REPOSITORY, NETWORK, IN_A_NETWORK)
    made, name = replica.made, upload(replica, 3)
    made.client("s3").create_multipart_upload(Bucket=name, Key="never finished")
    push(replica, 2)
    logs(replica, f"/aws/lambda/{replica.name('Work')}")
    made.client("cloudformation").update_termination_protection(
        StackName=replica.copy.id, EnableTerminationProtection=True
    )
    replica.heard = len(made.lab.journal)
    return replica


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Replica, int, str], None]]:
    """Takes a replica down in a process that dies before, or after, the nth change that it makes."""

    def die(replica: Replica, at: int, when: str) -> None:
        call, counted = Api._call, [0]

        def fatal(self: Api, operation: str, parameters: dict[str, Any]) -> Any:
            known = operation in {each.partition(":")[2] for each in MADE}
            counted[0] += known
            mine = known and counted[0] == at
            if mine and when == "before":
                raise Killed
            told = call(self, operation, parameters)
            if mine:
                raise Killed
            return told

        with monkeypatch.context() as patch:
            patch.setattr(Api, "_call", fatal)
            with pytest.raises(Killed):
                replica.destroy()

    yield die


def test_the_changes_are_those_that_are_told(replica: Replica) -> None:
    """What is killed at below is all that a teardown changes."""
    assert replica.destroy() is CopyState.DELETED
    assert tuple(call for call, _ in replica.changes) == MADE


@pytest.mark.campaign(4)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", range(1, len(MADE) + 1))
def test_killed_at_any_change_it_is_taken_down_by_another(
    replica: Replica, killed: Callable[[Replica, int, str], None], at: int, when: str
) -> None:
    """Whatever was emptied, opened or deleted by then, the next one finds the rest and proves it gone."""
    names = [replica.name("Uploads"), replica.name("Images"), replica.name("Group"), replica.name("Work")]
    killed(replica, at, when)
    assert [call for call, _ in replica.changes] == list(MADE[: at - (when == "before")])
    assert replica.destroy() is CopyState.DELETED
    assert not replica.exists
    assert names[0] not in replica.buckets
    assert names[1] not in str(replica.made.client("ecr").describe_repositories()["repositories"])
    assert names[2] not in str(replica.made.client("ec2").describe_security_groups()["SecurityGroups"])
    assert f"/aws/lambda/{names[3]}" not in logs(replica)
