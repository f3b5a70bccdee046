"""The logins that Secrets Manager holds: the versions that may open a copy, in their order, and what is no login."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.secretsmanager.models import secretsmanager_backends

from dr_orchestrator.aws.logins.keys import keys, looks
from dr_orchestrator.aws.logins.secrets import CURRENT, MOST, PREVIOUS, Credentials, Secret, Version, ordered
from dr_orchestrator.domain.preflight import CheckStatus, perform
from dr_orchestrator.domain.service import MANAGED, Auth, Database, Keys
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources.rds_instance.restore import DOOR
from tests.support.estate import INSTANCE, REGION, Estate

DATABASE = Database("orders", "prod/orders", where="drills/shop.yaml:9:resources.orders-db.database.secret")
_names = itertools.count(1)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def versions(*hours: int, current: int = -1) -> list[Version]:
    """Versions made so many hours after noon; the last is in use, unless another is said to be."""
    found = [Version(f"{each:+03d}", NOON + timedelta(hours=each)) for each in hours]
    place = current % len(found)
    found[place] = replace(found[place], stages=(CURRENT,))
    if place:
        found[place - 1] = replace(found[place - 1], stages=(PREVIOUS,))
    return found


@pytest.mark.parametrize(
    ("made", "order"),
    [
        ((-30,), ["-30"]),
        ((-30, 5), ["-30", "+05"]),
        ((-30, -20, -10, 5, 15, 25), ["-10", "-20", "+05", "+25", "+15"]),
        ((5, 15), ["+05", "+15"]),
        ((-90, -30, -20, -10), ["-10", "-20"]),
    ],
)
def test_the_version_of_then_is_tried_first(made: tuple[int, ...], order: list[str]) -> None:
    """The newest from before the instant, the one before that, the next one, then what is in use and what was."""
    assert [each.id for each in ordered(versions(*made), NOON)] == order


@given(st.lists(st.integers(-2000, 2000), unique=True, min_size=1, max_size=120), st.integers(-2000, 2000))
def test_a_copy_is_never_tried_more_often_than_a_few_times(hours: list[int], at: int) -> None:
    """However many versions there are: few, each once, that of then among them, and the one in use."""
    found = versions(*sorted(hours))
    tried = ordered(found, NOON + timedelta(hours=at))
    assert 0 < len(tried) == len(set(tried)) <= MOST
    before = [each for each in found if each.created_at and each.created_at <= NOON + timedelta(hours=at)]
    assert not before or tried[0] == before[-1]
    assert found[-1] in tried


def secret(made: Estate, value: str, **given_: Any) -> str:
    name = f"prod/other-{next(_names)}"
    made.client("secretsmanager").create_secret(Name=name, SecretString=value, **given_)
    return name


def login(user: str, password: str = "hush") -> str:  # noqa: S107 - of a lab
    return json.dumps({"username": user, "password": password})


def test_versions_are_those_of_the_lab_s_time_deprecated_ones_too(made: Estate) -> None:
    """Each is dated to when it was made; none is left out, though AWS shows the labelled alone unless it is asked."""
    client, name = made.client("secretsmanager"), secret(made, login("u-0"))
    for number in range(1, 5):
        made.clock.sleep(86400)
        client.put_secret_value(SecretId=name, SecretString=login(f"u-{number}"))
    found = Secret(made.toolkit.account, name, DATABASE)
    kept = found.versions()
    days = [(after.created_at - before.created_at).days for before, after in itertools.pairwise(kept)]  # type: ignore[operator]
    assert days == [1, 1, 1, 1]
    assert [each.stages for each in kept] == [(), (), (), (PREVIOUS,), (CURRENT,)]
    assert [found.read(each).user for each in kept] == [f"u-{number}" for number in range(5)]
    shown = client.list_secret_version_ids(SecretId=name)["Versions"]
    assert {stage for each in shown for stage in each["VersionStages"]} == {PREVIOUS, CURRENT}
    pages = client.list_secret_version_ids(SecretId=name, IncludeDeprecated=True, MaxResults=2)
    assert len(pages["Versions"]) == 2
    assert pages["NextToken"]


def test_other_key_names_are_declared(made: Estate) -> None:
    """A team's own secret holds its login under its own words; host, port and database in it are not read."""
    value = json.dumps({"login": "ada", "pass": "hush", "host": "prod.example.com", "port": 1})
    own = replace(DATABASE, keys=Keys("login", "pass"))
    assert Secret(made.toolkit.account, secret(made, value), own).current() == Credentials("ada", "hush")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ('{"username": "u"}', "it has no password"),
        ('{"login": "u", "password": "hush-hush"}', "it has no username"),
        ("hush-hush", "it is no JSON object"),
        ('["hush-hush"]', "it is no JSON object"),
    ],
)
def test_what_is_no_login_is_told_by_its_place_and_never_by_its_value(made: Estate, value: str, why: str) -> None:
    """The key that is missing, the line that names the secret, and what such a secret looks like."""
    name = secret(made, value)
    with pytest.raises(NotMeasured) as told:
        Secret(made.toolkit.account, name, DATABASE).current()
    assert told.value.message == f"secret {name} cannot be used as a login: {why} ({DATABASE.where})"
    assert "`keys: {user: ..., password: ...}` names others" in told.value.hint
    assert "hush" not in f"{told.value.message}{told.value.hint}{told.value.__cause__}"


def test_a_secret_that_is_binary_is_no_login(made: Estate) -> None:
    """It is told at once, and not asked for again and again."""
    name = f"prod/binary-{next(_names)}"
    made.client("secretsmanager").create_secret(Name=name, SecretBinary=b"hush")
    with pytest.raises(NotMeasured, match="cannot be used as a login: it is no JSON object"):
        Secret(made.toolkit.account, name, DATABASE).current()


def look(made: Estate, database: Database) -> tuple[CheckStatus, str]:
    (found,) = perform(looks(made.toolkit.account, DOOR, replace(INSTANCE, database=database))).looks
    return found.outcome, found.words


def test_the_look_tells_whose_login_it_is_and_how_many_versions_are_kept(made: Estate) -> None:
    """Before anything is made: the user, and since when an older copy can be opened."""
    outcome, words = look(made, replace(DATABASE, secret=secret(made, login("ada"))))
    assert outcome is CheckStatus.PASSED
    assert words.endswith(f"holds the login of ada; 1 version is kept, the oldest of {made.clock.now():%Y-%m-%d}")


def test_a_secret_that_is_not_there_is_told_with_its_line_and_the_call(made: Estate) -> None:
    """A mistyped name: the look before the drill says where it is written, and which call found nothing."""
    outcome, words = look(made, replace(DATABASE, secret="prod/none"))
    assert outcome is CheckStatus.INCONCLUSIVE
    assert words.startswith("secret prod/none cannot be read: secretsmanager:GetSecretValue: ResourceNotFound")
    assert words.endswith(f"({DATABASE.where})")


def test_versions_that_may_not_be_listed_are_a_doubt_and_the_labelled_ones_are_tried(made: Estate) -> None:
    """An older policy stops no drill: what may not be seen is told, and today's and the last version are tried."""
    made.client("secretsmanager").put_secret_value(SecretId="prod/orders", SecretString=login("fresh"))
    made.lab.faults.add({"kind": "access-denied", "action": "ListSecretVersionIds"})
    try:
        outcome, words = look(made, DATABASE)
        found = keys(made.toolkit.account, DOOR, INSTANCE.id, DATABASE, made.clock.now())
        users = [each.user() for each in found]
    finally:
        made.lab.faults.clear()
        made.client("secretsmanager").put_secret_value(SecretId="prod/orders", SecretString=login("orders"))
    assert outcome is CheckStatus.INCONCLUSIVE
    assert "one from before the last rotation is not found: the versions of secret prod/orders cannot be" in words
    assert [each.words for each in found] == ["prod/orders, version AWSCURRENT", "prod/orders, version AWSPREVIOUS"]
    assert users == ["fresh", "orders"]


def test_a_master_user_that_rds_manages_is_found_from_the_source(made: Estate) -> None:
    """AWS tells the secret; where there is none, it says which word is wrong, and where it stands."""
    managed = replace(DATABASE, secret=MANAGED)
    outcome, words = look(made, managed)
    assert outcome is CheckStatus.INCONCLUSIVE
    assert words == "rds:DescribeDBInstances: RDS manages no master user of orders-prod"
    rds = made.client("rds")
    named = {"DBInstanceIdentifier": "managed-prod", "DBInstanceClass": "db.t3.micro", "Engine": "postgres"}
    rds.create_db_instance(**named, AllocatedStorage=20, MasterUsername="ada", ManageMasterUserPassword=True)
    made.clock.sleep(900)
    found = DOOR.secret(made.toolkit.account, "managed-prod", managed)
    first = found.current()
    assert first.user == "ada"
    made.client("secretsmanager").rotate_secret(SecretId=found.name)
    assert [found.read(each) == first for each in found.versions()] == [True, False]
    store = secretsmanager_backends[ACCOUNT][REGION].secrets[found.name]
    assert {
        "Key": "aws:rds:primaryDBInstanceArn",
        "Value": "arn:aws:rds:us-east-1:123456789012:db:managed-prod",
    } in store.tags
    rds.delete_db_instance(DBInstanceIdentifier="managed-prod", SkipFinalSnapshot=True)
    made.clock.sleep(900)


def test_a_token_is_told_where_its_source_takes_none(made: Estate) -> None:
    """The copy will take it: whether the role in the data may use it, nobody can see beforehand."""
    outcome, words = look(made, Database("orders", auth=Auth.IAM, user="dro"))
    assert outcome is CheckStatus.INCONCLUSIVE
    assert words.startswith("dro logs in by a token of IAM; orders-prod itself takes none, and its copy will")


def test_a_token_is_signed_for_the_copys_own_address(made: Estate) -> None:
    """By the credentials that read: for its host, port and user, for a quarter of an hour; AWS is asked nothing."""
    heard = len(made.lab.journal)
    (key,) = keys(made.toolkit.account, DOOR, INSTANCE.id, Database("o", auth=Auth.IAM, user="dro"), made.clock.now())
    cut = key.cut("copy.example.com", 5432)
    assert cut.user == "dro"
    assert cut.password.startswith("copy.example.com:5432/?Action=connect&DBUser=dro&X-Amz-Algorithm=")
    assert "X-Amz-Expires=900" in cut.password
    assert "rds-db%2Faws4_request" in cut.password
    assert made.lab.journal[heard:] == ()
    assert cut.password not in f"{cut} {key}"
