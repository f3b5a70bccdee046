"""The needs of an app of the CDK: how many stacks, what is to be looked for of what the CDK publishes before, and what
whoever makes the stacks needs of that.
"""

from __future__ import annotations

from collections.abc import Iterator

from dr_orchestrator.domain.resource_type import Read
from dr_orchestrator.domain.service import Resource

OF_APPS = ("s3:ListObjectsV2", "ecr:DescribeImages", "ssm:GetParameter")
"""The calls that are made for apps of the CDK alone."""

_IMAGES = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")


def _account(resource: Resource) -> str:
    """The account in which the copies stand; a star where it is whichever the credentials are for."""
    return (resource.rebuild.account if resource.rebuild else "") or resource.account or "*"


def many(resource: Resource) -> int:
    """How many stacks an environment is made of."""
    return len(resource.rebuild.templates) if resource.rebuild else 1


def reads(resource: Resource) -> Iterator[Read]:
    """Of the assembly's own buckets, repositories and parameters; of none, where there is a template alone."""
    stacks = resource.rebuild.stacks if resource.rebuild else ()
    files, images, version = OF_APPS
    for asset in dict.fromkeys(asset for each in stacks for asset in each.assets):
        place = asset.at("*", _account(resource), resource.region).place
        if asset.image:
            yield Read(images, images, f"repository/{place}", _IMAGES)
        else:
            yield Read(files, "s3:ListBucket", f"arn:{{partition}}:s3:::{place}", ("s3:GetObject",), "/*")
    for parameter in dict.fromkeys(each.parameter for each in stacks if each.parameter):
        yield Read(version, version, f"parameter/{parameter.strip('/')}", ("ssm:GetParameters",))
