"""The edits of a replica's template: what would collide, stay behind, be kept or be public is changed, and told."""

from __future__ import annotations

from typing import Any

import pytest

from dr_orchestrator.domain.replica import Place
from tests.support.derived import COPY, changes, derived, of, properties

TABLE = "AWS::DynamoDB::Table"


@pytest.mark.parametrize("policy", ["Retain", "RetainExceptOnCreate", "Snapshot"])
def test_nothing_is_kept_by_its_policy(policy: str) -> None:
    """Whatever keeps a resource when its stack goes becomes Delete, in both policies, and is told with its line."""
    found = derived(of(TABLE, more=f"DeletionPolicy: {policy}\n    UpdateReplacePolicy: {policy}"))
    assert changes(found) == {"It.DeletionPolicy": (policy, "Delete"), "It.UpdateReplacePolicy": (policy, "Delete")}
    assert [edit.line for edit in found.edits] == [5, 6]
    assert found.accepted


def test_a_policy_that_is_computed_is_delete() -> None:
    """One that a parameter or a condition decides is decided here."""
    found = derived(of(TABLE, more="DeletionPolicy: !If [Prod, Retain, Delete]"))
    assert found.template["Resources"]["It"]["DeletionPolicy"] == "Delete"


@pytest.mark.parametrize("kind", ["AWS::RDS::DBInstance", "AWS::RDS::DBCluster", "AWS::Redshift::Cluster"])
def test_no_final_snapshot_is_taken_where_nothing_is_said(kind: str) -> None:
    """Types that leave a snapshot behind by default are told not to."""
    found = derived(of(kind), Place.DRILL_ACCOUNT)
    assert changes(found)["It.DeletionPolicy"] == ("a final snapshot, where nothing is said", "Delete")


@pytest.mark.parametrize(
    ("kind", "written", "path", "becomes"),
    [
        ("AWS::RDS::DBInstance", "DeletionProtection: true", "DeletionProtection", False),
        (TABLE, "DeletionProtectionEnabled: true", "DeletionProtectionEnabled", False),
        ("AWS::Cognito::UserPool", "DeletionProtection: ACTIVE", "DeletionProtection", "INACTIVE"),
        ("AWS::EC2::Instance", "DisableApiTermination: 'true'", "DisableApiTermination", "false"),
        (
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            "LoadBalancerAttributes: [{Key: deletion_protection.enabled, Value: 'true'}]",
            "LoadBalancerAttributes.0.Value",
            "false",
        ),
        (TABLE, "DeletionProtectionEnabled: !Ref Protected", "DeletionProtectionEnabled", False),
    ],
)
def test_what_keeps_from_being_deleted_is_off(kind: str, written: str, path: str, becomes: Any) -> None:
    """Wherever it stands, in the words of its type; one that is off already is no edit."""
    found = derived(of(kind, written), Place.DRILL_ACCOUNT)
    assert changes(found)[f"It.{path}"][1] == becomes
    assert type(changes(found)[f"It.{path}"][1]) is type(becomes)


def test_what_is_off_already_is_no_edit() -> None:
    """A template that a replica can be made of as it is stays as it is."""
    assert derived(of(TABLE, "DeletionProtectionEnabled: false, BillingMode: PAY_PER_REQUEST")).edits == ()


@pytest.mark.parametrize(
    ("kind", "key", "name", "becomes"),
    [
        (TABLE, "TableName", "orders", f"{COPY}-orders"),
        ("AWS::SQS::Queue", "QueueName", "in.fifo", f"{COPY}-in.fifo"),
        ("AWS::KMS::Alias", "AliasName", "alias/shop", f"alias/{COPY}-shop"),
        ("AWS::Logs::LogGroup", "LogGroupName", "/aws/lambda/api", f"/aws/lambda/{COPY}-api"),
        ("AWS::S3::Bucket", "BucketName", "www.Shop.example.com", f"{COPY}-www-shop-example-com"),
        ("AWS::IAM::Role", "RoleName", "shop-web", f"{COPY}-shop-web"),
    ],
)
def test_a_name_is_the_copys(kind: str, key: str, name: str, becomes: str) -> None:
    """A name of production's begins with the copy's id; what services read in front of it and behind it stays."""
    found = derived(of(kind, f"{key}: {name}"))
    assert changes(found)[f"It.{key}"] == (name, becomes)


def test_a_long_name_is_cut_and_stays_its_own() -> None:
    """As long as its type allows: two that are cut alike differ all the same."""
    balancer = "AWS::ElasticLoadBalancingV2::LoadBalancer"
    names = [properties(derived(of(balancer, f"Name: {name}")))["Name"] for name in ("shop-web", "shop-api")]
    assert len(set(names)) == 2
    assert all(len(name) <= 32 and name.startswith("dro-20261120-f78f760dff") for name in names)


@pytest.mark.parametrize(
    "name",
    ["!Sub '${AWS::StackName}-orders'", "!Join ['-', [!Ref AWS::StackName, orders]]", "!Sub '${Other}-orders'"],
)
def test_a_name_that_is_the_copys_already_is_left(name: str) -> None:
    """One that holds the stack's name, or that of something it makes, is nobody else's."""
    found = derived(of(TABLE, f"TableName: {name}") + "\n  Other: {Type: AWS::SNS::Topic}")
    assert found.edits == ()


def test_a_name_that_only_aws_knows_is_the_copys() -> None:
    """What cannot be told beforehand may be production's."""
    found = derived(of(TABLE, "TableName: !ImportValue name"), imports={"name": "orders"})
    assert properties(found)["TableName"] == f"{COPY}-orders"
    found = derived(of(TABLE, "TableName: !Sub 'orders-${AWS::Region}'"))
    assert properties(found)["TableName"] == f"{COPY}-orders"


def test_who_names_what_was_renamed_names_the_copys() -> None:
    """In ARNs, and in what code is handed: else the replica would look for production's."""
    found = derived(
        """\
        Resources:
          Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: orders}}
          Role:
            Type: AWS::IAM::Role
            Properties:
              Policies: [{PolicyDocument: {Statement: [{Effect: Allow, Action: "dynamodb:*", Resource: [
                !Sub "arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/orders",
                !Sub "arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/orders-old",
                "arn:aws:sqs:eu-west-1:111122223333:orders"]}]}}]
          Api:
            Type: AWS::Lambda::Function
            Properties: {Environment: {Variables: {TABLE: orders, SCHEMA: orders-v2}}, Handler: orders}
        """
    )
    text = str(found.template)
    assert f"table/{COPY}-orders'" in text
    assert "table/orders-old" in text
    assert "111122223333:orders'" in text  # another service's
    api = properties(found, "Api")
    assert api["Environment"]["Variables"] == {"TABLE": f"{COPY}-orders", "SCHEMA": "orders-v2"}
    assert api["Handler"] == "orders"


def test_an_export_is_the_copys() -> None:
    """The name of an export is known once in a region; one that holds the stack's name is left."""
    found = derived(
        """\
        Resources: {Q: {Type: AWS::SQS::Queue}}
        Outputs:
          A: {Value: !Ref Q, Export: {Name: shop-queue}}
          B: {Value: !Ref Q, Export: {Name: !Sub "${AWS::StackName}-queue"}}
          C: {Value: !Ref Q, Export: {Name: !Sub "${AWS::Region}-queue"}}
        """
    )
    names = {name: output["Export"]["Name"] for name, output in found.template["Outputs"].items()}
    assert names == {
        "A": f"{COPY}-shop-queue",
        "B": {"Fn::Sub": "${AWS::StackName}-queue"},
        "C": {"Fn::Sub": f"{COPY}-${{AWS::Region}}-queue"},
    }


def test_a_replica_does_without_what_would_stay_or_write_elsewhere() -> None:
    """Locks, replication, public names and their certificates: left out, and told."""
    found = derived(
        """\
        Resources:
          Site:
            Type: AWS::S3::Bucket
            Properties: {ObjectLockEnabled: true, ReplicationConfiguration: {Role: x, Rules: []}}
          Cert: {Type: AWS::CertificateManager::Certificate, Properties: {DomainName: shop.example.com}}
          Cdn:
            Type: AWS::CloudFront::Distribution
            Properties:
              DistributionConfig:
                {Enabled: true, Aliases: [shop.example.com], ViewerCertificate: {AcmCertificateArn: !Ref Cert}}
        Outputs: {Cert: {Value: !Ref Cert}, Cdn: {Value: !GetAtt Cdn.DomainName}}
        """
    )
    assert set(changes(found)) == {
        *("Site.ObjectLockEnabled", "Site.ReplicationConfiguration", "Cert", "Outputs.Cert"),
        *("Cdn.DistributionConfig.Aliases", "Cdn.DistributionConfig.ViewerCertificate"),
    }
    assert all(becomes is None for _, becomes in changes(found).values())
    assert properties(found, "Cdn") == {"DistributionConfig": {"Enabled": True}}
    assert set(found.template["Resources"]) == {"Site", "Cdn"}
    assert found.accepted


def test_what_its_owner_left_out_is_named_nowhere() -> None:
    """A resource, a property, and all that refers to what is gone: dependencies, elements of lists, properties."""
    found = derived(
        """\
        Resources:
          Gone: {Type: AWS::SNS::Topic}
          Alarm:
            Type: AWS::CloudWatch::Alarm
            DependsOn: [Gone, Queue]
            Properties: {AlarmActions: [!Ref Gone, !Ref Queue], OKActions: [!Ref Gone], Period: 60}
          Queue:
            Type: AWS::SQS::Queue
            DependsOn: Gone
            Properties: {KmsMasterKeyId: !GetAtt Gone.TopicArn, DelaySeconds: 5}
        Outputs: {Topic: {Value: !Ref Gone}}
        """,
        leave_out=["Gone", "Queue.DelaySeconds"],
    )
    assert found.template["Resources"] == {
        "Alarm": {
            "Type": "AWS::CloudWatch::Alarm",
            "DependsOn": ["Queue"],
            "Properties": {"AlarmActions": [{"Ref": "Queue"}], "OKActions": [], "Period": 60},
        },
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {}},
    }
    assert not found.template["Outputs"]


ROLE = "AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}}]}"


def test_beside_production_every_role_is_bounded() -> None:
    """Whatever boundary it had; in an account of drills it stays as it was written."""
    written = of("AWS::IAM::Role", f"{ROLE}, PermissionsBoundary: theirs")
    boundary = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/dro-boundary"}
    assert changes(derived(written))["It.PermissionsBoundary"] == ("theirs", boundary)
    assert derived(written, Place.DRILL_ACCOUNT).edits == ()


def test_a_function_that_aws_expands_gets_its_role_bounded() -> None:
    """The role that SAM makes for a function takes the function's boundary; one that it is given is that one's."""
    made = derived("Transform: AWS::Serverless-2016-10-31\n" + of("AWS::Serverless::Function", "Handler: a.b"))
    assert "PermissionsBoundary" in properties(made)
    given = (
        of("AWS::Serverless::Function", "Role: !GetAtt R.Arn")
        + f"\n  R: {{Type: AWS::IAM::Role, Properties: {{{ROLE}}}}}"
    )
    found = derived("Transform: AWS::Serverless-2016-10-31\n" + given)
    assert "PermissionsBoundary" not in properties(found)
    assert "PermissionsBoundary" in properties(found, "R")


def test_the_teams_template_is_never_touched() -> None:
    """What was read is as it was, whatever AWS is given."""
    from dr_orchestrator.aws.template.derive import derive
    from dr_orchestrator.documents import cloudformation

    text = of(TABLE, "TableName: orders, DeletionProtectionEnabled: true", "DeletionPolicy: Retain")
    source = cloudformation.parse(text, "shop.yaml")
    derive(source, COPY, Place.BESIDE)
    assert source == cloudformation.parse(text, "shop.yaml")


def test_keys_wait_for_their_deletion_as_shortly_as_may_be() -> None:
    """A key cannot be deleted at once: the shortest wait is asked for, also where none is."""
    assert properties(derived(of("AWS::KMS::Key", "PendingWindowInDays: 30")))["PendingWindowInDays"] == 7
    assert properties(derived(of("AWS::KMS::Key")))["PendingWindowInDays"] == 7


NESTED_NAMES = {
    "a database": ("AWS::Glue::Database", "DatabaseInput: {Name: lake}", "DatabaseInput.Name"),
    "a policy of caches": (
        "AWS::CloudFront::CachePolicy",
        "CachePolicyConfig: {Name: lake, MinTTL: 1}",
        "CachePolicyConfig.Name",
    ),
    "a mail's text": ("AWS::SES::Template", "Template: {TemplateName: lake}", "Template.TemplateName"),
}


@pytest.mark.parametrize("case", NESTED_NAMES)
def test_a_name_further_down_is_the_copys(case: str) -> None:
    """Where a type's name stands within a property, it is production's all the same."""
    kind, written, path = NESTED_NAMES[case]
    assert changes(derived(of(kind, written), Place.DRILL_ACCOUNT))[f"It.{path}"] == ("lake", f"{COPY}-lake")


def test_a_protection_that_has_a_mode_is_off_in_its_words() -> None:
    """The form of the property stays."""
    store = of("AWS::VerifiedPermissions::PolicyStore", "DeletionProtection: {Mode: ENABLED}")
    assert properties(derived(store))["DeletionProtection"] == {"Mode": "DISABLED"}


def test_the_smallest_part_goes_with_what_is_left_out() -> None:
    """One variable of one container, not the container; nothing of what is gone is named anywhere, not in metadata."""
    found = derived(
        """\
        Resources:
          Gone: {Type: AWS::SNS::Topic}
          Task:
            Type: AWS::ECS::TaskDefinition
            Metadata: {Topic: !Ref Gone, Kept: 1}
            Properties:
              ContainerDefinitions:
                - Name: web
                  Image: nginx
                  Environment: [{Name: A, Value: !Sub "https://${Gone}/"}, {Name: B, Value: b}]
          Role:
            Type: AWS::IAM::Role
            Properties:
              Policies:
                - PolicyName: x
                  PolicyDocument: {Statement: [
                    {Effect: Allow, Action: "*", Resource: [!Ref Gone]},
                    {Effect: Allow, Action: "*", Resource: [!Ref Gone, "arn:aws:s3:::x"]},
                    {Effect: Allow, Action: "*", Resource: "*", Condition: {ArnEquals: {"aws:SourceArn": !Ref Gone}}}]}
        """,
        Place.DRILL_ACCOUNT,
        leave_out=["Gone"],
    )
    assert found.accepted
    (web,) = properties(found, "Task")["ContainerDefinitions"]
    assert web == {"Name": "web", "Image": "nginx", "Environment": [{"Name": "B", "Value": "b"}]}
    assert found.template["Resources"]["Task"]["Metadata"] == {"Kept": 1}
    (policy,) = properties(found, "Role")["Policies"]
    statement = {"Effect": "Allow", "Action": "*", "Resource": ["arn:aws:s3:::x"]}
    assert policy["PolicyDocument"] == {"Statement": [statement]}
    assert {"Task.Metadata.Topic", "Task.ContainerDefinitions.0.Environment.0"} <= set(changes(found))


@pytest.mark.parametrize(
    ("kind", "written", "loses"),
    [
        ("AWS::EC2::Instance", "UserData: {'Fn::Base64': !Sub 'curl ${Gone}'}", "UserData"),
        (
            "AWS::ECS::TaskDefinition",
            "ContainerDefinitions: [{Name: a, Image: !Ref Gone, Environment: [{Name: a, Value: b}]}]",
            "ContainerDefinitions.0",
        ),
    ],
)
def test_what_falls_whole_is_asked(kind: str, written: str, loses: str) -> None:
    """Code, or a part that holds more than the name of what is left out: its resource may not work without."""
    template = of(kind, written) + "\n  Gone: {Type: AWS::SNS::Topic}"
    found = derived(template, Place.DRILL_ACCOUNT, leave_out=["Gone"])
    (ask,) = found.asks
    assert ask.what == f"loses {loses}, which refers to what is left out"
    key = f"It.{loses.partition('.')[0]}"
    assert derived(template, Place.DRILL_ACCOUNT, leave_out=["Gone"], allow={key: "it works"}).accepted


@pytest.mark.parametrize(
    ("kind", "written", "where"),
    [
        ("AWS::Lambda::Function", "{Code: {ZipFile: x}, Role: !GetAtt Gone.Arn}", "Role"),
        ("AWS::RDS::DBSubnetGroup", "{DBSubnetGroupDescription: x, SubnetIds: [!Ref Gone]}", "SubnetIds.0"),
        (
            "AWS::CodePipeline::Pipeline",
            "{RoleArn: '{copy}', Stages: [], ArtifactStore: {EncryptionKey: {Id: !GetAtt Gone.Arn, Type: KMS}}}",
            "ArtifactStore.EncryptionKey.Id",
        ),
    ],
)
def test_what_aws_makes_nothing_without_cannot_be_left_out(kind: str, written: str, where: str) -> None:
    """A required property that falls is asked with what needs it, and no `allow` lets it be: AWS would refuse it."""
    template = f"Resources:\n  It: {{Type: {kind}, Properties: {written}}}\n  Gone: {{Type: AWS::IAM::Role}}"
    for allow in ({}, {"It": "it works", f"It.{where.partition('.')[0]}": "it works"}):
        (ask,) = derived(template, Place.DRILL_ACCOUNT, leave_out=["Gone"], allow=allow).asks
        assert (ask.resource, ask.what) == ("It", f"needs Gone, which is left out ({where})")
        assert ask.answer == "leave_out: [It], or leave Gone in"
    assert derived(template, Place.DRILL_ACCOUNT, leave_out=["Gone", "It"]).accepted
    (ask,) = derived(template, Place.DRILL_ACCOUNT, leave_out=[f"It.{where}"]).asks
    assert ask.answer == f"leave_out: [It], or leave It.{where} in"


def test_what_aws_can_do_without_may_be_left_out() -> None:
    """A list that still holds something, and a property that is no must, are as before."""
    template = """
    Resources:
      It: {Type: AWS::RDS::DBSubnetGroup, Properties: {DBSubnetGroupDescription: x, SubnetIds: [!Ref Gone, !Ref Left]}}
      Fn: {Type: AWS::Lambda::Function, Properties: {Code: {ZipFile: x}, Role: "{copy}", KmsKeyArn: !GetAtt Gone.Arn}}
      Left: {Type: AWS::EC2::Subnet}
      Gone: {Type: AWS::EC2::Subnet}
    """
    assert derived(template, Place.DRILL_ACCOUNT, leave_out=["Gone"]).accepted


def test_what_was_renamed_is_followed_through_texts_and_functions() -> None:
    """A target of scaling, and a name that AWS completes: both name what the replica makes."""
    found = derived(
        """\
        Resources:
          Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: orders}}
          Cluster: {Type: AWS::ECS::Cluster, Properties: {ClusterName: shop}}
          A: {Type: AWS::ApplicationAutoScaling::ScalableTarget, Properties: {ResourceId: table/orders}}
          B: {Type: AWS::ApplicationAutoScaling::ScalableTarget, Properties: {ResourceId: service/shop/web}}
          Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub "shop-${AWS::AccountId}"}}
          Policy: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Sub "shop-${AWS::AccountId}", PolicyDocument: {}}}
          Role: {Type: AWS::IAM::Role, Properties: {RoleName: shop-web}}
          Rights: {Type: AWS::IAM::Policy, Properties: {PolicyName: x, Roles: [shop-web], PolicyDocument: {}}}
        """
    )
    assert found.accepted, (found.asks, found.refused)
    assert properties(found, "A")["ResourceId"] == f"table/{COPY}-orders"
    assert properties(found, "B")["ResourceId"] == f"service/{COPY}-shop/web"
    assert properties(found, "Policy")["Bucket"] == properties(found, "Bucket")["BucketName"] == f"{COPY}-shop"
    assert properties(found, "Rights")["Roles"] == [f"{COPY}-shop-web"]


def test_names_that_aws_completes_stay_two() -> None:
    """Without what AWS inserts two may be the same: the replica's are not."""
    found = derived(
        """\
        Resources:
          A: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub "shop-${AWS::AccountId}"}}
          B: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub "shop-${AWS::Region}"}}
        """
    )
    assert properties(found, "A")["BucketName"] != properties(found, "B")["BucketName"]


@pytest.mark.parametrize("place", list(Place))
def test_a_reference_is_to_what_it_was_to_whatever_that_is_called(place: Place) -> None:
    """A resource that is called as its logical id: the name is another in a replica, and no reference to it."""
    written = "T: !Ref It, U: !GetAtt It.Arn, V: !Sub '${It}', W: It, X: !If [It, It, x], Y: !FindInMap [It, It, It]"
    more = "\nConditions: {It: !Equals [a, a]}\nMappings: {It: {It: {It: x}}}"
    function = f"\n  F: {{Type: AWS::Lambda::Function, Properties: {{Environment: {{Variables: {{{written}}}}}}}}}"
    found = derived(of("AWS::DynamoDB::Table", "TableName: It") + function + more, place)
    new = f"{COPY}-It"
    assert properties(found, "F")["Environment"]["Variables"] == {
        "T": {"Ref": "It"},
        "U": {"Fn::GetAtt": ["It", "Arn"]},
        "V": {"Fn::Sub": "${It}"},
        "W": new,
        "X": {"Fn::If": ["It", new, "x"]},
        "Y": {"Fn::FindInMap": ["It", "It", "It"]},
    }


def test_what_is_called_by_a_number_is_changed_as_all_else() -> None:
    """The answers of an API are: a name that is spelled out below one is the replica's, too."""
    body = "DefinitionBody: {responses: {'200': {arn: 'arn:aws:dynamodb:us-east-1:1:table/orders'}}}"
    table = "\n  T: {Type: AWS::DynamoDB::Table, Properties: {TableName: orders}}"
    found = properties(derived(of("AWS::Serverless::Api", body) + table))
    assert found["DefinitionBody"]["responses"]["200"]["arn"].endswith(f"table/{COPY}-orders")
