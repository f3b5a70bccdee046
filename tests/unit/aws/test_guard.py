"""The guard: no call that could change production leaves the process, on any path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dr_orchestrator.aws.access.targets import WRITES, Forbidden
from dr_orchestrator.aws.accounts import Account, _models
from dr_orchestrator.aws.guard import READS, Guard, HeartbeatGuard, is_aws
from dr_orchestrator.domain.run import Copy, CopyType
from tests.estate import INSTANCE, REGION, TABLE, Estate

COPY = "dro-20261120-abc123-orders-prod"
SOURCES = frozenset({"orders-prod", "Shop-Prod", "sessions-prod"})
SERVICES = ("rds", "dynamodb", "cloudformation", "sts", "ec2", "secretsmanager", "kms", "iam")
LOOKING = ("Describe", "List", "Get", "Scan", "SimulatePrincipalPolicy")
MODELS = {name: botocore.session.get_session().get_service_model(name) for name in SERVICES}
EVERYTHING = [(service, operation) for service in SERVICES for operation in MODELS[service].operation_names]
ACCOUNT = "123456789012"


COPIES = {
    "rds": CopyType.RDS_INSTANCE,
    "dynamodb": CopyType.DYNAMODB_TABLE,
    "cloudformation": CopyType.CLOUDFORMATION_STACK,
}


def copy(name: str, of: CopyType, region: str = REGION, parent: str = "") -> Copy:
    return Copy(of, name, region, "20261120-abc123", "a-drill", "a-service", parent=parent)


def guard(*ledgered: str) -> Guard:
    """Of a run that has copies of each name and type in its ledger, the tables being parts of its stack."""
    rows = [copy(name, of, parent="a-stack") for name in ledgered for of in COPIES.values()]
    return Guard(lambda: rows, SOURCES, {"orders-prod", COPY}.__contains__)


def everywhere(service: str, operation: str, value: str) -> dict[str, Any]:
    """Parameters in which every member of the operation's input names the value, whatever its shape."""
    shape = MODELS[service].operation_model(operation).input_shape
    if shape is None:
        return {}
    forms: dict[str, Any] = {"list": [value], "map": {value: [value]}, "structure": {"Name": value}}
    members = shape.members.items()
    takes = WRITES[service, operation].takes if (service, operation) in WRITES else shape.members.keys()
    return {name: forms.get(member.type_name, value) for name, member in members if name in takes}


def test_the_services_guarded_are_those_that_are_used() -> None:
    """Every service that has a read or a write is walked below."""
    assert {*READS, *(service for service, _ in WRITES)} == set(SERVICES)
    assert len(EVERYTHING) > 1000


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_but_the_known_reads_is_refused_on_a_foreign_target(service: str) -> None:
    """All of botocore's operations, whatever they are called: on production none goes through unless it is a read."""
    for operation in MODELS[service].operation_names:
        for target in ("orders-prod", "unheard-of"):
            if operation in READS.get(service, frozenset()):
                guard().check(service, operation, everywhere(service, operation, target))
            else:
                with pytest.raises(Forbidden, match=f"^{service}:{operation}: "):
                    guard(COPY).check(service, operation, everywhere(service, operation, target), REGION)


@pytest.mark.parametrize("service", SERVICES)
def test_only_the_listed_writes_go_through_even_on_a_copy(service: str) -> None:
    """Where every parameter names a copy of the run, an operation passes only if it is a read or a listed write."""
    passed = set()
    for operation in MODELS[service].operation_names:
        try:
            guard(COPY).check(service, operation, everywhere(service, operation, COPY), REGION)
        except Forbidden:
            continue
        passed.add(operation)
    assert passed == READS.get(service, frozenset()) | {name for of, name in WRITES if of == service}


def test_reads_and_writes_exist_and_are_what_they_say() -> None:
    """Each name is in botocore's model; a read does not mutate by its name, and nothing is both."""
    known = set(EVERYTHING)
    reads = {(service, name) for service, names in READS.items() for name in names}
    assert reads <= known
    assert set(WRITES) <= known
    assert not reads & set(WRITES)
    assert all(name.startswith(LOOKING) for _, name in reads)


def test_a_service_that_nobody_listed_is_refused_whole() -> None:
    """Another service has no known reads: nothing of it goes through."""
    for service, operation in (("s3", "DeleteBucket"), ("s3", "ListBuckets"), ("iam", "CreateUser"), ("", "")):
        with pytest.raises(Forbidden):
            guard(COPY).check(service, operation, {"Bucket": COPY})


HEARTBEAT = {"pk": {"S": "canary"}, "at": {"S": "2026-11-20T09:00:00"}, "sequence": {"N": "1"}}
PUT = {"TableName": TABLE.id, "Item": HEARTBEAT}


@pytest.mark.parametrize("service", SERVICES)
def test_the_heartbeats_guard_lets_reads_and_one_put_through(service: str) -> None:
    """Of all of botocore's operations, on the source or a copy, only reads pass; the put needs the whole heartbeat."""
    heartbeat = HeartbeatGuard(TABLE.id, {"pk": "canary"}, "at")
    for operation in MODELS[service].operation_names:
        for parameters in (*(everywhere(service, operation, each) for each in (TABLE.id, COPY)), PUT):
            if operation in READS.get(service, frozenset()) or (operation == "PutItem" and parameters == PUT):
                heartbeat.check(service, operation, parameters)
            else:
                with pytest.raises(Forbidden):
                    heartbeat.check(service, operation, parameters)


@pytest.mark.parametrize(
    "changed",
    [
        {"TableName": "sessions"},
        {"TableName": TABLE.id.upper()},
        {"TableName": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{TABLE.id}"},
        {"Item": {**HEARTBEAT, "pk": {"S": "canary2"}}},
        {"Item": {**HEARTBEAT, "pk": {"N": "1"}}},
        {"Item": {**HEARTBEAT, "pk": "canary"}},
        {"Item": {**HEARTBEAT, "sk": {"S": "x"}}},
        {"Item": {"at": {"S": "x"}, "sequence": {"N": "1"}}},
        {"Item": {}},
        {"Item": None},
        {"Expected": {}},
        {"ReturnValues": "ALL_OLD"},
    ],
)
def test_the_heartbeats_guard_knows_its_one_item(changed: dict[str, Any]) -> None:
    """Another table, key or attribute is refused, and so is a guard that was told no item, and a drill's own guard."""
    HeartbeatGuard(TABLE.id, {"pk": "canary"}, "at").check("dynamodb", "PutItem", PUT)
    with pytest.raises(Forbidden):
        HeartbeatGuard(TABLE.id, {"pk": "canary"}, "at").check("dynamodb", "PutItem", PUT | changed)
    for other in (HeartbeatGuard(), HeartbeatGuard(TABLE.id), guard(COPY), guard(TABLE.id)):
        with pytest.raises(Forbidden):
            other.check("dynamodb", "PutItem", PUT)


def arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"


SNAPSHOT = {"DBSnapshotIdentifier": "orders-prod"}
INSTANT = {"SourceDBInstanceIdentifier": "orders-prod"}
TABLE_SOURCE = {"SourceTableName": "orders-prod"}
TARGETS: list[tuple[tuple[str, str], Callable[[str], dict[str, Any]]]] = [
    (("rds", "RestoreDBInstanceFromDBSnapshot"), lambda name: {"DBInstanceIdentifier": name, **SNAPSHOT}),
    (("rds", "RestoreDBInstanceToPointInTime"), lambda name: {"TargetDBInstanceIdentifier": name, **INSTANT}),
    (("rds", "DeleteDBInstance"), lambda name: {"DBInstanceIdentifier": name}),
    (("dynamodb", "RestoreTableToPointInTime"), lambda name: {"TargetTableName": name, **TABLE_SOURCE}),
    (("dynamodb", "DeleteTable"), lambda name: {"TableName": name}),
    (("dynamodb", "TagResource"), lambda name: {"ResourceArn": arn("dynamodb", f"table/{name}")}),
    (("dynamodb", "BatchWriteItem"), lambda name: {"RequestItems": {name: []}}),
    (("cloudformation", "CreateStack"), lambda name: {"StackName": name}),
    (("cloudformation", "DeleteStack"), lambda name: {"StackName": name}),
    (("cloudformation", "DeleteStack"), lambda name: {"StackName": arn("cloudformation", f"stack/{name}/0a-1b")}),
]


@pytest.mark.parametrize(("call", "named"), TARGETS, ids=[f"{each[0][1]}-{n}" for n, each in enumerate(TARGETS)])
def test_a_write_needs_a_copy_in_the_ledger(call: tuple[str, str], named: Callable[[str], dict[str, Any]]) -> None:
    """A copy passes; a name that is like it, a source, or no name at all does not."""
    guard(COPY).check(*call, named(COPY), REGION)
    for other in (COPY + "-2", COPY[:-1], "", "orders-prod", f"x/{COPY}", f"{COPY}/../orders-prod", f" {COPY}"):
        with pytest.raises(Forbidden):
            guard(COPY).check(*call, named(other), REGION)
    with pytest.raises(Forbidden):
        guard(COPY).check(*call, {}, REGION)
    with pytest.raises(Forbidden):
        guard().check(*call, named(COPY), REGION)


@pytest.mark.parametrize(("call", "named"), TARGETS, ids=[f"{each[0][1]}-{n}" for n, each in enumerate(TARGETS)])
def test_a_copy_is_one_under_its_type_and_in_its_region(
    call: tuple[str, str], named: Callable[[str], dict[str, Any]]
) -> None:
    """What bears a copy's name as another type, or stands in another region, is somebody else's."""
    of, elsewhere = COPIES[call[0]], "eu-west-1"
    others = [copy(COPY, each, parent="a-stack") for each in COPIES.values() if each is not of]
    for rows, region in ((others, REGION), ([copy(COPY, of, elsewhere, "a-stack")], REGION)):
        with pytest.raises(Forbidden, match="is not a copy of this run"):
            Guard(lambda rows=rows: rows, SOURCES, lambda _: True).check(*call, named(COPY), region)
    for region in (elsewhere, ""):
        with pytest.raises(Forbidden, match="is not a copy of this run"):
            guard(COPY).check(*call, named(COPY), region)


@pytest.mark.parametrize(
    ("call", "resource"),
    [
        (("dynamodb", "TagResource"), "dynamodb:eu-west-1:123456789012:table/{}"),
        (("dynamodb", "TagResource"), "cloudformation:us-east-1:123456789012:stack/{}/0a"),
        (("cloudformation", "DeleteStack"), "cloudformation:eu-west-1:123456789012:stack/{}/0a"),
        (("cloudformation", "DeleteStack"), "dynamodb:us-east-1:123456789012:table/{}"),
    ],
)
def test_the_region_and_type_of_an_arn_count_too(call: tuple[str, str], resource: str) -> None:
    """An ARN may lead to another region than the client's, or to another type than the call is about."""
    name = "ResourceArn" if call[0] == "dynamodb" else "StackName"
    with pytest.raises(Forbidden):
        guard(COPY).check(*call, {name: "arn:aws:" + resource.format(COPY)}, REGION)


@pytest.mark.parametrize(
    ("call", "given_"),
    [
        (("cloudformation", "CreateStack"), {"RoleARN": arn("iam", "role/admin")}),
        (("cloudformation", "CreateStack"), {"TemplateURL": "https://example.com/x.yaml"}),
        (("cloudformation", "DeleteStack"), {"RoleARN": arn("iam", "role/admin")}),
        (("cloudformation", "DeleteStack"), {"RetainResources": ["Config"]}),
        (("rds", "RestoreDBInstanceToPointInTime"), {"SourceDBInstanceAutomatedBackupsArn": arn("rds", "auto-backup")}),
        (("rds", "RestoreDBInstanceToPointInTime"), {"SourceDbiResourceId": "db-OTHER"}),
        (("rds", "RestoreDBInstanceFromDBSnapshot"), {"DBClusterSnapshotIdentifier": "somebody-elses"}),
        (("rds", "DeleteDBInstance"), {"FinalDBSnapshotIdentifier": "kept"}),
        (("dynamodb", "RestoreTableToPointInTime"), {"SourceTableArn": arn("dynamodb", "table/other")}),
    ],
)
def test_a_parameter_that_no_drill_gives_is_refused(call: tuple[str, str], given_: dict[str, Any]) -> None:
    """A role to act with, a template from elsewhere, a second way to name the source: the copy's name does not help."""
    named = next(named for known, named in TARGETS if known == call)
    with pytest.raises(Forbidden, match=next(iter(given_))):
        guard(COPY).check(*call, {**named(COPY), **given_}, REGION)


@pytest.mark.parametrize("call", [call for call, write in WRITES.items() if write.origin])
def test_a_run_restores_only_what_is_its_own(call: tuple[str, str]) -> None:
    """The source, snapshot or table of another run is refused as the origin of this run's copy; so is none at all."""
    named = next(named for known, named in TARGETS if known == call)(COPY)
    for origin in ("payroll-prod", "", "ORDERS-PROD"):
        with pytest.raises(Forbidden, match="is not what this run restores from"):
            guard(COPY).check(*call, {**named, WRITES[call].origin: origin}, REGION)


def test_items_are_written_only_into_a_table_of_the_runs_own_stack() -> None:
    """A restored table is evidence: it is read, and nothing is ever written into it."""
    interim = copy(COPY, CopyType.DYNAMODB_TABLE)
    with pytest.raises(Forbidden):
        Guard(lambda: [interim], SOURCES).check("dynamodb", "BatchWriteItem", {"RequestItems": {COPY: []}}, REGION)


def test_every_write_is_among_the_targets_tried() -> None:
    """A write that is added must be tried above."""
    assert {call for call, _ in TARGETS} == set(WRITES)


@pytest.mark.parametrize(("call", "named"), TARGETS, ids=[f"{each[0][1]}-{n}" for n, each in enumerate(TARGETS)])
@pytest.mark.parametrize("name", ["orders-prod", "ORDERS-PROD", "shop-prod", "Sessions-Prod"])
def test_a_registered_source_is_refused_even_if_the_ledger_claims_it(
    call: tuple[str, str], named: Callable[[str], dict[str, Any]], name: str
) -> None:
    """A ledger row that names production, in whatever case, does not open it: RDS takes a name in any case."""
    with pytest.raises(Forbidden):
        guard(name).check(*call, named(name), REGION)


def test_a_batch_with_one_foreign_table_is_refused_whole() -> None:
    """Every table of a batch must be a copy; an empty batch is refused too."""
    both = {COPY: [{}], "unheard-of": [{}]}
    for items in (both, dict(reversed(both.items())), {"sessions-prod": [{}]}, {}):
        with pytest.raises(Forbidden):
            guard(COPY).check("dynamodb", "BatchWriteItem", {"RequestItems": items}, REGION)


@pytest.mark.parametrize(
    "resource",
    [
        arn("dynamodb", "table/sessions-prod"),
        arn("dynamodb", "table/orders-prod/index/" + COPY),
        arn("dynamodb", "table/sessions-prod/backup/" + COPY),
        arn("dynamodb", ""),
        arn("dynamodb", "table/"),
        "arn:",
        f"arn:aws:dynamodb:{COPY}",
    ],
)
def test_an_arn_is_read_for_what_it_names(resource: str) -> None:
    """The table of an ARN counts, not some later part that happens to carry a copy's name."""
    with pytest.raises(Forbidden):
        guard(COPY).check("dynamodb", "TagResource", {"ResourceArn": resource}, REGION)


@given(st.sampled_from(sorted(WRITES)), st.text(max_size=80))
def test_no_text_but_the_copys_name_opens_a_write(call: tuple[str, str], text: str) -> None:
    """Whatever is put where the target belongs, only the exact copy goes through."""
    parameters: dict[str, Any] = {
        **dict.fromkeys(("DBInstanceIdentifier", "TargetDBInstanceIdentifier", "TargetTableName"), text),
        **dict.fromkeys(("TableName", "ResourceArn", "StackName"), text),
        "RequestItems": {text: []},
    }
    with pytest.raises(Forbidden, match="is not a copy"):
        guard(COPY).check(*call, parameters, REGION)


# On real clients, against the lab: what was refused was not sent.


@pytest.fixture
def sent(made: Estate) -> Iterator[Callable[[], list[str]]]:
    """The actions that reached the lab since the test began."""
    before = len(made.lab.journal)
    yield lambda: [entry.action for entry in made.lab.journal][before:]


REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    ("rds", "delete_db_instance", {"DBInstanceIdentifier": INSTANCE.id, "SkipFinalSnapshot": True}),
    ("rds", "modify_db_instance", {"DBInstanceIdentifier": INSTANCE.id, "DeletionProtection": False}),
    ("rds", "reboot_db_instance", {"DBInstanceIdentifier": INSTANCE.id}),
    ("dynamodb", "delete_table", {"TableName": TABLE.id}),
    ("dynamodb", "delete_table", {"TableName": arn("dynamodb", f"table/{TABLE.id}")}),
    ("dynamodb", "put_item", {"TableName": TABLE.id, "Item": {"pk": {"S": "x"}}}),
    ("dynamodb", "batch_write_item", {"RequestItems": {TABLE.id: [{"DeleteRequest": {"Key": {"pk": {"S": "x"}}}}]}}),
    ("dynamodb", "execute_statement", {"Statement": f"DELETE FROM \"{TABLE.id}\" WHERE pk = 'session#1'"}),
    ("cloudformation", "delete_stack", {"StackName": "shop-prod"}),
    ("ec2", "terminate_instances", {"InstanceIds": ["i-1"]}),
    ("secretsmanager", "delete_secret", {"SecretId": "prod"}),
    ("sts", "assume_role", {"RoleArn": arn("iam", "role/admin"), "RoleSessionName": "x"}),
    ("s3", "delete_bucket", {"Bucket": "prod"}),
]


@pytest.mark.parametrize(("service", "method", "parameters"), REFUSED, ids=[f"{e[0]}-{e[1]}" for e in REFUSED])
def test_what_is_refused_is_not_sent(
    made: Estate, sent: Callable[[], list[str]], service: str, method: str, parameters: dict[str, Any]
) -> None:
    """The guard sits on the client itself: the call raises, and the lab has heard nothing."""
    client = made.bench.account._session.client(service)
    with pytest.raises(Forbidden, match=f"^{service}:"):
        getattr(client, method)(**parameters)
    assert sent() == []


def test_the_other_ways_to_make_a_client_are_guarded_too(made: Estate, sent: Callable[[], list[str]]) -> None:
    """A boto3 resource, a waiter, a paginator and a client of a session's session meet the same guard."""
    session = made.bench.account._session
    with pytest.raises(Forbidden):
        session.resource("dynamodb").Table(TABLE.id).delete()
    with pytest.raises(Forbidden):
        session._session.create_client("rds", REGION).delete_db_instance(DBInstanceIdentifier=INSTANCE.id)
    with pytest.raises(Forbidden):
        list(session.client("dynamodb").get_paginator("list_backups").paginate(TableName=TABLE.id))
    assert sent() == []


@pytest.mark.parametrize(
    ("service", "method", "parameters"),
    [("dynamodb", "delete_table", {"TableName": TABLE.id}), ("rds", "stop_db_instance", {"DBInstanceIdentifier": "x"})],
)
def test_no_link_is_signed_that_could_change_production(
    made: Estate, service: str, method: str, parameters: dict[str, Any]
) -> None:
    """A presigned URL would be a call made by somebody else: it is refused like the call."""
    with pytest.raises(Forbidden):
        made.bench.account._session.client(service).generate_presigned_url(method, Params=parameters)


def test_a_read_goes_through(made: Estate, sent: Callable[[], list[str]]) -> None:
    """The guard does not keep a drill from looking at production."""
    made.bench.account.api("dynamodb").call("DescribeTable", TableName=TABLE.id)
    assert sent() == ["DescribeTable"]


def test_the_guard_knows_whether_it_talked_to_aws(made: Estate) -> None:
    """One call to another endpoint makes everything simulated; so does naming one."""
    fresh = Guard()
    assert not fresh.simulated
    account = Account(REGION, fresh)
    account.caller()
    assert fresh.simulated
    assert account.simulated(SERVICES)
    assert made.bench.account.simulated(("rds",))


# Whose endpoint it is.


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "us-gov-west-1", "cn-north-1", "ap-southeast-5"])
@pytest.mark.parametrize("variant", [{}, {"use_dualstack_endpoint": True}, {"use_fips_endpoint": True}])
def test_aws_endpoints_are_known_as_such(
    region: str, variant: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What botocore itself resolves for the services used is AWS's own, in every partition and variant."""
    from urllib.parse import urlsplit

    from botocore.config import Config

    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    session = botocore.session.get_session()
    session.register_component("data_loader", _models())
    for service in SERVICES:
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
        client = session.create_client(service, region, config=Config(**variant), **keys)
        assert is_aws(urlsplit(client.meta.endpoint_url).hostname or ""), client.meta.endpoint_url


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "",
        "rds.us-east-1.amazonaws.com.example.org",
        "rds.us-east-1.example.org",
        "amazonaws.com",
        "evilamazonaws.com",
        "ec2-3-80-1-2.compute-1.amazonaws.com",
        "localstack-12345.us-east-1.elb.amazonaws.com",
        "abc123.lambda-url.us-east-1.on.aws",
        "abc123.execute-api.us-east-1.amazonaws.com",
        "vpce-0a-1b.vpce-svc-0c.us-east-1.vpce.amazonaws.com",
        "rds.s3.amazonaws.com",
        "moto.s3-website-us-east-1.amazonaws.com",
    ],
)
def test_a_customers_machine_in_aws_is_not_aws(host: str) -> None:
    """A simulator on EC2, behind a load balancer or a function URL has a name under AWS's domains: no evidence."""
    assert not is_aws(host)


@pytest.mark.parametrize(
    "host", ["vpce-0a1b-2c3d.rds.us-east-1.vpce.amazonaws.com", f"{ACCOUNT}.ddb.us-east-1.amazonaws.com"]
)
def test_private_and_account_endpoints_are_aws(host: str) -> None:
    """PrivateLink and DynamoDB's account endpoints lead to AWS itself."""
    assert is_aws(host)
