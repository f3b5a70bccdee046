"""What must hold between the parts of the files, each broken once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.drill_files import CLOUD, SHOP, TEMPLATE, TIERS, changed, only, write
from tests.support.types import problems

OTHER = SHOP.replace("shop", "other")
DRILL, RESOURCE, ENVIRONMENT = "drills.shop-pitr", "resources.shop-db", "resources.environment"
ROWS = "rows-at-least: {table: orders, minimum: 1}"
ITEMS = "items-at-least: {table: Settings, minimum: 1}"


@pytest.mark.parametrize(
    ("changes", "place", "message", "fix"),
    [
        ({"tiers.yaml": None}, "tiers.yaml:1:", "the file is missing", "make a workspace with `dro init DIR`"),
        ({"tiers.yaml": None, "tiers.yml": TIERS}, "tiers.yaml:1:", "the file is missing", "rename tiers.yml"),
        (
            {"other.yaml": OTHER.replace("service: other", "service: shop")},
            "shop.yaml:1:service",
            "the service 'shop' is already declared in drills/other.yaml:1",
            "give it a name of its own",
        ),
        (
            {"other.yaml": OTHER.replace("other-pitr", "shop-pitr")},
            "shop.yaml:14:drills.shop-pitr",
            "the drill 'shop-pitr' is already declared in drills/other.yaml:14",
            "give it a name of its own",
        ),
        (
            {"other.yaml": OTHER.replace("other-prod", "shop-prod")},
            "shop.yaml:10:resources.shop-db.id",
            "the rds-instance source 'shop-prod' in us-east-1 is already declared in drills/other.yaml:10",
            "declare a source once",
        ),
        (
            {"store.yaml": SHOP, "shop.yaml": None},
            "store.yaml:1:service",
            "the service 'shop' stands in a file named 'store'",
            "rename the file to shop.yaml",
        ),
        (
            {"shop.yaml": changed(SHOP, "tier: 1", "tier: 7")},
            "shop.yaml:3:tier",
            "tier 7 is not in tiers.yaml",
            "one of: 1, 2",
        ),
        (
            {"tiers.yaml": TIERS[: TIERS.index("isolation")]},
            "shop.yaml:8:resources.shop-db",
            "nothing says where copies may be put",
            "add `isolation`, here or in tiers.yaml",
        ),
    ],
)
def test_what_must_hold_across_files(
    tmp_path: Path, changes: dict[str, str | None], place: str, message: str, fix: str
) -> None:
    """Names and sources are unique, tiers exist, files are named by their service; both places are told."""
    found = [one for one in problems(write(tmp_path, changes)) if one.message == message]
    assert [f"{one.file}:{one.line}:{one.key}" for one in found] == [f"drills/{place}"]
    assert found[0].fix == fix


def test_one_file_name_with_two_endings(tmp_path: Path) -> None:
    """`shop.yaml` and `shop.yml` side by side are a mistake, since one of them would be forgotten."""
    found = problems(write(tmp_path, {"shop.yml": SHOP}))
    told = [one for one in found if "same name" in one.message]
    assert [str(one) for one in told] == [
        "drills/shop.yml:1: drills/shop.yaml has the same name but for its ending (keep one of the two files)"
    ]


@pytest.mark.parametrize(
    ("old", "new", "place", "message", "fix"),
    [
        ("shop-prod", "Shop_Prod", f"10:{RESOURCE}.id", "'Shop_Prod' is not a legal rds-instance id", "at most 63"),
        ("    id:", "    rebuild: {template: x}\n    id:", f"10:{RESOURCE}.rebuild", "rds-instances have", "remove"),
        ("resource: shop-db", "resource: shop-dv", f"16:{DRILL}.resource", "the service has no resource", "did you me"),
        ("pitr-restore", "replica-rebuild", f"15:{DRILL}.kind", "rds-instances cannot be drilled by", "one of: az-f"),
        (ROWS, ROWS + ", mandatory: false", f"18:{DRILL}.checks", "no mandatory check proves the data", "add a mandat"),
        (ROWS, "http-answer: {url: '{Url}'}", f"18:{DRILL}.checks", "no mandatory check proves the data", "add a"),
        ("    database: {name: shop, secret: prod/shop}\n", "", f"18:{DRILL}.checks[0].rows-at-least", "the resource "
         "does not say how to log in", "add `database"),
        (ROWS, "items-at-least: {minimum: 1}", f"19:{DRILL}.checks[0].items-at-least", "rds-instances have no items",
         "use rows-at-least, newest-row or query"),
        ("    checks:\n", "    objective: {rto: none, rpo: none, reason: x}\n    checks:\n", f"18:{DRILL}.objective",
         "a primary drill is held to the service's promise", "remove it, or add `path: fallback`"),
        (ROWS + "}", ROWS + "}\n      - {name: orders, query: {sql: SELECT 1, equals: 1}}",
         f"20:{DRILL}.checks[1].name", "the drill has two checks named 'orders'", "rename one"),
    ],
)  # fmt: skip
def test_what_must_hold_of_a_database_and_its_drills(
    tmp_path: Path, old: str, new: str, place: str, message: str, fix: str
) -> None:
    """A drill that could not be performed, or would prove nothing, is refused before it is started."""
    found = problems(write(tmp_path, {"shop.yaml": changed(SHOP, old, new)}))
    problem = next(one for one in found if one.message.startswith(message))
    assert f"{problem.line}:{problem.key}" == place
    assert problem.fix.startswith(fix)


STORES = "stores: {Settings: settings}"


@pytest.mark.parametrize(
    ("old", "new", "key", "message", "fix"),
    [
        ("cloud.template.yaml.txt", "gone.yaml", "rebuild.template", "'gone.yaml': is not a file",
         "put a YAML file there"),
        ("cloud.template.yaml.txt", "../../x.yaml", "rebuild.template", "'../../x.yaml': the template lies outs",
         "copy it into"),
        ('Name: "{copy}"', 'Name: "{copy}", Nme: x', "rebuild.parameters.Nme", "the template has no parameter 'Nme'",
         "did you mean 'Name'?"),
        ("      parameters: {Name: \"{copy}\"}\n", "", "rebuild.parameters", "the template's parameter 'Name' has no d",
         "add `Name: ...`"),
        ("{copy}", "{cpoy}", "rebuild.parameters.Name", "{cpoy} stands for nothing", "only {copy} does"),
        ("stores: {Settings: settings}", "stores: {Settings: settings, Setings: settings}", "rebuild.stores.Setings",
         "the template has no table, database or bucket 'Setings'", "did you mean 'Settings'?"),
        ("stores: {Settings: settings}", "stores: {Settings: setting}", "rebuild.stores.Settings",
         "the service has no resource 'setting'", "did you mean 'settings'?"),
        ("type: dynamodb-table", "type: rds-instance", "rebuild.stores.Settings",
         "'Settings' is of AWS::DynamoDB::Table, and 'settings' is an rds-instance", "name a dynamodb-table"),
        ("id: cloud-settings\n    region: us-east-1", "id: cloud-settings\n    region: eu-west-1",
         "rebuild.stores.Settings", "'settings' is not in the region and account", "declare both in one place"),
        (STORES, STORES + "\n      place: drill-account", "rebuild.place",
         "no account is named for replicas", "write `replica: {account:"),
        (STORES, STORES + "\n      place: elsewhere", "rebuild.place", "'elsewhere' is not a place for a replica",
         "one of: beside, drill-account"),
        (STORES, STORES + "\n      leave_out: [Queue, Quue.KmsMasterKeyId]", "rebuild.leave_out[1]",
         "the template has no resource 'Quue'", "did you mean 'Queue'?"),
        (STORES, STORES + "\n      leave_out: [Settings]", "rebuild.leave_out[0]",
         "'Settings' is to be filled from 'settings'", "remove it here, or from `stores`"),
        (STORES, STORES + "\n      leave_out: [Queue Name]", "rebuild.leave_out[0]",
         "'Queue Name' is not a part of a template", "a logical id"),
        (STORES, STORES + "\n      allow: {Quue/Table.Key: a reason}", "rebuild.allow.Quue/Table.Key",
         "the template has no resource 'Quue'", "did you mean 'Queue'?"),
        (STORES, STORES + "\n      allow: {Transform: a reason}", "rebuild.allow.Transform",
         "the template has no resource 'Transform'", "one of: "),
        (STORES, STORES + "\n      allow: {Queue: }", "rebuild.allow.Queue", "has no value", "give it one"),
        (STORES, STORES + "\n      shares: [our-subnet]", "rebuild.shares[0]",
         "'our-subnet' is not the id of a VPC, a subnet", "such as subnet-"),
    ],
)  # fmt: skip
def test_what_must_hold_of_a_rebuild(tmp_path: Path, old: str, new: str, key: str, message: str, fix: str) -> None:
    """A template that is missing, or does not know what it is given, is told before a stack is begun."""
    problem = only(tmp_path, {"cloud.yaml": changed(CLOUD, old, new)})
    assert (problem.file, problem.key) == ("drills/cloud.yaml", f"{ENVIRONMENT}.{key}")
    assert problem.message.startswith(message)
    assert problem.fix.startswith(fix)


def test_a_replica_takes_the_newest_backups(tmp_path: Path) -> None:
    """A recovery point cannot be chosen for a whole environment, which has one a store."""
    cloud = changed(CLOUD, "    kind: replica-rebuild\n", "    kind: replica-rebuild\n    selection: {ago: 5m}\n")
    problem = only(tmp_path, {"cloud.yaml": cloud})
    assert problem.key == "drills.cloud-replica.selection"
    assert problem.message.startswith("a replica-rebuild takes the latest recovery point of each store")


def test_a_store_fills_one_table(tmp_path: Path) -> None:
    """One store declared for two tables of a template is a mistake, told at the second."""
    template = TEMPLATE.replace("  Queue:", "  More: {Type: AWS::DynamoDB::Table, Properties: {}}\n  Queue:")
    cloud = changed(CLOUD, "stores: {Settings: settings}", "stores: {Settings: settings, More: settings}")
    problem = only(tmp_path, {"cloud.yaml": cloud, "cloud.template.yaml.txt": template})
    line = cloud[: cloud.index("stores:")].count("\n") + 1
    assert str(problem) == (
        f"drills/cloud.yaml:{line}:{ENVIRONMENT}.rebuild.stores.More: 'settings' already fills the table 'Settings' "
        "(fill one table from one resource)"
    )


CANARY, MARKER = f"{RESOURCE}.canary", f"{DRILL}.checks[1].restored-state"


@pytest.mark.parametrize(
    ("canary", "key", "message"),
    [
        ("{key: {pk: x}, attribute: at}", CANARY, "a canary of an rds-instance needs 'table'"),
        ("{table: beat}", CANARY, "a canary of an rds-instance needs 'column'"),
        ("{table: beat, column: at, key: {pk: x}}", f"{CANARY}.key", "a canary of an rds-instance has no 'key'"),
        ("{table: beat, column: sequence}", f"{CANARY}.column", "'sequence' holds something else already"),
    ],
)
def test_where_a_heartbeat_of_rows_goes(tmp_path: Path, canary: str, key: str, message: str) -> None:
    """A heartbeat of a database is a table and a time column, and nothing else."""
    shop = changed(SHOP, "    database:", f"    canary: {canary}\n    database:")
    assert (key, message) in [(each.key, each.message) for each in problems(write(tmp_path, {"shop.yaml": shop}))]


@pytest.mark.parametrize(
    ("canary", "key", "message"),
    [
        ("{table: beat, column: at}", "canary", "a canary of a dynamodb-table needs 'key'"),
        ("{key: {pk: x}}", "canary", "a canary of a dynamodb-table needs 'attribute'"),
        ("{key: {pk: x}, attribute: at, table: beat}", "canary.table", "the resource is one table, which needs no"),
        ("{key: {pk: x}, attribute: at, column: at}", "canary.column", "a canary of a dynamodb-table has no 'column'"),
        ("{key: {pk: x}, attribute: pk}", "canary.attribute", "'pk' holds something else already"),
        ("{key: {sequence: x}, attribute: at}", "canary.key", "'sequence' holds the heartbeat's number"),
    ],
)
def test_where_a_heartbeat_item_goes(tmp_path: Path, canary: str, key: str, message: str) -> None:
    """A heartbeat of a table is one item: its key and the attribute of its time."""
    cloud = changed(CLOUD, "    id: cloud-settings\n", f"    id: cloud-settings\n    canary: {canary}\n")
    found = [(each.key, each.message) for each in problems(write(tmp_path, {"cloud.yaml": cloud}))]
    assert any(where == f"resources.settings.{key}" and told.startswith(message) for where, told in found), found


def test_a_stack_has_no_heartbeat_of_its_own(tmp_path: Path) -> None:
    """The data of a stack is in its stores, and so are its heartbeats."""
    line = "    id: cloud-prod\n"
    cloud = changed(CLOUD, line, f"{line}    canary: {{table: t, column: at}}\n")
    assert only(tmp_path, {"cloud.yaml": cloud}).message == "cloudformation-stacks have no heartbeat of their own"


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ("{key: {pk: x}, attribute: at}", "a restored-state of an rds-instance needs 'table'"),
        ("{table: beat, column: at, attribute: at}", "a restored-state of an rds-instance has no 'attribute'"),
    ],
)
def test_a_marker_is_named_as_its_type_is(tmp_path: Path, claim: str, message: str) -> None:
    """`restored-state` of a database reads a row, and says where."""
    shop = SHOP + f"      - {{name: r, restored-state: {claim}}}\n"
    found = problems(write(tmp_path, {"shop.yaml": shop}))
    assert message in [each.message for each in found]
    assert all(each.key.startswith(MARKER) for each in found)


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ("{key: {pk: x}, attribute: at}", "in a replica the table has to be named"),
        ("{table: Setings, key: {pk: x}, attribute: at}", "'Setings' is not among the stores that are filled"),
        ("{table: Settings, column: at}", "a restored-state of a cloudformation-stack needs 'key'"),
    ],
)
def test_a_marker_in_a_replica_names_its_table(tmp_path: Path, claim: str, message: str) -> None:
    """`restored-state` of a replica reads an item of a store that is filled."""
    cloud = CLOUD + f"      - {{name: r, restored-state: {claim}}}\n"
    assert message in [each.message for each in problems(write(tmp_path, {"cloud.yaml": cloud}))]


@pytest.mark.parametrize(
    ("old", "new", "key", "message", "fix"),
    [
        (ITEMS, "items-at-least: {minimum: 1}", "[0].items-at-least", "in a replica the table has to be named", "add"),
        ("table: Settings", "table: Setings", "[0].items-at-least.table", "'Setings' is not among the stores", "did y"),
        (ITEMS, ROWS, "[0].rows-at-least", "cloudformation-stacks have no rows to query", "use items-at-least"),
        ("{Url}", "{Ur}", "[1].http-answer.url", "the template has no output 'Ur'", "did you mean 'Url'?"),
        ("{Url}health", "{Url}{0.x}", "[1].http-answer.url", "'{Url}{0.x}' is not an address", "name an output"),
        ("{Url}health", "http://prod/health?of={Url}", "[1].http-answer.url", "'http://prod/health?of={Url}'", "begin"),
        ("{Url}health", "{Url}.prod.example.com", "[1].http-answer.url", "'{Url}.prod.example.com' is not", "begin"),
        ("{Url}health", "{Url}x@prod", "[1].http-answer.url", "'{Url}x@prod' is not an address", "begin"),
        ('"{Url}health"', "https://prod.example.com", "[1].http-answer.url", "'https://prod.example.com' is not an add",
         "name an output of the stack"),
    ],
)  # fmt: skip
def test_what_must_hold_of_the_checks_of_a_replica(
    tmp_path: Path, old: str, new: str, key: str, message: str, fix: str
) -> None:
    """Checks of a replica ask the replica: its tables by logical id, its address by output, production never."""
    problem = only(tmp_path, {"cloud.yaml": changed(CLOUD, old, new)})
    assert problem.key == f"drills.cloud-replica.checks{key}"
    assert problem.message.startswith(message)
    assert problem.fix.startswith(fix)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("https://prod.example.com/", "is not the address of a resource"),
        ("!Ref Name", "is not the address of a resource"),
        ("!ImportValue prod-url", "is not the address of a resource"),
        ("!GetAtt Other.Url", "is not the address of a resource"),
        ("!Sub 'https://prod/?of=${Api.FunctionUrl}'", "is not the address of a resource"),
        ("!Sub 'https://${Name}/${Api.FunctionUrl}'", "is not the address of a resource"),
        ("!Sub 'https://${Queue.QueueName}@prod/'", "is not the address of a resource"),
        ("!Sub 'https://${Queue}.prod.example.com/'", "is not the address of a resource"),
        ("!GetAtt Settings.TableName", "only gives back what Settings was given"),
        ("!GetAtt [Api, FunctionUrl]", ""),
        ("!Sub '${Api.FunctionUrl}'", ""),
        ("!Sub 'http://${Api.FunctionUrl}:8080/health'", ""),
        (
            "!Sub 'https://${Api}.execute-api.${AWS::Region}.amazonaws.com/'",
            "no address that AWS makes of an AWS::Lambda",
        ),
    ],
)
def test_the_address_of_a_replica_is_its_own(tmp_path: Path, value: str, told: str) -> None:
    """An answer of production must not pass for one of the replica: the output's host is a resource's."""
    line = CLOUD[: CLOUD.index("http-answer")].count("\n") + 1
    template = changed(TEMPLATE, "!GetAtt Api.FunctionUrl", value)
    found = problems(write(tmp_path, {"cloud.template.yaml.txt": template}))
    assert [(one.file, one.key) for one in found] == (
        [("drills/cloud.yaml", "drills.cloud-replica.checks[1].http-answer.url")] if told else []
    )
    assert all(told in one.message and one.line == line and "!GetAtt" in one.fix for one in found)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("Resources: [", "'cloud.template.yaml.txt': line 1: is not YAML"),
        ("Outputs: {}", "the template declares no Resources"),
        (TEMPLATE + "#" * 512_000, "line 1: is larger than 512,000 bytes"),
    ],
)
def test_a_template_that_cannot_be_used(tmp_path: Path, template: str, message: str) -> None:
    """A template that CloudFormation would refuse outright is told at the key that names it."""
    problem = only(tmp_path, {"cloud.template.yaml.txt": template})
    assert problem.key == f"{ENVIRONMENT}.rebuild.template"
    assert message in problem.message


def test_a_stack_without_a_rebuild_cannot_be_drilled(tmp_path: Path) -> None:
    """A replica is drilled only where the file says how it is made."""
    start, end = CLOUD.index("    rebuild:"), CLOUD.index("drills:")
    found = problems(write(tmp_path, {"cloud.yaml": CLOUD[:start] + CLOUD[end:]}))
    assert "'environment' does not say how it is rebuilt" in [one.message for one in found]


def test_a_workspace_without_services(tmp_path: Path) -> None:
    """An empty folder is a mistake: a programme without drills must not look like one that passes."""
    found = problems(write(tmp_path, {"shop.yaml": None, "cloud.yaml": None}))
    assert [str(one) for one in found] == ["drills:1: holds no service file (make a workspace with `dro init DIR`)"]
    assert [one.message for one in problems(tmp_path / "nowhere")] == ["there is no such folder"]
