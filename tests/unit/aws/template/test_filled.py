"""A bucket that a drill fills tells nobody of what arrives, and lets nobody from outside read it; both are edits."""

from __future__ import annotations

import textwrap

import pytest

from dr_orchestrator.aws.template.derive import derive
from dr_orchestrator.documents import cloudformation
from dr_orchestrator.domain.replica import Answers, Place
from tests.support.derived import COPY, changes, derived, properties

TOLD = 'NotificationConfiguration: {QueueConfigurations: [{Event: "s3:ObjectCreated:*", Queue: !GetAtt Q.Arn}]}'
TEMPLATE = f"""
Resources:
  Files: {{Type: AWS::S3::Bucket, Properties: {{{TOLD}}}}}
  Others: {{Type: AWS::S3::Bucket, Properties: {{{TOLD}}}}}
  Q: {{Type: AWS::SQS::Queue}}
"""
BY_THE_CDK = f"""
Resources:
  Files: {{Type: AWS::S3::Bucket}}
  Others: {{Type: AWS::S3::Bucket}}
  Q: {{Type: AWS::SQS::Queue}}
  Handler:
    Type: AWS::Lambda::Function
    Properties: {{Code: {{ZipFile: x}}, Handler: a.b, Runtime: python3.12, Role: !GetAtt R.Arn}}
  R: {{Type: AWS::IAM::Role, Properties: {{AssumeRolePolicyDocument: {{}}}}}}
  It:
    Type: Custom::S3BucketNotifications
    Properties: {{ServiceToken: !GetAtt Handler.Arn, BucketName: !Ref Files, Managed: true, {TOLD}}}
  Its:
    Type: Custom::S3BucketNotifications
    Properties: {{ServiceToken: !GetAtt Handler.Arn, BucketName: !Ref Others, Managed: true, {TOLD}}}
"""
SERVERLESS = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Files: {Type: AWS::S3::Bucket}
  Others: {Type: AWS::S3::Bucket}
  It:
    Type: AWS::Serverless::Function
    Properties:
      Handler: a.b
      Events:
        New: {Type: S3, Properties: {Bucket: !Ref Files, Events: "s3:ObjectCreated:*"}}
        Other: {Type: S3, Properties: {Bucket: !Ref Others, Events: "s3:ObjectCreated:*"}}
"""


@pytest.mark.parametrize("place", list(Place))
def test_only_a_bucket_that_is_filled_is_silent(place: Place) -> None:
    """In both places; another one goes on telling of what the replica itself puts there."""
    found = derived(TEMPLATE, place, filled=["Files"])
    assert "NotificationConfiguration" not in properties(found, "Files")
    assert "NotificationConfiguration" in properties(found, "Others")
    assert [key for key in changes(found) if "Notification" in key] == ["Files.NotificationConfiguration"]
    assert "NotificationConfiguration" in properties(derived(TEMPLATE, place), "Files")


@pytest.mark.parametrize("word", ["Files", "Files.NotificationConfiguration"])
def test_its_owner_may_have_it_tell(word: str) -> None:
    """Where nothing is done by it, say."""
    found = derived(TEMPLATE, filled=["Files"], allow={word: "nobody reads that queue"})
    assert "NotificationConfiguration" in properties(found, "Files")


def test_what_the_cdk_makes_of_it_is_empty() -> None:
    """The custom resource that sets them is made, and sets none."""
    found = derived(BY_THE_CDK, filled=["Files"])
    assert properties(found)["NotificationConfiguration"] == {}
    assert properties(found, "Its")["NotificationConfiguration"] != {}


def test_a_serverless_function_does_not_hear_of_it() -> None:
    """Its event is left out; that of another bucket stays."""
    found = derived(SERVERLESS, filled=["Files"])
    assert list(properties(found)["Events"]) == ["Other"]
    assert "It.Events.New" in changes(found)


def test_a_bucket_of_a_stack_within_is_silent_too() -> None:
    """By its way from the whole."""
    kid = cloudformation.parse(textwrap.dedent(TEMPLATE), "kid.yaml")
    whole = cloudformation.parse(
        "Resources: {Kid: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: kid.yaml}}}", "whole.yaml"
    )
    found = derive(whole, COPY, Place.BESIDE, Answers(filled=["Kid/Files"]), read=lambda _url, _of: kid)
    assert [key for key in changes(found) if "Notification" in key] == ["Kid/Files.NotificationConfiguration"]


@pytest.mark.parametrize(
    ("said", "becomes"),
    [
        ("{BlockPublicPolicy: false}", {"BlockPublicPolicy": False}),
        ("{RestrictPublicBuckets: false, IgnorePublicAcls: true}", {}),
        ("{'Fn::If': [C, {BlockPublicAcls: true}, !Ref 'AWS::NoValue']}", {}),
    ],
)
def test_nobody_outside_reads_what_fills_it(said: str, becomes: dict[str, bool]) -> None:
    """Whatever is public of it in production; a policy that lets everybody in is made, and lets nobody in."""
    template = f"""
Parameters: {{P: {{Type: String, Default: a}}}}
Conditions: {{C: !Equals [!Ref P, a]}}
Resources:
  Files: {{Type: AWS::S3::Bucket, Properties: {{PublicAccessBlockConfiguration: {said}}}}}
"""
    key, shut = "PublicAccessBlockConfiguration", {"IgnorePublicAcls": True, "RestrictPublicBuckets": True}
    found = derived(template, filled=["Files"])
    assert properties(found, "Files")[key] == {**becomes, **shut}
    assert f"Files.{key}" in changes(found)
    for as_it_is in (derived(template), derived(template, filled=["Files"], allow={f"Files.{key}": "a web site"})):
        assert f"Files.{key}" not in changes(as_it_is)


@pytest.mark.parametrize(
    "said", ["", "PublicAccessBlockConfiguration: {RestrictPublicBuckets: true, IgnorePublicAcls: 'true'}"]
)
def test_a_bucket_that_is_shut_is_left_as_it_is(said: str) -> None:
    """As S3 makes one of which nothing is said."""
    found = derived(f"Resources: {{Files: {{Type: AWS::S3::Bucket, Properties: {{{said}}}}}}}", filled=["Files"])
    assert not [key for key in changes(found) if "PublicAccess" in key]
