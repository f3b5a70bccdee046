"""Templates that seem to name what is the replica's own alone, and reach more: what they do is asked all the same."""

from __future__ import annotations

import pytest

from dr_orchestrator.domain.replica import Place
from tests.support.derived import derived, of

MAYBE = "Parameters: {P: {Type: String}}\nConditions: {C: !Equals [!Ref P, a]}\n"
BUCKET = "\n  B: {Type: AWS::S3::Bucket}\n  D: {Type: AWS::S3::Bucket}"


def logging(into: str) -> str:
    return MAYBE + of("AWS::S3::Bucket", f"LoggingConfiguration: {{DestinationBucketName: {into}}}") + BUCKET


def association(written: str) -> str:
    return of("AWS::SSM::Association", f"Name: AWS-Do, {written}") + BUCKET


def experiment(targets: str) -> str:
    return of("AWS::FIS::ExperimentTemplate", f"Targets: {targets}") + BUCKET


def deployment(tags: str) -> str:
    return of("AWS::CodeDeploy::DeploymentGroup", f"ApplicationName: !Ref B, {tags}") + BUCKET


BESIDE = {
    "a bucket beside its own in a list": logging("!Select [1, [!Ref B, prod-logs]]"),
    "a bucket beside its own that is not used": logging("!Sub [prod-logs, {x: !Ref B}]"),
    "a bucket that is its own in one branch alone": logging(
        '!Sub ["${a}-${b}", {a: !If [C, !Ref B, prod], b: !If [C, !Ref D, logs]}]'
    ),
}
ANYWHERE = {
    "machines beside its own in one text": association(
        "Targets: [{Key: 'tag:App', Values: !Split [',', !Sub '${B},prod']}]"
    ),
    "machines beside its own that are not used": association(
        "Targets: [{Key: 'tag:App', Values: [!Sub [prod, {x: !Ref B}]]}]"
    ),
    "what parameters name": association("Parameters: {InstanceId: [prod]}"),
    "what parameters name beside a target of its own": association(
        "AutomationTargetParameterName: InstanceId, Targets: [{Key: ResourceGroup, Values: [!Ref B]}], "
        "Parameters: {DBInstanceId: [prod]}"
    ),
    "what parameters of a window name": of(
        "AWS::SSM::MaintenanceWindowTask", "WindowId: !Ref B, TaskType: AUTOMATION, TaskArn: AWS-StopRdsInstance"
    )
    + BUCKET,
    "a target that is called as a word of AWS": experiment(
        "{Key: {ResourceTags: {Env: prod}}, A: {ResourceTags: {Env: !Ref B}}}"
    ),
    "a tag that is called as a word of AWS": experiment("{A: {ResourceTags: {Type: prod, Env: !Ref B}}}"),
    "a target of all": experiment("{A: {ResourceArns: [!Ref B]}, B: {ResourceType: 'aws:ec2:instance'}}"),
    "machines of any value beside its own": deployment(
        "Ec2TagFilters: [{Key: Name, Type: KEY_ONLY}, {Key: Name, Value: !Ref B, Type: KEY_AND_VALUE}]"
    ),
}


@pytest.mark.parametrize("case", [*BESIDE, *ANYWHERE])
def test_what_reaches_more_than_its_own_is_asked(case: str) -> None:
    """Beside production, whatever else is named in the same text or list."""
    found = derived({**BESIDE, **ANYWHERE}[case])
    assert [ask.resource for ask in found.asks] == ["It"], found.asks


@pytest.mark.parametrize("case", ANYWHERE)
def test_what_acts_on_others_is_asked_in_an_account_of_drills_too(case: str) -> None:
    """Machines of another team's drill may stand there."""
    assert [ask.resource for ask in derived(ANYWHERE[case], Place.DRILL_ACCOUNT).asks] == ["It"]


OWN = {
    "a bucket of its own in each branch": logging("!If [C, !Ref B, !Ref D]"),
    "a bucket that is put together": logging('!Sub ["${x}-${AWS::Region}", {x: !Ref B}]'),
    "a command to machines of its own": association(
        "Targets: [{Key: 'tag:App', Values: [!Ref B]}], Parameters: {commands: [ls]}"
    ),
    "an automation on its own": association(
        "AutomationTargetParameterName: InstanceId, Targets: [{Key: ResourceGroup, Values: [!Ref B]}]"
    ),
    "an experiment with its own": experiment(
        "{A: {ResourceType: x, SelectionMode: ALL, ResourceTags: {Env: !Ref B}, Filters: [{Path: a, Values: [b]}]}}"
    ),
    "machines by two tags of its own": deployment(
        "Ec2TagSet: {Ec2TagSetList: [{Ec2TagGroup: [{Key: Name, Value: !Ref B, Type: KEY_AND_VALUE}]}]}"
    ),
    "a function at a window": of(
        "AWS::SSM::MaintenanceWindowTask", "WindowId: !Ref B, TaskType: LAMBDA, TaskArn: !GetAtt B.Arn"
    )
    + BUCKET,
}


@pytest.mark.parametrize("case", OWN)
def test_what_reaches_its_own_alone_is_nobodys_matter(case: str) -> None:
    """In any form that a template may have for it."""
    assert derived(OWN[case]).accepted, derived(OWN[case]).asks
