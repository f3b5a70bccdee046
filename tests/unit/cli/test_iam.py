"""`dro iam`: policies to paste, for all drills or some, without a word to AWS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator.aws.template import boundary
from dr_orchestrator.cli import main
from dr_orchestrator.errors import Exit
from tests.support import apart_app, born_shop, orders_app, workspace
from tests.support.apart_app import OTHER


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workspace, and no AWS anywhere."""
    workspace.write(tmp_path)
    monkeypatch.setenv("DRO_HOME", str(tmp_path))
    for name in ("DRO_DATABASE_URL", "DRO_CLOCK_PACE", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID"):
        monkeypatch.delenv(name, raising=False)


def test_all_is_one_document_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever writes it into a file has JSON, with and without `--json`; what people should know stands beside it."""
    assert main.run(["iam"]) == Exit.PASSED
    printed = capsys.readouterr()
    told = json.loads(printed.out)
    assert told.keys() == {"drills", "source", "drill", "elsewhere", "customers", "trust", "notes"}
    assert told["source"][0]["Statement"][0]["Sid"] == "LookAround"
    assert told["trust"]["Statement"][0]["Action"] == "sts:AssumeRole"
    assert "# The source role only reads: `dro iam --role source`" in printed.err
    assert main.run(["iam", "--json"]) == Exit.PASSED
    assert capsys.readouterr() == (printed.out, "")


def test_one_policy_is_printed_as_aws_takes_it(capsys: pytest.CaptureFixture[str]) -> None:
    """By its role, and by its number where a role has several; a role or a number that is none is a mistake."""
    main.run(["iam", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert len(told["drill"]) > 1
    for role, part, wanted in (("source", [], told["source"][0]), ("trust", [], told["trust"])):
        assert main.run(["iam", "--role", role, *part]) == Exit.PASSED
        assert json.loads(capsys.readouterr().out) == wanted
    for number, wanted in enumerate(told["drill"], 1):
        assert main.run(["iam", "--role", "drill", "--part", str(number)]) == Exit.PASSED
        assert json.loads(capsys.readouterr().out) == wanted
    many = len(told["drill"])
    for wrong, hint in (
        (["--role", "drill"], f"--part 1 to --part {many}"),
        (["--role", "drill", "--part", "99"], f"it has {many}"),
        (["--role", "other"], "one of: source, drill, trust"),
        (["--part", "2"], "name the role"),
    ):
        assert main.run(["iam", *wrong]) == Exit.USAGE
        assert hint in capsys.readouterr().err


def test_json_narrows_to_the_drills_named(capsys: pytest.CaptureFixture[str]) -> None:
    """For programs: both roles, each as a list of policies, for the drills asked for."""
    assert main.run(["iam", "--drill", "sessions-pitr", "--json"]) == Exit.PASSED
    told = json.loads(capsys.readouterr().out)
    assert told["drills"] == ["sessions-pitr"]
    assert "rds:" not in json.dumps(told["drill"][0]["Statement"][0])
    assert told["source"][0]["Version"] == "2012-10-17"


def test_an_unknown_drill_is_the_users_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    """It is answered with the nearest name."""
    assert main.run(["iam", "--drill", "session-pitr"]) == Exit.USAGE
    assert "sessions-pitr" in capsys.readouterr().err


def _source(tmp_path: Path, capsys: pytest.CaptureFixture[str], database: str) -> tuple[dict[str, Any], str]:
    """The statements of the source role, by their ids, where the instance is logged in to so; and the notes."""
    file = tmp_path / "drills" / "shop.yaml"
    file.write_text(workspace.SHOP.replace("{name: orders, secret: prod/orders}", database))
    assert main.run(["iam", "--drill", "orders-snapshot", "--json"]) == Exit.PASSED
    told = json.loads(capsys.readouterr().out)
    return {each["Sid"]: each for policy in told["source"] for each in policy["Statement"]}, " ".join(told["notes"])


def test_the_versions_of_the_declared_secret_may_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Those that drills log in by, and no other: a version is listed, and its value read."""
    found, _ = _source(tmp_path, capsys, "{name: orders, secret: prod/orders}")
    assert found["ReadLogins"]["Action"] == ["secretsmanager:GetSecretValue", "secretsmanager:ListSecretVersionIds"]
    assert all(each.endswith(":secret:prod/orders-??????") for each in found["ReadLogins"]["Resource"])
    assert not {*found["ReadLogins"]["Action"]} & {*found["LookAround"]["Action"]}


def test_a_secret_that_rds_manages_is_known_by_what_it_is_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody knows its name beforehand; RDS tags it with its database."""
    found, _ = _source(tmp_path, capsys, "{name: orders, secret: managed}")
    (of,) = (each for sid, each in found.items() if sid.startswith("ReadLogins"))
    assert all(each.endswith(":secret:rds!*") for each in of["Resource"])
    ((tag, sources),) = of["Condition"]["StringEquals"].items()
    assert tag == "aws:ResourceTag/aws:rds:primaryDBInstanceArn"
    assert all(each.endswith(":db:orders-prod") for each in sources)


def test_the_secret_of_a_replicas_database_is_known_by_its_copy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """RDS makes it with the copy, and tags it so: its value alone may be read, of no database of production's."""
    born_shop.put(tmp_path / "drills")
    assert main.run(["iam", "--drill", "shop-replica", "--json"]) == Exit.PASSED
    told = json.loads(capsys.readouterr().out)
    found = {each["Sid"]: each for policy in told["source"] for each in policy["Statement"]}
    own = found["ReadOwnLoginsOfInstances"]
    assert own["Action"] == ["secretsmanager:GetSecretValue"]
    assert all(each.endswith(":secret:rds!*") for each in own["Resource"])
    ((tag, copies),) = own["Condition"]["StringLike"].items()
    assert tag == "aws:ResourceTag/aws:rds:primaryDBInstanceArn"
    assert all(each.endswith(":db:dro-*") for each in copies)


def test_a_token_is_for_its_user_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In whichever database: the id of a copy is made with it. The note says what that means."""
    found, notes = _source(tmp_path, capsys, "{name: orders, auth: iam, user: dro}")
    assert found["LogInByToken"]["Action"] == ["rds-db:connect"]
    assert all(each.startswith("arn:aws:rds-db:") for each in found["LogInByToken"]["Resource"])
    assert all(each.endswith(":dbuser:*/dro") for each in found["LogInByToken"]["Resource"])
    assert not [sid for sid in found if sid.startswith("ReadLogins")]
    assert "rds-db:connect names a user and no database" in notes


def test_the_boundary_alone_is_a_document_for_aws(capsys: pytest.CaptureFixture[str]) -> None:
    """What is printed is the policy and nothing else: it goes into a file, and from there to AWS."""
    assert main.run(["iam", "--boundary"]) == Exit.PASSED
    assert json.loads(capsys.readouterr().out) == boundary.policy()


def test_an_app_lets_look_at_what_it_names_and_at_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its bucket may be listed, its parameter read; who makes the stacks may take the files. No other drill has it."""
    home = tmp_path_factory.mktemp("app")
    orders_app.write(home)
    monkeypatch.setenv("DRO_HOME", str(home))
    assert main.run(["iam", "--json"]) == Exit.PASSED
    told = json.loads(capsys.readouterr().out)
    source = {each["Sid"]: each for policy in told["source"] for each in policy["Statement"]}
    drill = {each["Sid"]: each for policy in told["drill"] for each in policy["Statement"]}
    bucket = "arn:aws:s3:::cdk-hnb659fds-assets-*-us-east-1"
    parameter = "arn:aws:ssm:us-east-1:*:parameter/cdk-bootstrap/hnb659fds/version"
    assert (source["ListObjectsV2"]["Action"], source["ListObjectsV2"]["Resource"]) == (["s3:ListBucket"], [bucket])
    assert (source["GetParameter"]["Action"], source["GetParameter"]["Resource"]) == (["ssm:GetParameter"], [parameter])
    assert drill["MakeOfListObjectsV2"]["Action"] == ["s3:GetObject"]
    assert drill["MakeOfListObjectsV2"]["Resource"] == [f"{bucket}/*"]
    assert drill["MakeOfGetParameter"]["Action"] == ["ssm:GetParameters"]
    looks = set(source["LookAround"]["Action"]) - {"s3:ListAllMyBuckets"}  # which inventories need
    assert not [each for each in looks if each.startswith(("s3:", "ssm:", "ecr:"))]


def test_an_app_in_an_account_of_its_own_lets_its_assets_be_copied_there(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The role there puts these files, each by its key, and pushes to its repository; production's is only read."""
    home = tmp_path_factory.mktemp("apart")
    workspace.write(home, shop=apart_app.SHOP, tiers=apart_app.TIERS)
    orders_app.put(home)
    apart_app.with_image(home)
    monkeypatch.setenv("DRO_HOME", str(home))
    assert main.run(["iam", "--json"]) == Exit.PASSED
    told = json.loads(capsys.readouterr().out)
    there = {each["Sid"]: each for policy in told["elsewhere"][OTHER] for each in policy["Statement"]}
    source = {each["Sid"]: each for policy in told["source"] for each in policy["Statement"]}
    drill = {each["Sid"] for policy in told["drill"] for each in policy["Statement"]}
    assert there["PutObject"]["Resource"] == [f"arn:aws:s3:::{apart_app.BUCKET}/{orders_app.CODE}"]
    repository = f"arn:aws:ecr:us-east-1:{OTHER}:repository/{apart_app.REPOSITORY.format(OTHER)}"
    for call in ("InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutImage"):
        assert (there[call]["Action"], there[call]["Resource"]) == ([f"ecr:{call}"], [repository])
    assert there["BatchCheckLayerAvailability"]["Resource"] == [repository]
    assert there["EncryptFiles"]["Condition"]["StringEquals"]["kms:ViaService"] == ["s3.us-east-1.amazonaws.com"]
    file = f"arn:aws:s3:::cdk-hnb659fds-assets-*-us-east-1/{orders_app.CODE}"
    assert source["GetObjectOfProduction"]["Resource"] == [file]
    assert "s3.us-east-1.amazonaws.com" in str(source["ReadWhatIsEncrypted"]["Condition"])
    for call in ("DescribeImages", "BatchGetImage", "GetDownloadUrlForLayer"):
        (arn,) = source[f"{call}OfProduction"]["Resource"]
        assert arn.endswith(":repository/cdk-hnb659fds-container-assets-*-us-east-1")
    assert not drill & {"PutObject", "PutImage", "EncryptFiles"}


def test_without_an_app_nothing_of_buckets_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    """The rights of a drill are those that it needs."""
    assert main.run(["iam", "--json"]) == Exit.PASSED
    told = json.loads(capsys.readouterr().out)
    sids = {each["Sid"] for role in ("source", "drill") for policy in told[role] for each in policy["Statement"]}
    assert not [sid for sid in sids if sid.endswith(("ListObjectsV2", "DescribeImages", "GetParameter"))]
