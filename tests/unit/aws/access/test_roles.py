"""Roles: reads by one, changes by the other, both taken on anew for as long as a drill lasts."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from dr_orchestrator.aws.access.roles import LOGINS, AssumedRole
from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Denied
from dr_orchestrator.aws.guard import Forbidden, Guard
from dr_orchestrator.domain.drill import Roles, Selection
from dr_orchestrator.errors import Transient
from dr_orchestrator.resources.dynamodb_table.restore import DynamoTable
from tests.support.estate import REGION, RUN, TABLE, Estate

READ, DRILL = (f"arn:aws:iam::123456789012:role/dro-{name}" for name in ("read", "drill"))


@pytest.fixture(autouse=True)
def quick(made: Estate, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """botocore's pauses pass on the estate's clock, and no fault outlives its test."""
    monkeypatch.setattr(botocore.endpoint.time, "sleep", lambda _: made.clock.sleep(1))
    yield
    made.lab.faults.clear()


def account(made: Estate, of: Roles = Roles(READ, DRILL), guard: Guard | None = None) -> Account:  # noqa: B008
    return Account(REGION, guard or made.toolkit.account.guard, of, f"dro-{RUN}", made.clock.now)


@pytest.fixture
def brief(made: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS grants a quarter of an hour at least; here it grants three seconds."""
    granted = AssumedRole._assume

    def three_seconds(self: AssumedRole) -> Mapping[str, str]:
        return {**granted(self), "expiry_time": (made.clock.now() + timedelta(seconds=3)).isoformat()}

    monkeypatch.setattr(AssumedRole, "_assume", three_seconds)


def assumed(made: Estate) -> list[dict[str, Any]]:
    return made.calls("AssumeRole")


def test_reads_go_by_the_one_role_and_changes_by_the_other(made: Estate) -> None:
    """Each call is signed with its own role's key; the role's session bears the run's id."""
    here, signed = account(made), dict[str, str]()

    def note(request: Any, event_name: str, **_: Any) -> None:
        signed[event_name.rsplit(".", 1)[-1]] = (
            str(request.headers["Authorization"]).split("Credential=")[1].split("/")[0]
        )

    for session in (here._session, here._writing):
        session.events.register("before-send.*.*", note)
    copy = made.copy_of(TABLE)
    api = here.api("dynamodb")
    api.call("DescribeTable", TableName=TABLE.id)
    api.call(
        "RestoreTableToPointInTime",
        SourceTableName=TABLE.id,
        TargetTableName=copy.id,
        RestoreDateTime=DynamoTable(TABLE, Selection(), made.toolkit).choose().data_time,
    )
    list(api.pages("ListTables", "TableNames"))

    reader, changer = here._session.get_credentials(), here._writing.get_credentials()
    assert signed["DescribeTable"] == signed["ListTables"] == reader.access_key
    assert signed["RestoreTableToPointInTime"] == changer.access_key != reader.access_key
    assert here.caller().arn.endswith(f"assumed-role/dro-read/dro-{RUN}")
    assert here.changer().arn.endswith(f"assumed-role/dro-drill/dro-{RUN}")
    DynamoTable(TABLE, Selection(), made.toolkit).ready(copy)
    DynamoTable(TABLE, Selection(), made.toolkit).destroy(copy)


def test_without_roles_nothing_is_taken_on(made: Estate) -> None:
    """As it always was: the machine's own credentials, for reads and changes."""
    before = len(assumed(made))
    here = account(made, Roles())
    assert here.caller() == here.changer()
    assert here._writing is here._session
    assert len(assumed(made)) == before


@pytest.mark.parametrize("of", [Roles(READ), Roles("", DRILL), Roles(READ, READ)], ids=["reads", "changes", "one"])
def test_one_role_alone_is_fine(made: Estate, of: Roles) -> None:
    """What has no role goes by the machine's credentials; one role for both is taken on once."""
    before = len(assumed(made))
    here = account(made, of)
    assert ("dro-read" in here.caller().arn) is bool(of.source)
    assert ("assumed-role" in here.changer().arn) is bool(of.drill)
    assert len(assumed(made)) == before + 1


def test_the_guard_watches_both(made: Estate) -> None:
    """Neither role opens production, and neither may take on a third one."""
    here = account(made)
    for session in (here._session, here._writing):
        with pytest.raises(Forbidden):
            session.client("dynamodb").delete_table(TableName=TABLE.id)
        with pytest.raises(Forbidden):
            session.client("sts").assume_role(RoleArn=DRILL, RoleSessionName="x")


@pytest.mark.usefixtures("brief")
def test_credentials_that_last_three_seconds_outlive_a_restore(made: Estate) -> None:
    """They run out again and again in mid-wait; the drill does not notice."""
    copy, bench = made.copy_of(TABLE), made.toolkit
    object.__setattr__(bench, "account", account(made))
    before = len(assumed(made))
    try:
        table = DynamoTable(TABLE, Selection(), bench)
        table.restore(table.choose(), copy)
        table.ready(copy)
        while_waiting = len(assumed(made))
        table.destroy(copy)
    finally:
        object.__setattr__(bench, "account", account(made, Roles()))
    assert while_waiting > before + 5
    assert len(assumed(made)) > while_waiting
    assert {each["DurationSeconds"] for each in assumed(made)[before:]} == {"3600"}


@pytest.mark.slow
def test_a_role_is_taken_on_anew_before_its_hour_ends_and_no_more_often(made: Estate) -> None:
    """For 26 hours of looking each five minutes: every 45 minutes, when a quarter of an hour is left."""
    api, before = account(made).api("dynamodb"), len(assumed(made))
    for _ in range(26 * 12):
        api.call("DescribeTable", TableName=TABLE.id)
        made.clock.sleep(300)
    assert 26 <= len(assumed(made)) - before <= 36


def test_a_chain_of_roles_is_followed(made: Estate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The credentials to start with may be a role's own, by a profile; each asks for an hour at most."""
    keys = "aws_access_key_id = x\naws_secret_access_key = x\n"
    hop = f"[profile hop]\nrole_arn = {READ}-hop\nsource_profile = base\n"
    (tmp_path / "config").write_text(f"[profile base]\n{keys}{hop}")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_PROFILE", "hop")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(botocore.credentials, "_local_now", made.clock.now)
    before = len(assumed(made))
    assert "dro-read/" in account(made, Roles(READ)).caller().arn
    assert [each["RoleArn"] for each in assumed(made)[before:]] == [f"{READ}-hop", READ]
    assert "dro-read-hop/" in account(made, Roles()).caller().arn


def test_a_role_that_cannot_be_taken_on_is_told_as_such(made: Estate) -> None:
    """The message names the role, not the innocent call that needed it, and says which policy to look at."""
    made.lab.faults.add({"kind": "access-denied", "action": "AssumeRole"})
    with pytest.raises(Denied) as told:
        account(made).api("dynamodb").call("DescribeTable", TableName=TABLE.id)
    assert f"role {READ} cannot be taken on: sts:AssumeRole: AccessDenied" in told.value.message
    assert "trust policy" in told.value.hint


def test_two_threads_that_meet_the_expiry_take_a_role_on_once(made: Estate) -> None:
    """The second to notice repeats its call with what the first has brought; neither is ever without credentials."""
    here, before = account(made), len(assumed(made))
    role, others = here._session.get_credentials(), ThreadPoolExecutor(1)
    old = role.get_frozen_credentials()
    assert others.submit(role.get_frozen_credentials).result() is old

    assert role.renew()
    new = role.get_frozen_credentials()
    assert others.submit(role.renew).result()

    assert role.get_frozen_credentials() is new is not old
    assert len(assumed(made)) == before + 2


def test_a_throttled_login_may_pass_by_itself(made: Estate) -> None:
    """A wait goes on where a role could not be taken on for the moment."""
    made.lab.faults.add({"kind": "throttle", "action": "AssumeRole"})
    with pytest.raises(Transient):
        account(made).api("dynamodb").call("DescribeTable", TableName=TABLE.id)


@pytest.mark.parametrize("listed", [False, True], ids=["call", "pages"])
def test_a_token_that_aws_finds_too_old_is_renewed_and_the_call_repeated(made: Estate, listed: bool) -> None:
    """Also in the middle of a listing; a second refusal is final."""
    api, before = account(made).api("dynamodb"), len(assumed(made))

    def look() -> Any:
        if listed:
            return list(api.pages("ListTables", "TableNames"))
        return api.call("DescribeTable", TableName=TABLE.id)

    look()
    made.lab.faults.add({"kind": "expired-token", "service": "dynamodb", "times": 1})
    assert look()
    assert len(assumed(made)) == before + 2
    made.lab.faults.add({"kind": "expired-token", "service": "dynamodb"})
    with pytest.raises(Denied, match="ExpiredToken"):
        look()
    assert len(assumed(made)) == before + 3


@pytest.mark.usefixtures("brief")
def test_no_credential_is_shown(made: Estate, caplog: pytest.LogCaptureFixture) -> None:
    """Not in what an account prints as, nor in what is logged where a renewal fails, nor in the fault's own words."""
    caplog.set_level(logging.INFO)
    here = account(made)
    here.caller()
    credentials = here._session.get_credentials()
    secrets = [credentials.secret_key, credentials.token]
    made.lab.faults.add({"kind": "access-denied", "action": "AssumeRole"})
    with pytest.raises(Denied) as told:
        here.caller()
    shown = [repr(each) for each in (here, credentials, here.api("sts"), vars(here), told.value)]
    shown += [caplog.text, told.value.message, told.value.hint]
    assert "Refreshing temporary credentials failed" in caplog.text
    assert not [secret for secret in secrets if any(secret in text for text in shown)]


def test_what_logs_in_can_do_nothing_else(made: Estate) -> None:
    """The session that takes roles on is guarded too: of all operations only the logins, each of which exists."""
    here = account(made)
    for logins in (here._logins, here._machine._login):
        _only_logs_in(logins)


def _only_logs_in(logins: Any) -> None:
    for service in {service for service, _ in LOGINS} & set(logins.get_available_services()):
        known = logins.get_service_model(service)
        assert {name for of, name in LOGINS if of == service} <= set(known.operation_names)
        for name in known.operation_names:
            model = known.operation_model(name)
            if (service, name) in LOGINS:
                logins.emit("before-parameter-build.x.y", model=model, params={})
            else:
                with pytest.raises(Forbidden):
                    logins.emit("before-parameter-build.x.y", model=model, params={})
    with pytest.raises(Forbidden):
        logins.create_client("dynamodb", REGION).delete_table(TableName=TABLE.id)
