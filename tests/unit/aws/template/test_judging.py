"""What a replica would reach outside itself: asked with the line to write, refused for good, or told."""

from __future__ import annotations

import pytest

from dr_orchestrator.domain.replica import Derived, Place
from tests.support.derived import derived, notes, of

BESIDE, APART = Place.BESIDE, Place.DRILL_ACCOUNT
BOTH = pytest.mark.parametrize("place", list(Place))
ROLE = "arn:aws:iam::111122223333:role/deploy"
OURS = "arn:aws:sqs:us-east-1:${AWS::AccountId}:orders"


def asked(found: Derived) -> list[str]:
    assert not found.refused
    return [each.what for each in found.asks]


ASKED = {
    "mail": of("AWS::SNS::Topic", "Subscription: [{Protocol: email, Endpoint: oncall@example.com}]"),
    "a pager": of("AWS::SNS::Subscription", "TopicArn: !Ref T, Protocol: https, Endpoint: 'https://pager.example.com'")
    + "\n  T: {Type: AWS::SNS::Topic}",
    "public DNS": of("AWS::Route53::RecordSet", "HostedZoneName: example.com., Name: www.example.com., Type: A"),
    "another account": of("AWS::CloudWatch::Alarm", "AlarmActions: ['arn:aws:sns:us-east-1:111122223333:pager']"),
    "another account, in whatever region": of(
        "AWS::Events::Rule", "Targets: [{Id: a, Arn: !Sub 'arn:aws:sqs:${AWS::Region}:111122223333:q'}]"
    ),
    "another account lets in": of(
        "AWS::IAM::Role",
        f"AssumeRolePolicyDocument: {{Statement: [{{Effect: Allow, Principal: {{AWS: '{ROLE}'}}}}]}}",
    ),
    "another account by its number": of("AWS::Lambda::Permission", "FunctionName: !Ref F, Principal: '111122223333'")
    + "\n  F: {Type: AWS::Lambda::Function}",
    "a pipeline of elsewhere": of(
        "AWS::IAM::Role",
        "AssumeRolePolicyDocument: "
        "{Statement: [{Effect: Allow, Principal: {Federated: 'arn:aws:iam::1:oidc-provider/x'}}]}",
    ),
    "a user with a password": of("AWS::IAM::User", "LoginProfile: {Password: x}"),
    "a user of somebody's group": of("AWS::IAM::User", "Groups: [admins]"),
    "a key": of("AWS::IAM::AccessKey", "UserName: !Ref U") + "\n  U: {Type: AWS::SQS::Queue}",
    "a function outside": of("Custom::Database", f"ServiceToken: '{OURS}'"),
    "a network": of("AWS::EC2::Instance", "SubnetId: subnet-0aaaaaaaaaaaaaaaa"),
    "a type that nobody knows": of("Datadog::Monitors::Monitor", "Query: x"),
    "a macro": "Transform: [AWS::LanguageExtensions, CompanyTagger]\n" + of("AWS::SQS::Queue"),
    "a macro within": of("AWS::SQS::Queue", "Fn::Transform: {Name: CompanyTagger}"),
    "an import": of("AWS::Lambda::Function", "FileSystemConfigs: [{Arn: !ImportValue platform-Files}]"),
    "the address of a store": of("AWS::DMS::Endpoint", "ServerName: shop.abc123.eu-west-1.rds.amazonaws.com"),
    "other regions": of("AWS::CloudFormation::StackSet", "StackSetName: x"),
}


@BOTH
@pytest.mark.parametrize("case", ASKED)
def test_what_needs_the_owners_word_is_asked_once_with_the_line_to_write(case: str, place: Place) -> None:
    """One ask, with its line; the answer that it shows is taken, and then the template is accepted."""
    found = derived(ASKED[case], place)
    assert len(asked(found)) == 1, found.asks
    (ask,) = found.asks
    assert ask.line > 0
    assert ask.why
    kind, _, value = ask.answer.rpartition(", or ")[2].partition(": ")
    answer: object = value.strip("{}[]")
    if kind in ("allow", "imports"):
        key, _, _ = value.strip("{}").rpartition(": ")
        answer = {key: "by word of its owner"}
    else:
        answer = [answer]
    assert derived(ASKED[case], place, **{kind: answer}).accepted


@BOTH
def test_what_may_be_left_out_is_accepted_without(place: Place) -> None:
    """The first of the answers that an ask shows: the resource, or the property that it is about."""
    for case in ("mail", "public DNS", "another account", "a user with a password", "a function outside"):
        (ask,) = derived(ASKED[case], place).asks
        what = ask.answer.partition("[")[2].partition("]")[0]
        assert derived(ASKED[case], place, leave_out=[what]).accepted, case


REFUSED = {
    "a peering": of("AWS::EC2::VPCPeeringConnection", "VpcId: vpc-0aaaaaaaaaaaaaaaa, PeerVpcId: vpc-0bbbbbbbbbbbbbbbb"),
    "a bucket's policy": of("AWS::S3::BucketPolicy", "Bucket: shop-prod-assets, PolicyDocument: {}"),
    "a role's policy": of("AWS::IAM::Policy", "Roles: [deployer], PolicyDocument: {}"),
    "a group's rule": of("AWS::EC2::SecurityGroupIngress", "GroupId: sg-0aaaaaaaaaaaaaaaa, IpProtocol: tcp"),
    "a route": of("AWS::EC2::Route", "RouteTableId: rtb-0aaaaaaaaaaaaaaaa, DestinationCidrBlock: 0.0.0.0/0"),
    "a queue's messages": of("AWS::Lambda::EventSourceMapping", f"FunctionName: !Ref F, EventSourceArn: !Sub '{OURS}'")
    + "\n  F: {Type: AWS::Lambda::Function}",
    "a topic's subscribers": of(
        "AWS::SNS::Subscription", "TopicArn: 'arn:aws:sns:eu-west-1:111122223333:t', Protocol: sqs"
    ),
    "an instance's replica": of("AWS::RDS::DBInstance", "SourceDBInstanceIdentifier: shop-prod, DBSubnetGroupName: x"),
    "a name by its parameter": "Parameters: {Role: {Type: String, Default: deployer}}\n"
    + of("AWS::IAM::Policy", "Roles: [!Ref Role], PolicyDocument: {}"),
}


@BOTH
@pytest.mark.parametrize("case", REFUSED)
def test_what_changes_something_outside_is_refused_for_good(case: str, place: Place) -> None:
    """What exists already is somebody's: no replica changes it, wherever it stands."""
    found = derived(REFUSED[case], place)
    assert found.refused
    assert not found.accepted
    assert all(each.line > 0 for each in found.refused)


def test_a_peering_within_the_replica_is_its_own() -> None:
    """Two networks that the stack makes may be joined."""
    own = of("AWS::EC2::VPCPeeringConnection", "VpcId: !Ref A, PeerVpcId: !Ref B")
    assert derived(own + "\n  A: {Type: AWS::EC2::VPC}\n  B: {Type: AWS::EC2::VPC}").accepted


BESIDE_ALONE = {
    "a role that no boundary holds": of(
        "AWS::Lambda::Function", "Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/prod'"
    ),
    "a profile by its name": of("AWS::EC2::Instance", "SubnetId: !Ref S, IamInstanceProfile: prod")
    + "\n  S: {Type: AWS::EC2::Subnet}",
    "a function that a rule calls": of(
        "AWS::Events::Rule",
        "Targets: [{Id: a, Arn: !Sub 'arn:aws:lambda:us-east-1:${AWS::AccountId}:function:prod'}]",
    ),
    "a secret": of(
        "AWS::RDS::DBInstance", "DBSubnetGroupName: !Ref G, MasterUserPassword: '{{resolve:secretsmanager:prod}}'"
    )
    + "\n  G: {Type: AWS::RDS::DBSubnetGroup}",
    "a setting of the account": of("AWS::GuardDuty::Detector", "Enable: true"),
    "a function that a gateway calls": of(
        "AWS::ApiGatewayV2::Integration",
        "ApiId: !Ref A, IntegrationUri: !Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:prod/invocations'",
    )
    + "\n  A: {Type: AWS::ApiGatewayV2::Api}",
    "the address of a store, to code": of(
        "AWS::Lambda::Function", "Environment: {Variables: {URL: 'postgres://shop.abc1.eu-west-1.rds.amazonaws.com/x'}}"
    ),
    "a parameter of the account": "Parameters: {Vpc: {Type: AWS::SSM::Parameter::Value<String>, Default: /prod/vpc}}\n"
    + of("AWS::EC2::SecurityGroup", "VpcId: !Ref Vpc"),
    "the default network": of("AWS::RDS::DBInstance", "DBInstanceClass: db.t4g.small"),
}


@pytest.mark.parametrize("case", BESIDE_ALONE)
def test_beside_production_more_is_asked(case: str) -> None:
    """What is the account's own is production's there, and nobody's in an account of drills."""
    assert len(asked(derived(BESIDE_ALONE[case], BESIDE))) == 1
    assert derived(BESIDE_ALONE[case], APART).accepted


HARMLESS = {
    "its own": of("AWS::CloudWatch::Alarm", "AlarmActions: [!Ref T]") + "\n  T: {Type: AWS::SNS::Topic}",
    "a policy of AWS": of(
        "AWS::IAM::Role", "ManagedPolicyArns: [!Sub 'arn:${AWS::Partition}:iam::aws:policy/ReadOnlyAccess']"
    ),
    "all rights": of(
        "AWS::IAM::Role", "Policies: [{PolicyDocument: {Statement: [{Effect: Allow, Action: '*', Resource: '*'}]}}]"
    ),
    "a public layer": of(
        "AWS::Lambda::Function", "Layers: ['arn:aws:lambda:us-east-1:017000801446:layer:Powertools:1']"
    ),
    "an image": of("AWS::EC2::LaunchTemplate", "LaunchTemplateData: {ImageId: ami-0aaaaaaaaaaaaaaaa}"),
    "logs of balancers": of(
        "AWS::S3::BucketPolicy",
        "Bucket: !Ref B, PolicyDocument: "
        "{Statement: [{Effect: Allow, Principal: {AWS: 'arn:aws:iam::127311923021:root'}}]}",
    )
    + "\n  B: {Type: AWS::S3::Bucket}",
    "who is kept out": of(
        "AWS::S3::BucketPolicy",
        f"Bucket: !Ref B, PolicyDocument: {{Statement: [{{Effect: Deny, Principal: {{AWS: '{ROLE}'}}}}]}}",
    )
    + "\n  B: {Type: AWS::S3::Bucket}",
    "a queue's own topic": of("AWS::SNS::Subscription", "TopicArn: !Ref T, Protocol: sqs, Endpoint: !GetAtt Q.Arn")
    + "\n  T: {Type: AWS::SNS::Topic}\n  Q: {Type: AWS::SQS::Queue}",
    "its own zone": of("AWS::Route53::RecordSet", "HostedZoneId: !Ref Z, Name: a.shop.internal, Type: A")
    + "\n  Z: {Type: AWS::Route53::HostedZone, Properties: {Name: shop.internal}}",
    "its own function": of("Custom::Seed", "ServiceToken: !GetAtt F.Arn") + "\n  F: {Type: AWS::Lambda::Function}",
    "what is not made": "Conditions: {Never: !Equals [a, b]}\n" + of("AWS::IAM::User", more="Condition: Never"),
    "a parameter that nobody gave": "Parameters: {Vpc: {Type: 'AWS::EC2::VPC::Id'}}\n"
    + of("AWS::EC2::SecurityGroup", "VpcId: !Ref Vpc, GroupDescription: web"),
    "a key of AWS": of(
        "AWS::SQS::Queue", "KmsMasterKeyId: !Sub 'arn:aws:kms:${AWS::Region}:${AWS::AccountId}:alias/aws/sqs'"
    ),
    "a step's own action": of(
        "AWS::Scheduler::Schedule", "Target: {Arn: 'arn:aws:scheduler:::aws-sdk:s3:listBuckets'}"
    ),
}


@BOTH
@pytest.mark.parametrize("case", HARMLESS)
def test_what_reaches_nobody_is_accepted_without_a_word(case: str, place: Place) -> None:
    """A team's template needs no answer where nothing outside the replica is named, or only AWS's own."""
    found = derived(HARMLESS[case], place)
    assert found.accepted, (found.asks, found.refused)


def test_a_value_that_is_given_is_judged() -> None:
    """A parameter's value comes from the drill: production's network is asked for, and shared by its owner's word."""
    template = "Parameters: {Vpc: {Type: 'AWS::EC2::VPC::Id'}}\n" + of("AWS::EC2::SecurityGroup", "VpcId: !Ref Vpc")
    given = {"Vpc": "vpc-0aaaaaaaaaaaaaaaa"}
    (ask,) = derived(template, parameters=given).asks
    assert ask.answer == "shares: [vpc-0aaaaaaaaaaaaaaaa]"
    assert derived(template, parameters=given, shares=["vpc-0aaaaaaaaaaaaaaaa"]).accepted


def test_what_the_workspace_declares_as_productions_is_known_by_its_name() -> None:
    """A table's name handed to code may be production's: asked beside it, told in an account of drills."""
    template = of(
        "AWS::Lambda::Function",
        "Environment: {Variables: {TABLE: orders-prod, OTHER: orders-prod-2}}",
    )
    (ask,) = derived(template, sources=frozenset({"orders-prod"})).asks
    assert ask.what == "names orders-prod (Environment.Variables.TABLE)"
    apart = derived(template, APART, sources=frozenset({"orders-prod"}))
    assert apart.accepted
    assert len(notes(apart)) == 1
    assert derived(template).accepted


def test_a_parameter_that_has_no_value_yet_is_told() -> None:
    """With the line that gives it one: the drill needs it, and what it gives is judged then."""
    (note,) = derived(HARMLESS["a parameter that nobody gave"]).notes
    assert (note.resource, note.what) == ("Vpc", "needs a value")
    assert "parameters: {Vpc: ...}" in note.why


def test_no_secret_is_kept_of_what_is_left_out() -> None:
    """An edit is stored and printed: a password in what it takes out is masked."""
    template = of("AWS::RDS::DBInstance", "DBSubnetGroupName: x, MasterUserPassword: hunter2")
    found = derived(template, leave_out=["It.MasterUserPassword"])
    assert "hunter2" not in str(found.edits)
    within = of("AWS::Lambda::Function", "Environment: {Variables: {DB_PASSWORD: hunter2}}")
    assert "hunter2" not in str(derived(within, leave_out=["It.Environment"]).edits)


def test_each_of_a_list_is_judged() -> None:
    """A list in one text, as parameters have it, is as many values."""
    subnets = "subnet-0aaaaaaaaaaaaaaaa,subnet-0bbbbbbbbbbbbbbbb"
    template = f"Parameters: {{S: {{Type: CommaDelimitedList, Default: '{subnets}'}}}}\n" + of(
        "AWS::RDS::DBSubnetGroup", "SubnetIds: !Ref S"
    )
    assert [ask.answer for ask in derived(template).asks] == [f"shares: [{each}]" for each in subnets.split(",")]


def test_what_the_replica_may_miss_is_told() -> None:
    """Grants on what is production's, and addresses that code is told of: known, and nobody's word is needed."""
    found = derived(
        """\
        Resources:
          Role:
            Type: AWS::IAM::Role
            Properties:
              Policies: [{PolicyDocument: {Statement: [
                {Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::shop-prod-assets/*"}]}}]
          Api:
            Type: AWS::Lambda::Function
            Properties:
              Environment: {Variables: {PARTNER: "https://api.partner.example.com/v1", AWS: "https://sqs.us-east-1.amazonaws.com"}}
        """
    )
    assert found.accepted
    assert [note.what for note in notes(found)] == [
        "has a grant on arn:aws:s3:::shop-prod-assets/*",
        "is told of https://api.partner.example.com",
    ]


@pytest.mark.parametrize("branch", ["!If [Prod, {0}, !Ref Own]", "!If [Unknown, !Ref Own, {0}]"])
def test_each_branch_that_may_come_is_judged(branch: str) -> None:
    """Of a condition that cannot be told both; of one that is known the one that comes."""
    template = (
        "Parameters: {P: {Type: String}, Stage: {Type: String, Default: prod}}\n"
        "Conditions: {Prod: !Equals [!Ref Stage, prod], Unknown: !Equals [!Ref P, a]}\n"
        + of("AWS::CloudWatch::Alarm", f"AlarmActions: [{branch.format('arn:aws:sns:us-east-1:111122223333:pager')}]")
        + "\n  Own: {Type: AWS::SNS::Topic}"
    )
    assert len(derived(template).asks) == 1
    if "Prod" in branch:
        assert derived(template, parameters={"Stage": "test"}).accepted


def test_a_stack_within_is_judged_where_aws_reads_it() -> None:
    """Its template is not at hand: told, for it is judged when AWS has expanded it."""
    (note,) = derived(of("AWS::CloudFormation::Stack", "TemplateURL: 'https://s3.amazonaws.com/x/front.yaml'")).notes
    assert "judged" in note.why


def test_what_aws_expands_is_told() -> None:
    """The transforms of AWS's own, which a change set expands before it is judged again."""
    found = derived("Transform: AWS::Serverless-2016-10-31\n" + of("AWS::Serverless::Function", "Handler: a.b"))
    assert found.expands == ("AWS::Serverless-2016-10-31",)
    assert found.accepted


def test_the_word_that_an_import_needs_is_one_that_can_be_written() -> None:
    """Quoted where YAML needs it; where a parameter is part of its name, that comes first."""
    template = "Parameters: {Net: {Type: String}}\n" + of(
        "AWS::EC2::Instance",
        "SubnetId: !ImportValue {'Fn::Sub': '${Net}-Subnet'}, "
        "SecurityGroupIds: [!ImportValue {'Fn::Sub': '${AWS::Region}-sg'}]",
    )
    found = derived(template)
    assert [ask.answer for ask in found.asks] == ['parameters: {Net: "..."}', 'imports: {"${AWS::Region}-sg": "..."}']
    given = {"prod-Subnet": "subnet-0aaaaaaaaaaaaaaaa", "${AWS::Region}-sg": "sg-0aaaaaaaaaaaaaaaa"}
    assert derived(template, parameters={"Net": "prod"}, imports=given, shares=list(given.values())).accepted


NO_REASON_TO_ASK = {
    "a list of prefixes that AWS keeps": of(
        "AWS::EC2::SecurityGroup",
        "GroupDescription: x, VpcId: !Ref Net, SecurityGroupIngress: [{SourcePrefixListId: pl-3b927c52}]",
    )
    + "\n  Net: {Type: AWS::EC2::VPC}",
    "the name of its own zone": of("AWS::Route53::RecordSet", "HostedZoneName: shop.internal., Name: a.shop.internal")
    + "\n  Z: {Type: AWS::Route53::HostedZone, Properties: {Name: shop.internal}}",
}


@BOTH
@pytest.mark.parametrize("case", NO_REASON_TO_ASK)
def test_nothing_is_asked_of_what_is_nobodys(case: str, place: Place) -> None:
    """What AWS keeps for all, and what the template makes and names by its name."""
    assert derived(NO_REASON_TO_ASK[case], place).accepted


@BOTH
def test_a_network_for_all_functions_is_asked_for(place: Place) -> None:
    """Said once for all functions of a serverless template, it is shared as any other."""
    subnet = "subnet-0aaaaaaaaaaaaaaaa"
    said = f"Globals: {{Function: {{VpcConfig: {{SubnetIds: [{subnet}]}}}}}}\n"
    template = "Transform: AWS::Serverless-2016-10-31\n" + said + of("AWS::Serverless::Function", "Handler: a.b")
    (ask,) = derived(template, place).asks
    assert (ask.resource, ask.line, ask.answer) == ("Globals", 2, f"shares: [{subnet}]")
    assert derived(template, place, shares=[subnet]).accepted


def test_properties_of_nothing_are_none() -> None:
    """`Properties:` with nothing behind it is a resource that has none."""
    for kind in ("AWS::IAM::Role", "AWS::Serverless::Function", "AWS::S3::Bucket", "Custom::X"):
        derived(f"Transform: AWS::Serverless-2016-10-31\nResources:\n  It:\n    Type: {kind}\n    Properties:\n")
