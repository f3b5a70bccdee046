"""The needs of an app of the CDK: how many stacks, what is to be looked for of what the CDK publishes before, what
whoever makes the stacks needs of that, and what is published in an account of replicas.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dr_orchestrator.domain.app import Asset
from dr_orchestrator.domain.named import Put, Read
from dr_orchestrator.domain.resource_type import By, CopyType, Effect, Write
from dr_orchestrator.domain.service import Rebuild, Resource

OF_APPS = ("s3:ListObjectsV2", "ecr:DescribeImages", "ssm:GetParameter")
"""The calls that are made for apps of the CDK alone."""

COPIED = ("s3:GetObject", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability")
"""The reads of what is copied from production's account into one of replicas."""

FILE, IMAGE, REGISTRY = "asset-file", "asset-image", "asset-repository"
PUBLISHED = (
    CopyType(FILE, "file of an app", "AssetFiles", "s3", ":::{id}", 0),
    CopyType(IMAGE, "image of an app", "AssetImages", "ecr", "repository/{id}", 0),
    CopyType(REGISTRY, "repository of an app's images", "AssetRepositories", "ecr", "repository/{id}", 0),
)
"""The things that a drill publishes: named by their content, and left, for others may take them from there, too."""

_IN, _OWN = By(REGISTRY, "repositoryName", held=True), frozenset({"registryId"})
_MANIFEST = frozenset({"imageManifest", "imageManifestMediaType", "imageDigest"})
WRITES = (
    Write(
        "s3:PutObject",
        By(FILE, "Key", at="Bucket"),
        Effect.PUBLISH,
        frozenset({"Body", "ContentType", "ExpectedBucketOwner", "IfNoneMatch"}),
        only={"IfNoneMatch": ("*",)},  # what is there is nobody's to write over
        needs=frozenset({"ExpectedBucketOwner"}),
    ),
    Write("ecr:InitiateLayerUpload", _IN, Effect.PUBLISH, _OWN, needs=_OWN),
    Write(
        "ecr:UploadLayerPart",
        _IN,
        Effect.PUBLISH,
        _OWN | {"uploadId", "partFirstByte", "partLastByte", "layerPartBlob"},
        needs=_OWN,
    ),
    Write("ecr:CompleteLayerUpload", _IN, Effect.PUBLISH, _OWN | {"uploadId", "layerDigests"}, needs=_OWN),
    Write(
        "ecr:PutImage",
        By(IMAGE, "imageTag", at="repositoryName"),
        Effect.PUBLISH,
        _OWN | _MANIFEST,
        needs=_OWN | {"imageDigest"},
    ),
    Write("ecr:PutImage", _IN, Effect.PUBLISH, _OWN | _MANIFEST, needs=_OWN | {"imageDigest"}),  # without any tag
)

_IMAGES = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")


def _account(resource: Resource) -> str:
    """The account in which the copies stand; a star where it is whichever the credentials are for."""
    return (resource.rebuild.account if resource.rebuild else "") or resource.account or "*"


def many(resource: Resource) -> int:
    """How many stacks an environment is made of."""
    return len(resource.rebuild.templates) if resource.rebuild else 1


def _assets(resource: Resource) -> list[Asset]:
    stacks = resource.rebuild.stacks if resource.rebuild else ()
    return list(dict.fromkeys(asset for each in stacks for asset in each.assets))


def in_production(asset: Asset, of: Rebuild, partition: str, account: str, region: str) -> Asset:
    """An asset as it is named in production's account: by its number in place of that of replicas, where it has one."""
    there = asset.at(partition, account, region)
    return replace(there, place=there.place.replace(of.account, account)) if of.account else there


def reads(resource: Resource) -> Iterator[Read]:
    """Of the assembly's own buckets, repositories and parameters; of none, where there is a template alone.

    In production's account, too, where replicas have one of their own.
    """
    files, images, version = OF_APPS
    for asset in _assets(resource):
        place = asset.at("*", _account(resource), resource.region).place
        if asset.image:
            yield Read(images, images, f"repository/{place}", _IMAGES)
        else:
            yield Read(files, "s3:ListBucket", f"arn:{{partition}}:s3:::{place}", ("s3:GetObject",), "/*")
        yield from _copied(resource, asset)
    stacks = resource.rebuild.stacks if resource.rebuild else ()
    for parameter in dict.fromkeys(each.parameter for each in stacks if each.parameter):
        yield Read(version, version, f"parameter/{parameter.strip('/')}", ("ssm:GetParameters",))


def _copied(resource: Resource, asset: Asset) -> Iterator[Read]:
    """The reads by which an asset is copied from production's account."""
    if resource.rebuild is None or not resource.rebuild.account:
        return
    files, images, _ = OF_APPS
    file, *of_images, layers = COPIED
    there = in_production(asset, resource.rebuild, "*", resource.account or "*", resource.region)
    if asset.image:
        for call in (images, *of_images):
            yield Read(call, call, f"repository/{there.place}", at_source=True)
        yield Read(layers, layers, f"repository/{asset.at('*', _account(resource), resource.region).place}")
    else:
        bucket = f"arn:{{partition}}:s3:::{there.place}"
        yield Read(files, "s3:ListBucket", bucket, at_source=True)
        yield Read(file, file, f"{bucket}/{asset.name}", at_source=True)


def puts(resource: Resource) -> Iterator[Put]:
    """Of the assembly's own files, each alone, and into its repositories; of none beside production."""
    if resource.rebuild is None or not resource.rebuild.account:
        return
    for asset in _assets(resource):
        place = asset.at("*", _account(resource), resource.region).place
        if not asset.image:
            yield Put("s3:PutObject", f"arn:{{partition}}:s3:::{place}/{asset.name}")
    for place in dict.fromkeys(
        each.at("*", _account(resource), resource.region).place for each in _assets(resource) if each.image
    ):
        for call in dict.fromkeys(each.operation for each in WRITES if each.operation.startswith("ecr:")):
            yield Put(call, f"repository/{place}")
