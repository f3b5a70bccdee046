"""The machine's own credentials: looked for anew where AWS finds them too old, once, and only if they are others."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import botocore.credentials
import botocore.endpoint
import pytest
from botocore.credentials import Credentials, ReadOnlyCredentials
from botocore.exceptions import ConfigParseError, CredentialRetrievalError

from dr_orchestrator.aws.access.lifetime import lifetime
from dr_orchestrator.aws.access.machine import MachineCredentials
from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Denied, Expired
from dr_orchestrator.aws.guard import Guard
from dr_orchestrator.domain.drill import Roles
from dr_orchestrator.errors import Transient
from dr_orchestrator.resources.dynamodb_table import table as dynamodb
from tests.support.contexts import ToldContext
from tests.support.estate import REGION, TABLE, Estate
from tests.support.types import CALLS

ROLE = "arn:aws:iam::123456789012:role/dro-read"
OLD, NEW = (ReadOnlyCredentials(f"ASIA{name}", "hush", "hush") for name in ("OLD", "NEW"))
PROGRAM = """
import json, pathlib, sys
key = pathlib.Path(sys.argv[1]).read_text()
print(json.dumps({"Version": 1, "AccessKeyId": key, "SecretAccessKey": "lab", "SessionToken": "lab"}))
"""


@dataclass
class Login:
    """What somebody logs in with, as each way keeps it; and what of it AWS takes."""

    made: Estate
    home: Path

    def again(self, key: str) -> None:
        """Log in, elsewhere on the machine."""
        keys = f"aws_access_key_id = {key}\naws_secret_access_key = lab\naws_session_token = lab\n"
        (self.home / "credentials").write_text(f"[profile]\n{keys}")
        (self.home / "key").write_text(key)

    def expire(self, key: str) -> None:
        """The token is a day old; AWS takes those of twelve hours."""
        started = self.made.clock.now()
        self.made.lab.application._first_used[key] = started.replace(year=started.year - 1)
        self.made.lab.faults.add({"kind": "old-token", "seconds": 12 * 3600})


@pytest.fixture
def login(made: Estate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Login]:
    """Nobody is logged in by the environment, but by profiles that are still to be chosen."""
    (tmp_path / "program.py").write_text(PROGRAM)
    process = f"credential_process = {sys.executable} {tmp_path / 'program.py'} {tmp_path / 'key'}\n"
    hop = f"role_arn = {ROLE}-hop\nsource_profile = profile\n"
    (tmp_path / "config").write_text(f"[profile process]\n{process}\n[profile source-profile]\n{hop}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_PROFILE", "profile")
    monkeypatch.setattr(botocore.endpoint.time, "sleep", lambda _: made.clock.sleep(1))
    monkeypatch.setattr(botocore.credentials, "_local_now", made.clock.now)
    start = Login(made, tmp_path)
    start.again("ASIAFIRST")
    yield start
    made.lab.faults.clear()
    made.lab.application._first_used.clear()


def account(made: Estate, of: Roles = Roles()) -> Account:  # noqa: B008
    return Account(REGION, Guard(CALLS), of, "dro-test", made.clock.now)


def looked(here: Account) -> bool:
    return bool(here.api("dynamodb").call("DescribeTable", TableName=TABLE.id))


@pytest.mark.parametrize("way", ["profile", "process"])
def test_who_logs_in_again_saves_the_call(
    made: Estate, login: Login, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """The refused call is made again with the new credentials, and that is told; later ones have them at once."""
    monkeypatch.setenv("AWS_PROFILE", way)
    here = account(made)
    looked(here)
    login.expire("ASIAFIRST")
    login.again("ASIASECOND")
    context = ToldContext("r", made.clock)
    here.throttling.listen(context)
    assert looked(here)
    assert looked(here)
    assert context.again == ["dynamodb:DescribeTable: ExpiredTokenException"]
    assert here._session.get_credentials().get_frozen_credentials().access_key == "ASIASECOND"


def test_clients_of_both_kinds_and_listings_go_on(made: Estate, login: Login) -> None:
    """What was made before the new login signs with it, too: a client of another service, and a listing."""
    here = account(made)
    here.api("rds").call("DescribeDBInstances")
    login.expire("ASIAFIRST")
    login.again("ASIASECOND")
    assert looked(here)
    assert here.api("rds").call("DescribeDBInstances")
    assert list(here.api("dynamodb").pages("ListTables", "TableNames"))
    assert here.changer().account


def test_without_a_new_login_nothing_is_repeated(made: Estate, login: Login) -> None:
    """The same credentials would be refused the same: the call was made once, and what to do next is told."""
    here = account(made)
    looked(here)
    login.expire("ASIAFIRST")
    before = len(made.lab.journal)
    with pytest.raises(Expired, match="log in again; `dro sweep`"):
        looked(here)
    assert len(made.lab.journal) == before + 1


def test_a_new_login_that_is_refused_too_is_final(made: Estate, login: Login) -> None:
    """One repetition a call: AWS, not the program, says whether credentials are good."""
    here = account(made)
    looked(here)
    made.lab.faults.add({"kind": "expired-token"})
    login.again("ASIASECOND")
    before = len(made.lab.journal)
    with pytest.raises(Expired):
        looked(here)
    assert len(made.lab.journal) == before + 2


def test_a_role_is_taken_on_by_a_new_login(made: Estate, login: Login) -> None:
    """AssumeRole itself was refused: the machine's credentials are looked for anew, and it is asked once more."""
    here = account(made, Roles(ROLE, ROLE))
    before = len(made.calls("AssumeRole"))
    looked(here)
    login.expire("ASIAFIRST")
    login.again("ASIASECOND")
    here._session.get_credentials().renew()
    assert looked(here)
    assert len(made.calls("AssumeRole")) == before + 3


def test_a_role_that_only_an_old_login_asks_for_is_told_as_such(made: Estate, login: Login) -> None:
    """Not as a matter of its trust policy: log in again."""
    login.expire("ASIAFIRST")
    with pytest.raises(Expired) as told:
        looked(account(made, Roles(ROLE, ROLE)))
    assert f"role {ROLE} cannot be taken on: sts:AssumeRole: ExpiredToken" in told.value.message
    assert "log in again" in told.value.message
    assert "trust policy" not in told.value.hint


def test_a_profile_whose_source_expired_goes_on_by_a_new_login(
    made: Estate, login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    """botocore itself takes a profile's role on, with keys that it read once: those are read anew as well."""
    monkeypatch.setenv("AWS_PROFILE", "source-profile")
    here = account(made)
    looked(here)
    made.clock.sleep(3600)
    login.expire("ASIAFIRST")
    with pytest.raises(Denied, match="ExpiredToken"):
        looked(here)
    login.again("ASIASECOND")
    assert looked(here)


def test_a_login_into_another_account_is_not_taken(made: Estate, login: Login) -> None:
    """A drill that began in one account never goes on in another, whoever logs in where meanwhile."""
    here = account(made)
    here.caller()
    login.expire("ASIAFIRST")
    login.again("ASIASECOND")
    asking, here._machine._account_of = here._machine._account_of, lambda _: "999999999999"
    with pytest.raises(Expired):
        looked(here)
    here._machine._account_of = asking
    assert looked(here)


@pytest.mark.parametrize(("way", "advised"), [("shared-credentials-file", True), ("env", False)])
def test_before_a_drill_it_is_told_that_a_new_login_will_do(way: str, advised: bool) -> None:
    """Of temporary credentials whose end is not known; those of the environment never change."""
    told = lifetime(Credentials("key", "hush", token="hush", method=way)).told
    assert ("log in again before they do" in told) is advised


@dataclass
class Machine:
    """A machine that is asked for its login, and how often it was."""

    logins: list[Any] = field(default_factory=lambda: [OLD])
    asked: int = 0

    def login(self) -> Any:
        self.asked += 1
        found = SimpleNamespace(get_frozen_credentials=self._frozen(self.logins[-1]), method="test")
        return SimpleNamespace(get_credentials=lambda: found)

    def _frozen(self, what: Any) -> Any:
        def frozen() -> Any:
            if isinstance(what, Exception):
                raise what
            return what

        return frozen

    def credentials(self) -> MachineCredentials:
        return MachineCredentials(self.login, lambda _: "123456789012")


@dataclass
class Refreshing:
    """Credentials that botocore refreshes by itself, in the session that it has, and whose each are."""

    signs: Any = OLD
    accounts: dict[Any, Any] = field(default_factory=lambda: {OLD: "1", NEW: "1"})
    asked: list[Any] = field(default_factory=list)

    def pinned(self) -> MachineCredentials:
        """As they are once the machine has signed something, and AWS has told whose that was."""
        found = SimpleNamespace(get_frozen_credentials=lambda: self.signs, method="test")
        made = MachineCredentials(lambda: SimpleNamespace(get_credentials=lambda: found), self.account_of)
        made.get_frozen_credentials()
        made.pin("1")
        return made

    def account_of(self, found: Any) -> str:
        self.asked.append(found)
        if isinstance(account := self.accounts[found], Exception):
            raise account
        return str(account)


def test_what_was_refreshed_is_asked_for_its_account_once() -> None:
    """A program, or a role's session, may come back with another account's: no call is signed before AWS told."""
    machine = Refreshing()
    credentials = machine.pinned()
    assert credentials.get_frozen_credentials() == OLD
    assert machine.asked == []
    machine.signs = NEW
    assert {credentials.get_frozen_credentials() for _ in range(3)} == {NEW}
    assert machine.asked == [NEW]


@pytest.mark.parametrize(
    ("whose", "raised"),
    [("2", CredentialRetrievalError), (Transient("throttled"), Transient)],
    ids=["other", "unknown"],
)
def test_what_was_refreshed_into_another_account_signs_nothing(whose: Any, raised: type[Exception]) -> None:
    """Nor does what nobody can tell the account of; once the right ones are back, they are taken."""
    machine = Refreshing()
    credentials = machine.pinned()
    machine.signs, machine.accounts[NEW] = NEW, whose
    for _ in range(2):
        with pytest.raises(raised):
            credentials.get_frozen_credentials()
    machine.signs = OLD
    assert credentials.get_frozen_credentials() == OLD


def test_what_one_account_shows_is_not_believed_of_another(made: Estate) -> None:
    """Runs that wait share one describe only where they read the same account."""
    here, there = (account(made) for _ in range(2))
    feeds = [dynamodb.feed(each.api("dynamodb"), replace(made.toolkit, account=each)) for each in (here, there)]
    assert feeds[0] is feeds[1]
    here._machine.pin("111111111111")
    assert dynamodb.feed(here.api("dynamodb"), replace(made.toolkit, account=here)) is not feeds[1]


def test_threads_that_meet_the_expiry_together_ask_once() -> None:
    """All repeat their calls, by one new login."""
    machine, met = Machine(), threading.Barrier(8)
    credentials = machine.credentials()

    def call() -> tuple[bool, Any]:
        credentials.get_frozen_credentials()
        met.wait()
        machine.logins = [NEW]
        return credentials.renew(), credentials.get_frozen_credentials()

    with ThreadPoolExecutor(8) as threads:
        outcomes = [each.result() for each in [threads.submit(call) for _ in range(8)]]
    assert outcomes == [(True, NEW)] * 8
    assert machine.asked == 2


@pytest.mark.parametrize("found", [OLD, None, ConfigParseError(path="x"), ValueError("no JSON"), OSError("missing")])
def test_what_is_not_found_replaces_nothing(found: Any) -> None:
    """The same, nothing, a file that is just being written, a program that fails: what there was stays."""
    machine = Machine()
    credentials = machine.credentials()
    credentials.get_frozen_credentials()
    machine.logins = [found]
    assert not credentials.renew()
    assert credentials.get_frozen_credentials() == OLD


def test_what_cannot_be_refreshed_is_told_as_missing_credentials() -> None:
    """A program that gives what is too old again is no defect of ours."""
    with pytest.raises(CredentialRetrievalError, match="still expired"):
        Machine([RuntimeError("still expired")]).credentials().get_frozen_credentials()


def test_a_login_that_came_late_is_found_by_the_next_call() -> None:
    """Where a refresh fails and nothing new is there, the call fails; the one after the login is signed."""
    machine = Machine([RuntimeError("still expired")])
    credentials = machine.credentials()
    with pytest.raises(CredentialRetrievalError):
        credentials.get_frozen_credentials()
    machine.logins = [NEW]
    assert credentials.get_frozen_credentials() == NEW
