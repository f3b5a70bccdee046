"""What a drill gives AWS in place of a template; nothing that the look before it refused is accepted in silence."""

from __future__ import annotations

import hashlib
import json

import pytest

from dr_orchestrator.documents import cloudformation
from dr_orchestrator.documents.cloudformation import LARGEST
from dr_orchestrator.domain.replica import Allowance, Answers, Place
from dr_orchestrator.errors import NotRecoverable
from tests.support.estate import TEMPLATE
from tests.support.templates import COPY, OWN, edits, made, refusal, resources

TABLE = "Type: AWS::DynamoDB::Table"
POLICY = "AWS::IAM::Policy, Properties: {PolicyName: x, PolicyDocument: {Statement: []}, Roles: "
ARN = "arn:aws:sqs:us-east-1:123456789012:prod"
FUNCTION = "AWS::Lambda::Function, Properties: {Code: {ZipFile: x}, Role: "


def test_a_template_that_needs_nothing_is_given_as_it_is() -> None:
    """What will be made is told by type, with how many edits; the digests are of both texts."""
    found = made(TEMPLATE)
    kinds = "AWS::DynamoDB::Table, AWS::SQS::Queue"
    assert str(found) == f"2 resources: {kinds}; 0 edits, nothing is restored into Config"
    assert json.loads(found.body) == cloudformation.parse(TEMPLATE, "t").data
    assert found.made.digest == hashlib.sha256(TEMPLATE.encode()).hexdigest()
    assert found.made.derived_digest == hashlib.sha256(found.body.encode()).hexdigest()
    assert "\n" not in found.body
    assert ": " not in found.body


def test_what_is_given_is_the_same_each_time() -> None:
    """Nothing of it depends on the order of a set: a run that is resumed finds its own digest again."""
    bodies = {made(resources(OWN + f"A: {{{TABLE}, Properties: {{TableName: x}}}}")).made.derived_digest for _ in "ab"}
    assert len(bodies) == 1


@pytest.mark.parametrize(
    ("resource", "edit"),
    [
        (f"P: {{{TABLE}, Properties: {{TableName: orders}}}}", ("P.TableName", f"{COPY}-orders")),
        (f"P: {{{TABLE}, Properties: {{TableName: !Sub 'app-${{EnvironmentName}}'}}}}", ("P.TableName", None)),
        ("P: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub '${Prod}-jobs'}}", ("P.BucketName", None)),
        ("P: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Stored}}", ("P.QueueName", f"{COPY}-P")),
        ("P: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Late}}", ("P.QueueName", f"{COPY}-shop-prod")),
        ("P: {Type: AWS::SQS::Queue, Properties: {QueueName: '{{resolve:ssm:name}}'}}", ("P.QueueName", f"{COPY}-P")),
        ("P: {Type: AWS::IAM::Role, Properties: {RoleName: orders}}", ("P.RoleName", f"{COPY}-orders")),
        ("P: {Type: AWS::SQS::Queue, DeletionPolicy: Retain}", ("P.DeletionPolicy", "Delete")),
        ("P: {Type: AWS::SQS::Queue, DeletionPolicy: RetainExceptOnCreate}", ("P.DeletionPolicy", "Delete")),
        ("P: {Type: AWS::SQS::Queue, DeletionPolicy: delete}", ("P.DeletionPolicy", "Delete")),
        ("P: {Type: AWS::RDS::DBInstance, Properties: {DBSubnetGroupName: !Ref Net}}", ("P.DeletionPolicy", "Delete")),
        (
            "P: {Type: AWS::RDS::DBInstance, Properties: {DBSubnetGroupName: !Ref Net, PubliclyAccessible: true}}",
            ("P.PubliclyAccessible", False),
        ),
        (
            "P: {Type: AWS::S3::Bucket, Properties: {ReplicationConfiguration: {Role: x, Rules: []}}}",
            ("P.ReplicationConfiguration", None),
        ),
    ],
)
def test_what_was_refused_and_can_be_mended_is_an_edit(resource: str, edit: tuple[str, str | bool | None]) -> None:
    """Names of production, what would stay behind: edited by us, and told."""
    found = edits(resources(OWN + resource))
    assert edit[0] in found
    assert edit[1] is None or found[edit[0]] == edit[1]
    assert all(COPY in str(each) for key, each in found.items() if key.endswith("Name"))


@pytest.mark.parametrize(
    "resource",
    [
        "AWS::IAM::Role, Properties: {ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess']}",
        "AWS::IAM::Role, Properties: {Policies: [{PolicyName: x, PolicyDocument: {Statement: [{Effect: Allow, Action: "
        "'*', Resource: '*'}]}}]}",
        "AWS::IAM::Role, Properties: {Policies: [{PolicyName: x, PolicyDocument: {Statement: [{Effect: Allow, "
        "NotAction: 'iam:*', NotResource: x}]}}]}",
        "AWS::IAM::Role, Properties: {Policies: !If [A, [], []]}",
    ],
)
def test_rights_beyond_the_copys_own_are_held_by_the_boundary(resource: str) -> None:
    """Whatever a role's policies say: no role is without the boundary."""
    bound = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/dro-boundary"}
    found = edits(resources(OWN + f"P: {{Type: {resource}}}"))
    assert (found["P.PermissionsBoundary"], found["Own.PermissionsBoundary"]) == (bound, bound)
    own = made(resources(OWN), boundary="arn:aws:iam::123456789012:policy/theirs").derived.template["Resources"]["Own"]
    assert own["Properties"]["PermissionsBoundary"] == "arn:aws:iam::123456789012:policy/theirs"


@pytest.mark.parametrize(
    ("resource", "told"),
    [
        # What changes something that exists, however it is written.
        *(
            (f"{POLICY}[!Ref Own, {role}]}}", "P would ")
            for role in (
                *("prod-role", "!Ref Late", "!Sub [prod-role, {}]", "!Sub ['${R}', {R: prod-role}]"),
                *("!Sub 'prod-${AWS::Region}'", "!Join ['', [prod, -role]]", "!Select [0, !Split [',', 'prod,x']]"),
                *("!If [Always, prod-role, !Ref Own]", "!FindInMap [A, B, C]", "'{{resolve:ssm:prod-role}}'"),
                *("!GetAtt Held.Value", "!GetAtt [Held, !Ref Which]", "!Sub '${Held.Value}'"),
                "!Select [0, !Split [',', !Sub 'prod-role,${Own}']]",
            )
        ),
        (f"{POLICY}!Split [',', !Sub 'prod-role,${{Own}}']}}", "P would "),
        ("AWS::EC2::SecurityGroupIngress, Properties: {IpProtocol: tcp, GroupId: !Ref Prod}", "P would change"),
        (
            f"AWS::Lambda::EventSourceMapping, Properties: {{FunctionName: x, EventSourceArn: '{ARN}'}}",
            "P would change",
        ),
        ("AWS::Lambda::Permission, Properties: {FunctionName: shop-prod, Action: x, Principal: y}", "P would change"),
        ("AWS::S3::BucketPolicy, Properties: {Bucket: !Ref Prod, PolicyDocument: {}}", "P would change"),
        ("AWS::SNS::Subscription, Properties: {Protocol: sqs, TopicArn: !Ref Prod, Endpoint: x}", "P would change"),
        (
            "AWS::RDS::DBCluster, Properties: {SourceDBClusterIdentifier: prod, DBSubnetGroupName: !Ref Net}",
            "P would change 'prod'",
        ),
        # What acts on something, or stands in it.
        (f"AWS::SQS::Queue, Properties: {{RedrivePolicy: {{deadLetterTargetArn: '{ARN}'}}}}", f"P uses {ARN}"),
        (f'AWS::SQS::Queue, Properties: {{RedrivePolicy: \'{{"deadLetterTargetArn": "{ARN}"}}\'}}', f"P uses {ARN}"),
        (f"AWS::Events::Rule, Properties: {{Targets: [{{Id: a, Arn: '{ARN}'}}]}}", f"P uses {ARN}"),
        (f"AWS::CloudWatch::Alarm, Properties: {{AlarmActions: ['{ARN}']}}", f"P uses {ARN}"),
        ("AWS::Events::Rule, Properties: {EventBusName: shop-prod}", "P adds to 'shop-prod'"),
        ("AWS::ElastiCache::CacheCluster, Properties: {CacheSubnetGroupName: prod}", "P is put into 'prod'"),
        (
            "AWS::RDS::DBInstance, Properties: {DBSubnetGroupName: prod, PubliclyAccessible: false}",
            "P is put into 'prod'",
        ),
        (
            "AWS::RDS::DBInstance, Properties: {PubliclyAccessible: false}",
            "P is put into the account's default network",
        ),
        (
            "AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: vpc-0123abcd}",
            "P is put into vpc-0123abcd",
        ),
        (FUNCTION + "!GetAtt Own.Arn, VpcConfig: {SubnetIds: [subnet-0123abcd]}}", "P is put into subnet-0123abcd"),
        (FUNCTION + "prod-role}", "P acts with the rights of prod-role"),
        (FUNCTION + "!GetAtt Held.Value}", "P acts with the rights of prod-role"),
        (
            "AWS::Batch::ComputeEnvironment, Properties: {Type: MANAGED, ComputeResources: {InstanceRole: prod}}",
            "rights",
        ),
        ("AWS::ECS::Service, Properties: {Cluster: prod, TaskDefinition: x}", "P adds to 'prod'"),
        ("AWS::Cognito::UserPoolGroup, Properties: {UserPoolId: us-east-1_AbC}", "P would change"),
        (
            "AWS::AutoScaling::AutoScalingGroup, Properties: {VPCZoneIdentifier: [!Ref Sub], LaunchTemplate: {"
            "LaunchTemplateName: prod-web, Version: '1'}}",
            "P starts machines by prod-web",
        ),
        (
            "AWS::ApiGateway::RestApi, Properties: {Body: {paths: {/: {get: {x-amazon-apigateway-integration: {"
            "uri: !Sub 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:"
            "${AWS::AccountId}:function:prod/invocations'}}}}}}",
            "P acts on arn:aws:lambda:us-east-1:${AWS::AccountId}:function:prod",
        ),
        (
            "AWS::ApiGateway::RestApi, Properties: {Body: {x: {credentials: "
            "!Sub 'arn:aws:iam::${AWS::AccountId}:role/a'}}}",
            "P acts with the rights of arn:aws:iam::${AWS::AccountId}:role/a",
        ),
        (
            "AWS::ApiGatewayV2::Api, Properties: {Body: {x: {uri: 'https://api.example.com/x'}}}",
            "P calls api.example.com",
        ),
        # Who is let in, or told.
        (
            "AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: [{Principal: {AWS: '*'}}]}}",
            "P lets in anybody",
        ),
        (
            "AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: !Ref Prod}",
            "P has a policy that cannot be read",
        ),
        ("AWS::SNS::Topic, Properties: {Subscription: [{Protocol: email, Endpoint: on-call@example.com}]}", "P tells"),
        # What nobody can see.
        (FUNCTION + "!GetAtt Own.Arn, Environment: {Variables: {A: !ImportValue x}}}", "P imports x"),
        (
            "AWS::SQS::Queue, Properties: {Fn::If: [A, {QueueName: prod}, {}]}",
            "P has properties that are known only to",
        ),
        ("AWS::CloudFormation::CustomResource, Properties: {ServiceToken: x}", "P calls 'x'"),
        ("Custom::Anything, Properties: {ServiceToken: x}", "P calls 'x'"),
        ("Our::Own::Thing::MODULE", "P is of type Our::Own::Thing::MODULE"),
        ("AWS::CloudFormation::StackSet, Properties: {}", "P deploys into other accounts"),
        (
            "AWS::ServiceCatalog::CloudFormationProvisionedProduct, Properties: {ProductName: x}",
            "P makes what a product of the catalog says",
        ),
        ("AWS::IAM::UserToGroupAddition, Properties: {}", "P gives users"),
        (
            "AWS::Route53::RecordSet, Properties: {HostedZoneName: example.com., Name: a.example.com}",
            "P writes a record",
        ),
        ("AWS::SSM::Association, Properties: {Name: x, Targets: [{Key: 'tag:a', Values: [b]}]}", "P runs commands"),
        # What is not drilled yet.
        ("AWS::CloudFormation::Stack, Properties: {TemplateURL: 'https://x/t'}", "write `replica: {bucket: NAME}`"),
        ("AWS::SQS::Queue, Properties: {Tags: [!Transform {Name: Macro}]}", "the macro Macro runs a function"),
    ],
)
def test_what_was_refused_and_cannot_be_mended_is_told(resource: str, told: str) -> None:
    """Asked of the owner, refused, or not drilled yet: with file and line, before anything is made."""
    said = refusal(resources(OWN + f"P: {{Type: {resource}}}"))
    assert told in said
    assert "shop.template.yaml:" in said.partition("cannot be drilled: ")[2]


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        (Answers(allow={"P": "agreed"}), "1 allowed"),
        (Answers(allow={"P.EventBusName": "agreed"}), "1 allowed"),
        (Answers(leave_out=("P",)), "1 left out"),
        (Answers(leave_out=("P.EventBusName",)), "1 left out"),
    ],
)
def test_the_owners_word_is_heeded_and_told(answers: Answers, told: str) -> None:
    """What is left out is not made, what is allowed is let be with its reason."""
    template = resources("Q: {Type: AWS::SQS::Queue}\nP: {Type: AWS::Events::Rule, Properties: {EventBusName: prod}}")
    assert "answer `leave_out: [P], or allow:" in refusal(template)
    found = made(template, answers)
    assert told in str(found)
    assert found.made.allowed == tuple(Allowance(name, "agreed") for name in answers.allow)


def test_a_record_goes_into_the_replicas_own_zone() -> None:
    """By its id: of two zones of one name CloudFormation would refuse both, or production's would be written."""
    zone = "Zone: {Type: AWS::Route53::HostedZone, Properties: {Name: shop.internal}}\n"
    record = "P: {Type: AWS::Route53::RecordSet, Properties: {HostedZoneName: shop.internal., Name: a.shop.internal}}\n"
    group = (
        "G: {Type: AWS::Route53::RecordSetGroup, Properties: {RecordSets: [{HostedZoneName: shop.internal., Name: b}]}}"
    )
    found = edits(resources(zone + record + group))
    assert found["P.HostedZoneId"] == found["G.RecordSets.0.HostedZoneId"] == {"Ref": "Zone"}
    assert "P.HostedZoneName" in found
    assert found["G.RecordSets.0.HostedZoneName"] is None


def test_a_database_is_closed_to_the_internet_unless_its_owner_opens_it() -> None:
    """Where nothing is said, too: whether it is open then is known to the network alone."""
    template = resources(OWN + "P: {Type: AWS::RDS::DBInstance, Properties: {DBSubnetGroupName: !Ref Net}}")
    assert edits(template)["P.PubliclyAccessible"] is False
    assert "P.PubliclyAccessible" not in edits(template, Answers(allow={"P.PubliclyAccessible": "tested from outside"}))


def test_a_network_that_is_shared_is_told_as_allowed() -> None:
    """Whoever reads the report sees where the replica was put."""
    template = resources("P: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: vpc-0123abcd}}")
    found = made(template, Answers(shares=("vpc-0123abcd",)))
    assert found.made.allowed == (Allowance("vpc-0123abcd", "shared by its owner"),)


def test_what_the_workspace_declares_as_productions_is_asked_wherever_it_is_named() -> None:
    """In a text of the author's own, too: code that is told of it could reach it."""
    template = resources("P: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: orders-prod}}")
    assert made(template)
    with pytest.raises(NotRecoverable, match=r"P names orders-prod \(Value\): it is there already"):
        made(template, sources=frozenset({"orders-prod"}))


def test_everything_is_told_at_once() -> None:
    """One look names all there is to answer, each with its line."""
    said = refusal(resources("A: {Type: Custom::A, Properties: {ServiceToken: x}}\nB: {Type: Our::B}"))
    assert "A calls 'x'" in said
    assert "B is of type Our::B" in said
    assert said.count("shop.template.yaml:") == 2


def test_a_secret_is_in_no_edit() -> None:
    """What may be one is neither kept in the ledger nor printed in a report."""
    secret = "P: {Type: AWS::RDS::DBInstance, Properties: {DBSubnetGroupName: !Ref Net, MasterUserPassword: hush}}"
    address = "Q: {Type: AWS::SQS::Queue, Properties: {Tags: [{Key: a, Value: 'https://u:hush@x/'}]}}"
    answers = Answers(leave_out=("P.MasterUserPassword", "Q.Tags"))
    found = made(resources(OWN + f"{secret}\n{address}"), answers)
    assert {each.property for each in found.made.left_out} == {"MasterUserPassword", "Tags"}
    assert "hush" not in repr(found.made)


def test_a_key_that_stands_twice_is_refused_with_its_line() -> None:
    """Readers differ in which counts: the name that was judged may not be the one that is made."""
    twice = resources(f"T:\n  {TABLE}\n  Properties:\n    TableName: prod\n    TableName: !Ref EnvironmentName")
    line = 1 + [row.strip() for row in twice.splitlines()].index("TableName: !Ref EnvironmentName")
    assert f"line {line}: 'TableName' is written twice, first on line {line - 1}" in refusal(twice)
    assert "'A' is written twice" in refusal('{"Resources": {"A": {}, "B": {}, "A": {}}}')


@pytest.mark.parametrize(
    "text",
    [
        *("", "- a list", "Resources: [", "{", "{}", "Resources:\n", "Resources: []", "a: &a [*a]\n", "\t", "\x00"),
        *("Resources: &a {A: *a}", "Resources: !!python/object/apply:os.system ['true']\n"),
        "Resources: {A: {Type: AWS::SQS::Queue, DependsOn: A}}",
        "Resources: {A: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Missing}}}",
    ],
)
def test_what_is_no_template_is_told_as_such(text: str) -> None:
    """Broken YAML or JSON, and what CloudFormation would refuse, is a failed look with the file's name, not a crash."""
    assert "is not a template" in refusal(text)


def test_what_is_no_resource_is_told() -> None:
    """Nothing is skipped that nobody can read."""
    assert "no resource" in refusal(
        resources("A: {Type: AWS::SQS::Queue}\nB: {Type: AWS::SQS::Queue, Properties: [a]}")
    )


def test_a_template_too_large_to_send_is_told_beforehand() -> None:
    """What counts is what AWS is given: comments are not, and what CreateStack would not take is known at once."""
    assert made(resources(f"T: {{{TABLE}}}") + "\n# " + "é" * LARGEST)
    text = "x" * (LARGEST // 4)
    many = "".join(
        f"P{at}: {{Type: AWS::SSM::Parameter, Properties: {{Type: String, Value: {text}}}}}\n" for at in range(4)
    )
    told = "once derived, of which a call takes 51,200: write `replica: {bucket: NAME}` in tiers.yaml"
    assert told in refusal(resources(many))
    large = "".join(f"L{at}: {{Type: AWS::SSM::Parameter, Properties: {{Value: {text}}}}}\n" for at in range(80))
    found = made(resources(many), bucket="drill-templates")
    assert found.url.startswith(f"https://drill-templates.s3..amazonaws.com/{COPY}/")
    assert "is larger than 1,000,000 bytes" in refusal(resources(large))


@pytest.mark.parametrize(
    ("resource", "expands"),
    [
        ("P: {Type: AWS::SQS::Queue, Properties: {'Fn::Transform': {Name: AWS::Include}}}", "AWS::Include"),
        (f"P: {{Type: {FUNCTION}!GetAtt Own.Arn, KmsKeyArn: !Ref Stored}}}}", "the Parameter Store"),
        ("P: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: 'https://x/t'}}", "the stack P"),
    ],
)
def test_what_only_aws_can_expand_is_told_as_judged_then(resource: str, expands: str) -> None:
    """A plan says so, and asks nothing of what is looked up before it is judged."""
    found = made(resources(OWN + resource), bucket="drill-templates")
    assert expands in found.expands
    assert str(found).endswith("at the drill, and what it makes of it is judged then")


def test_stacks_within_lie_in_the_bucket_as_they_are_derived() -> None:
    """What lies beside the template is read from there, and CloudFormation from where we put it."""
    within = {"data.yaml": "Resources:\n  T: {Type: AWS::SQS::Queue, DeletionPolicy: Retain}\n"}
    root = resources("P: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./data.yaml}}").replace(
        'Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: "{copy}"}', ""
    )
    found = made(root, bucket="drill-templates", within=within)
    (text,) = found.shelved
    url = json.loads(found.body)["Resources"]["P"]["Properties"]["TemplateURL"]
    assert url == found.shelf.url(text)
    assert json.loads(text)["Resources"]["T"]["DeletionPolicy"] == "Delete"
    assert (found.nests, found.expands) == (True, ())


def test_in_an_account_of_its_own_a_replica_needs_no_boundary() -> None:
    """Production is not there: the rights of that account hold its roles, and what is named in it is only told."""
    apart = made(
        resources(OWN + "P: {Type: AWS::RDS::DBInstance, Properties: {DBSubnetGroupName: prod}}"),
        place=Place.DRILL_ACCOUNT,
    )
    assert "PermissionsBoundary" not in apart.body
    assert any("is put into 'prod'" in each.what for each in apart.derived.notes)


@pytest.mark.parametrize(
    "resource",
    [
        "AWS::Lambda::Url, Properties: {AuthType: NONE, TargetFunctionArn: !GetAtt Own.Arn}",
        FUNCTION + "!Sub '${Own.Arn}', Environment: {Variables: {TargetArn: x}}}",
        "AWS::Events::Rule, Properties: {EventBusName: default, Targets: [{Id: a, Arn: {Fn::GetAtt: [Own, Arn]}}]}",
        "AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Vpc, SecurityGroupIngress: [{"
        "IpProtocol: tcp, CidrIp: !GetAtt Vpc.CidrBlock}]}",
        "AWS::RDS::DBInstance, Properties: {DBSubnetGroupName: !Ref Net, PubliclyAccessible: false}",
    ],
)
def test_what_stays_within_the_stack_needs_nobodys_word(resource: str) -> None:
    """References to the template's own resources are no matter."""
    assert made(resources(OWN + f"P: {{Type: {resource}}}"))
