"""What the CDK publishes before it deploys an app is looked for where the app says: nothing is assumed of its names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.preflight import assets
from dr_orchestrator.domain.app import Asset, Stack
from dr_orchestrator.domain.preflight import NotApplicable
from dr_orchestrator.errors import NotMeasured
from tests.support.estate import REGION, Estate, estate

ACCOUNT = "123456789012"
IMAGE = Asset("b17", "team1-images-${AWS::AccountId}", "b17", image=True)
FILE = Asset("e2d", "cdk-team1-assets-${AWS::AccountId}-${AWS::Region}", "code/e2d.zip")
BUCKET = f"cdk-team1-assets-{ACCOUNT}-{REGION}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """An account that was bootstrapped under names of its own, with a file and an image."""
    with estate(tmp_path_factory.mktemp("lab")) as lab:
        lab.client("s3").create_bucket(Bucket=BUCKET)
        lab.client("s3").put_object(Bucket=BUCKET, Key=FILE.name, Body=b"")
        lab.client("s3").put_object(Bucket=BUCKET, Key="code/e2e.zip.old", Body=b"")
        ecr, name = lab.client("ecr"), f"team1-images-{ACCOUNT}"
        ecr.create_repository(repositoryName=name)
        layers: list[Any] = []
        manifest = {"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json"}
        ecr.put_image(
            repositoryName=name, imageTag=IMAGE.name, imageManifest=json.dumps({**manifest, "layers": layers})
        )
        lab.client("ssm").put_parameter(Name="/cdk-bootstrap/team1/version", Value="14", Type="String")
        lab.client("ssm").put_parameter(Name="/cdk-bootstrap/odd/version", Value="soon", Type="String")
        yield lab


@pytest.fixture
def account(made: Estate) -> Account:
    return made.toolkit.account


def test_a_file_and_an_image_are_found_in_the_accounts_own_places(made: Estate, account: Account) -> None:
    """The image is told by its digest; the bucket has to be the account's own, whoever has one of that name."""
    told = assets.published(account, REGION, [FILE, IMAGE, FILE])
    assert told.startswith(f"s3://{BUCKET}/code/e2d.zip; image b17 in team1-images-{ACCOUNT} is sha256:")
    listed = made.calls("ListObjectsV2")[-1]
    assert listed["Bucket"] == BUCKET
    described = made.calls("DescribeImages")[-1]
    assert (described["registryId"], described["imageIds"]) == (ACCOUNT, [{"imageTag": "b17"}])


@pytest.mark.parametrize(
    ("lacking", "words"),
    [
        (Asset("x", BUCKET, "code/e2e.zip"), f"s3:ListObjectsV2: not published: s3://{BUCKET}/code/e2e.zip"),
        (Asset("x", "nobodys-bucket", "e2d.zip"), "there is no bucket nobodys-bucket for the app's assets"),
        (Asset("x", IMAGE.place, "b18", image=True), "ecr:DescribeImages: not published: image b18 in team1-images-1"),
        (Asset("x", "no-repository", "b17", image=True), "not published: image b17 in no-repository"),
    ],
)
def test_what_is_not_there_is_named(account: Account, lacking: Asset, words: str) -> None:
    """A key that only begins alike is another file."""
    with pytest.raises(NotMeasured) as told:
        assets.published(account, REGION, [FILE, lacking])
    assert words in told.value.message
    assert "cdk" in told.value.hint


def test_where_the_templates_refer_to_none_nothing_is_asked(made: Estate, account: Account) -> None:
    """An app without code of its own needs no bucket."""
    before = len(made.calls("ListObjectsV2"))
    with pytest.raises(NotApplicable):
        assets.published(account, REGION, [])
    assert len(made.calls("ListObjectsV2")) == before


def stack(qualifier: str, version: int, account: str = "") -> Stack:
    return Stack(
        "A", "", "", parameter=qualifier and f"/cdk-bootstrap/{qualifier}/version", version=version, account=account
    )


def test_the_most_that_any_stack_asks_for_is_held_against_the_version(account: Account) -> None:
    """By the parameter that the app names, whatever its qualifier is."""
    told = assets.bootstrapped(account, [stack("team1", 6), stack("team1", 14), stack("", 0)])
    assert told == "/cdk-bootstrap/team1/version tells version 14, 14 is asked for"


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (stack("team1", 15), "tells version 14 of the bootstrap stack, the app asks for 15"),
        (stack("hnb659fds", 6), "there is no /cdk-bootstrap/hnb659fds/version"),
        (stack("odd", 6), "/cdk-bootstrap/odd/version tells no version"),
        (stack("team1", 6, "999999999999"), "the app makes the stack A for account 999999999999, this is 123456789012"),
    ],
)
def test_an_account_that_the_app_cannot_be_made_in_is_told(account: Account, wanted: Stack, words: str) -> None:
    """CloudFormation would refuse the stack, after others were made."""
    with pytest.raises(NotMeasured) as told:
        assets.bootstrapped(account, [wanted])
    assert words in told.value.message


def test_an_app_that_asks_for_no_bootstrap_stack_is_not_held_to_one(account: Account) -> None:
    """Some synthesise without."""
    with pytest.raises(NotApplicable):
        assets.bootstrapped(account, [stack("", 0)])
