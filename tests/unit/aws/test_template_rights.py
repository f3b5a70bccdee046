"""Templates: what a replica's databases are open to, and what its code may do, ends at the copy's own."""

from __future__ import annotations

import pytest

from tests.support.templates import OWN, PRIVATE, inspect, refusal, resources

ALL = "Effect: Allow, Action: rds:DeleteDBInstance, Resource"
SAID = "AWS::IAM::Policy, Properties: {Roles: [!Ref Own], PolicyDocument: {Statement: "
SDK = "States: {A: {Type: Task, Resource: 'arn:aws:states:::aws-sdk:rds:deleteDBInstance'}}"
MACHINE = "AWS::StepFunctions::StateMachine, Properties: {RoleArn: !GetAtt Own.Arn"


@pytest.mark.parametrize(
    "public", ["", "PubliclyAccessible: true", "PubliclyAccessible: !Ref Prod", "PubliclyAccessible: "]
)
@pytest.mark.parametrize("kind", ["DBInstance", "DBCluster"])
def test_a_database_that_could_be_public_is_refused(kind: str, public: str) -> None:
    """AWS makes an instance public where the template does not say otherwise; of a cluster only its instances are."""
    database = (
        f"D: {{Type: AWS::RDS::{kind}, DeletionPolicy: Delete, Properties: {{DBSubnetGroupName: !Ref Own, {public}}}}}"
    )
    if kind == "DBCluster" and not public:
        assert inspect(resources(OWN + database), "t")
    else:
        assert "D could be reached from the internet" in refusal(resources(OWN + database))


@pytest.mark.parametrize("given", ["false", "'false'", "!Ref Private"])
def test_a_private_database_in_a_network_of_the_template_is_fine(given: str) -> None:
    """As a value, a text or a parameter; an instance of a cluster is where its cluster is."""
    alone = f"D: {{Type: AWS::RDS::DBInstance, DeletionPolicy: Delete, Properties: {{{PRIVATE}}}}}".replace(
        "false", given
    )
    template = resources(OWN + alone).replace("Parameters:", "Parameters:\n  Private: {Type: String, Default: false}")
    assert inspect(template, "t")
    assert inspect(template.replace("DBSubnetGroupName", "DBClusterIdentifier"), "t")


@pytest.mark.parametrize("kind", ["DBInstance", "DBCluster"])
def test_a_database_in_the_default_network_is_refused(kind: str) -> None:
    """Where no subnet group is given AWS takes the account's default network, which may be production's."""
    database = f"D: {{Type: AWS::RDS::{kind}, DeletionPolicy: Delete, Properties: {{PubliclyAccessible: false}}}}"
    assert "D would be put into the default network" in refusal(resources(database))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("AWS::IAM::Role, Properties: {ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess']}", "managed"),
        ("AWS::IAM::Role, Properties: {ManagedPolicyArns: [!Ref Prod]}", "the managed policy shop-prod"),
        ("AWS::IAM::Role, Properties: {ManagedPolicyArns: [!If [A, b, c]]}", "managed"),
        ("AWS::IAM::Role, Properties: {ManagedPolicyArns: !If [A, [b], [c]]}", "managed"),
        (f"AWS::IAM::Role, Properties: {{Policies: [{{PolicyDocument: {{Statement: [{{{ALL}: '*'}}]}}}}]}}", "on '*'"),
        ("AWS::IAM::Role, Properties: {Policies: !If [A, [], []]}", "cannot be inspected"),
        ("AWS::IAM::Role, Properties: {Policies: [{PolicyDocument: '{}'}]}", "cannot be inspected"),
        (SAID + "[{Effect: Allow, Action: '*', Resource: '*'}]}}", "allows * on '*'"),
        (SAID + "{effect: Allow, action: ['s3:*'], resource: ['x', '*']}}}", "allows s3:* on '*'"),
        (SAID + f"{{{ALL}: !Sub 'arn:aws:rds:*:*:db:${{EnvironmentName}}-*'}}}}}}", "on 'arn:aws:rds:*:*:db:"),
        (SAID + f"{{{ALL}: 'arn:aws:rds:us-east-1:1:db:shop-?rod'}}}}}}", "which may be production's"),
        (SAID + f"{{{ALL}: !ImportValue x}}}}}}", "cannot be told beforehand"),
        (SAID + "{Effect: Allow, NotAction: 'iam:*', Resource: x}}}", "all but something"),
        (SAID + "{Effect: Allow, Action: 'rds:*', NotResource: x}}}", "all but something"),
        (SAID + "!If [A, {Effect: Allow}, {}]}}", "cannot be inspected"),
        (SAID + "{Action: 'rds:*', Resource: '*'}}}", "cannot be inspected"),
        ("AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: {'Fn::If': [A, {}, {}]}}", "cannot be inspected"),
        (f"{MACHINE}, Definition: {{{SDK}}}}}", "aws-sdk"),
        (
            MACHINE + ', DefinitionString: !Sub \'{"Resource": "arn:${AWS::Partition}:states:::aws-sdk:x"}\'}',
            "aws-sdk",
        ),
    ],
)
def test_rights_beyond_the_copys_own_are_refused(body: str, told: str) -> None:
    """A replica's code runs as production's does: only its rights hold it off what is not the copy's."""
    said = refusal(resources(OWN + f"P: {{Type: {body}}}"))
    assert told in said
    assert "P has" in said or "P allows" in said or "P calls" in said


@pytest.mark.parametrize(
    "resource",
    [
        "!GetAtt Own.Arn",
        "!Sub '${Own.Arn}/index/*'",
        "!Join ['', [!GetAtt Own.Arn, '/*']]",
        "[!Ref Own, !Sub 'arn:${AWS::Partition}:s3:::${EnvironmentName}-*']",
        "'arn:aws:s3:::company-settings/one'",
    ],
)
def test_rights_on_the_copys_own_are_fine(resource: str) -> None:
    """What the stack makes, what is named for the copy, and one thing that is named in full."""
    assert inspect(resources(OWN + f"P: {{Type: {SAID}{{Effect: Allow, Action: '*', Resource: {resource}}}}}}}}}"), "t")


@pytest.mark.parametrize(
    "body",
    [
        SAID + "[{Effect: Allow, Action: [logs:PutLogEvents, 'xray:PutTraceSegments'], Resource: '*'}]}}",
        SAID + "{Effect: Deny, NotAction: 'iam:*', Resource: '*'}}}",
        "AWS::IAM::Role, Properties: {ManagedPolicyArns: [!Ref Own, !Sub 'arn:${AWS::Partition}:iam::aws:policy/"
        "service-role/AWSLambdaBasicExecutionRole']}",
        MACHINE + ", Definition: {States: {A: {Type: Task, Resource: !GetAtt Own.Arn}}}}",
    ],
)
def test_rights_that_reach_nothing_are_fine(body: str) -> None:
    """Logs, traces and figures cannot be narrowed; a denial only takes; a state machine may call the template's own."""
    assert inspect(resources(OWN + f"P: {{Type: {body}}}"), "t")
