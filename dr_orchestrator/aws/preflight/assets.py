"""The things that the CDK publishes before it deploys an app: the bootstrap stack, files in its bucket, images in its
repository. All of it is looked for; beside production a drill puts nothing there.
"""

from __future__ import annotations

from collections.abc import Iterable

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.domain.app import Asset, Stack
from dr_orchestrator.domain.preflight import NotApplicable
from dr_orchestrator.errors import NotMeasured

_PUBLISH = "`cdk-assets publish` or `cdk deploy` publishes it: a drill puts nothing where production is deployed from"
_FILE, _IMAGE, _PARAMETER = "s3:ListObjectsV2", "ecr:DescribeImages", "ssm:GetParameter"


def bootstrapped(account: Account, stacks: Iterable[Stack]) -> str:
    """The version of the bootstrap stack; NotMeasured where it is older than an app's stack asks for."""
    told, least = [], dict[str, int]()
    for stack in stacks:
        if stack.account and stack.account != (ours := account.caller().account):
            raise NotMeasured(f"the app makes the stack {stack.name} for account {stack.account}, this is {ours}")
        if stack.parameter:
            least[stack.parameter] = max(stack.version, least.get(stack.parameter, 0))
    if not least:
        raise NotApplicable("the app asks for none")
    for parameter, version in least.items():
        found = _version(account, parameter)
        if found < version:
            raise NotMeasured(
                f"{parameter} tells version {found} of the bootstrap stack, the app asks for {version}",
                "`cdk bootstrap` brings it up to date",
                _PARAMETER,
            )
        told.append(f"{parameter} tells version {found}, {version} is asked for")
    return "; ".join(told)


def published(account: Account, region: str, assets: Iterable[Asset]) -> str:
    """The assets, each where the app's templates look for it; NotMeasured with those that are not there."""
    caller = account.caller()
    partition = caller.arn.split(":")[1]
    wanted = list(dict.fromkeys(each.at(partition, caller.account, region) for each in assets))
    if not wanted:
        raise NotApplicable("the templates refer to none")
    told, missing = [], []
    for each in wanted:
        digest = digest_of(account, caller.account, each) if each.image else ""
        if digest or (not each.image and _is_there(account, caller.account, each)):
            told.append(f"{each} is {digest}" if digest else str(each))
        else:
            missing.append(str(each))
    if missing:
        call = _IMAGE if all(each.startswith("image ") for each in missing) else _FILE
        raise NotMeasured(f"not published: {', '.join(missing)}", _PUBLISH, call)
    return "; ".join(told)


def _version(account: Account, parameter: str) -> int:
    try:
        told = account.api("ssm").call("GetParameter", Name=parameter)["Parameter"]["Value"]
    except NotFound as absent:
        message = f"there is no {parameter}: the CDK was not bootstrapped in this account and region"
        raise NotMeasured(message, "`cdk bootstrap`", _PARAMETER) from absent
    if not str(told).strip().isdecimal():
        raise NotMeasured(f"{parameter} tells no version of the bootstrap stack", "`cdk bootstrap`", _PARAMETER)
    return int(told)


def _is_there(account: Account, owner: str, asset: Asset) -> bool:
    try:
        return listed(account, owner, asset) is not None
    except NotFound as absent:
        message = f"there is no bucket {asset.place} for the app's assets"
        raise NotMeasured(message, "`cdk bootstrap` makes it, in the app's account and region", _FILE) from absent


def listed(account: Account, owner: str, asset: Asset) -> int | None:
    """How many bytes a file has, as a bucket of the account's own lists it: the right to list shows nothing of what is
    in it. None where it is not there, NotFound where there is no such bucket.
    """
    found = account.api("s3").call(
        "ListObjectsV2", Bucket=asset.place, Prefix=asset.name, MaxKeys=1, ExpectedBucketOwner=owner
    )
    return next((int(each["Size"]) for each in found.get("Contents", ()) if each["Key"] == asset.name), None)


def digest_of(account: Account, owner: str, asset: Asset) -> str:
    """The digest of an image; empty where there is none."""
    try:
        found = account.api("ecr").call(
            "DescribeImages", registryId=owner, repositoryName=asset.place, imageIds=[{"imageTag": asset.name}]
        )
    except NotFound:
        return ""
    return str(next((each["imageDigest"] for each in found["imageDetails"]), ""))
