"""Whatever a stack says that it holds, production is not emptied: no write reaches what was not proven."""

from __future__ import annotations

from typing import Any

import pytest
from moto.s3.models import s3_backends

from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.errors import DrillFault
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources.cloudformation_stack.lab import stacks
from tests.support.replicas import BUCKET, REPOSITORY, Build, Replica, push, upload

PRODUCTION = "shop-prod-uploads"


def production(replica: Replica, name: str = PRODUCTION, tags: dict[str, str] | None = None) -> str:
    """Production's bucket, with an object in it."""
    s3 = replica.made.client("s3")
    if name not in replica.buckets:
        s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="orders", Body=b"worth more than a drill")
    if tags:
        bucket = s3_backends[ACCOUNT]["aws"].buckets[name]
        given = [{"Key": key, "Value": value} for key, value in tags.items()]
        s3_backends[ACCOUNT]["aws"].tagger.tag_resource(bucket.arn, given)
    return name


def whole(replica: Replica, name: str) -> bool:
    """Whether production's object is there, and no write named its bucket."""
    found = replica.made.client("s3").list_objects_v2(Bucket=name).get("Contents", [])
    return [each["Key"] for each in found] == ["orders"] and not any(name in str(given) for _, given in replica.changes)


def lying(monkeypatch: pytest.MonkeyPatch, name: str, kind: str = "AWS::S3::Bucket") -> None:
    """Have CloudFormation's list, and its events, tell of another bucket in the place of the stack's own."""
    make: Any = stacks._ResourceRow.__init__

    def lie(self: Any, stack: Any, resource: Any) -> None:
        make(self, stack, resource)
        if self.resource_type == kind:
            self.physical_resource_id = name

    monkeypatch.setattr(stacks._ResourceRow, "__init__", lie)


def test_a_bucket_that_is_named_like_the_copy_is_not_emptied(build: Build) -> None:
    """A name is no proof: what the stack does not hold stays, whoever named it after the copy."""
    replica = build(BUCKET)
    name = production(replica, f"{replica.copy.id}-uploads-prod")
    upload(replica, 1)
    assert replica.destroy() is CopyState.DELETED
    assert whole(replica, name)


@pytest.mark.parametrize("named_like_it", [False, True])
def test_a_list_that_names_productions_bucket_empties_nothing(
    build: Build, monkeypatch: pytest.MonkeyPatch, named_like_it: bool
) -> None:
    """The physical id is production's: no event tells of its creation, so nothing is asked of it but what it is."""
    replica = build(BUCKET)
    own = upload(replica, 1)
    name = production(replica, f"{replica.copy.id}-prod" if named_like_it else PRODUCTION)
    lying(monkeypatch, name)
    with pytest.raises(DrillFault, match="was not made by"):
        replica.destroy()
    assert whole(replica, name)
    assert not [call for call, _ in replica.changes if call.startswith("s3:")]
    monkeypatch.undo()
    assert replica.destroy() is CopyState.DELETED
    assert own not in replica.buckets


@pytest.mark.parametrize(
    ("named", "tags", "why"),
    [
        (PRODUCTION, {}, "is not named after"),
        ("{copy}-prod", {}, "nothing proves that a stack made it"),
        ("{copy}-prod", {"aws:cloudformation:stack-id": "arn:another"}, "is of arn:another by its tags"),
        ("{copy}-prod", {"dr-drill:run": "20260101-ffffff"}, "is of 20260101-ffffff by its tags"),
    ],
)
def test_where_list_and_events_lie_the_bucket_itself_is_asked(
    build: Build, monkeypatch: pytest.MonkeyPatch, named: str, tags: dict[str, str], why: str
) -> None:
    """Both name production's bucket as made: its name and its tags say whose it is, and it is left as it is."""
    replica = build(BUCKET)
    upload(replica, 1)
    name = production(replica, named.replace("{copy}", replica.copy.id), tags)
    lying(monkeypatch, name)
    monkeypatch.setattr(
        "dr_orchestrator.resources.cloudformation_stack.teardown.proving.Proving._made_by",
        lambda *_: frozenset({("Uploads", name)}),
    )
    with pytest.raises(DrillFault, match=why):
        replica.destroy()
    assert whole(replica, name)


def test_a_creation_that_failed_names_what_stood_there_before(build: Build) -> None:
    """Somebody has a bucket of the copy's own name: the stack fails, lists it as its own, and nothing is emptied."""
    taken = BUCKET.replace("Properties: {", 'Properties: {BucketName: !Sub "${EnvironmentName}-uploads", ')
    replica = build(taken, stands=False)
    name = production(replica, f"{replica.copy.id}-uploads")
    replica.heard = len(replica.made.lab.journal)
    replica.restorer.build(replica.copy)
    with pytest.raises(DrillFault):
        replica.restorer.ready(replica.copy)
    replica.destroy()
    assert whole(replica, name)


def test_a_stack_that_is_not_the_runs_is_not_looked_into(build: Build) -> None:
    """The stack is proven before anything that it holds is read: one of another identity keeps its objects."""
    replica = build(BUCKET)
    name = upload(replica, 1)
    rows = replica.made.ledger.rows
    known = rows[replica.copy.id]
    rows[replica.copy.id] = type(known)(known.copy, known.state, None, known.intended_at.replace(year=2027))
    with pytest.raises(DrillFault, match="from before this run asked for it"):
        replica.destroy()
    assert replica.changes == []
    assert not replica.calls("GetBucketLocation")
    rows[replica.copy.id] = known
    assert replica.destroy() is CopyState.DELETED
    assert name not in replica.buckets


def test_a_repository_of_another_stack_keeps_its_images(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that names it does not make it ours."""
    replica = build(REPOSITORY)
    push(replica, 1)
    ecr = replica.made.client("ecr")
    ecr.create_repository(repositoryName="shop-prod")
    lying(monkeypatch, "shop-prod", "AWS::ECR::Repository")
    with pytest.raises(DrillFault, match="was not made by"):
        replica.destroy()
    assert not replica.calls("BatchDeleteImage")
    monkeypatch.undo()
    assert replica.destroy() is CopyState.DELETED
