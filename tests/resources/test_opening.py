"""The way into a copy: the logins are tried in order, on the copy alone, and what opened it is remembered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import SimpleNamespace
from unittest import mock

import pytest

from dr_orchestrator.aws.logins import engine as looking
from dr_orchestrator.aws.logins import tls
from dr_orchestrator.aws.logins.door import Door
from dr_orchestrator.aws.logins.keys import Key
from dr_orchestrator.aws.logins.secrets import Credentials, Secret
from dr_orchestrator.aws.rds import instances
from dr_orchestrator.aws.watcher import Sighting
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.preflight import Doubt
from dr_orchestrator.domain.proof import Integrity, WholeRead
from dr_orchestrator.domain.service import ENCRYPTED, VERIFIED, Auth, Database
from dr_orchestrator.errors import LoginRefused, NotMeasured, Transient
from dr_orchestrator.resources.opening import Opening
from dr_orchestrator.resources.rds_instance.restore import DOOR
from tests.support.estate import INSTANCE, Estate
from tests.support.ways import Make, Way

DATABASE = Database("orders", "prod/rotated", where="drills/shop.yaml:9:resources.orders-db.database.secret")


@dataclass
class Entered:
    """A database that lets some passwords in, and notes what was tried."""

    opening: Opening
    lets_in: set[str]
    tried: list[str] = field(default_factory=list)

    def enter(self, copy: Copy) -> None:
        password = self.opening.login(copy).password
        self.tried.append(password)
        if password not in self.lets_in:
            raise LoginRefused("password authentication failed")


@pytest.fixture(scope="module", autouse=True)
def rotated(made: Estate) -> Iterator[None]:
    """A secret that was rotated four times, an hour apart."""
    client = made.client("secretsmanager")
    for number in range(5):
        held = json.dumps({"username": "ada", "password": f"p-{number}"})
        client.create_secret(Name="prod/rotated", SecretString=held) if not number else client.put_secret_value(
            SecretId="prod/rotated", SecretString=held
        )
        made.clock.sleep(3600)
    yield
    client.delete_secret(SecretId="prod/rotated", ForceDeleteWithoutRecovery=True)


@pytest.fixture
def way(way_of: Make) -> Way:
    made = way_of("rds-snapshot")
    made.restored()
    return made


Into = Callable[..., Entered]


@pytest.fixture
def into(way: Way) -> Into:
    """The way into the restored copy, which lets some passwords in."""

    def make(*lets_in: str, database: Database = DATABASE) -> Entered:
        opening = Opening(DOOR, INSTANCE, database, way.made.toolkit)
        entered = Entered(opening, set(lets_in))
        opening.enter = entered.enter
        return entered

    return make


def test_the_first_that_is_let_in_is_used_from_then_on(way: Way, into: Into) -> None:
    """Refused ones are told by version and date, in order; the next look at the copy tries no other again."""
    there = into("p-3")
    found = there.opening.find(way.copy)
    assert there.tried == ["p-4", "p-3"]
    assert found.opened
    assert found.words.startswith("as ada, by prod/rotated, version ")
    assert "(AWSPREVIOUS), after prod/rotated, version " in found.words
    assert found.words.endswith("(AWSCURRENT) is refused")
    assert there.opening.find(way.copy).opened
    assert there.tried == ["p-4", "p-3", "p-3"]
    assert there.opening.login(way.copy).password == "p-3"
    assert [value for value in ("p-4", "p-3") if value in f"{found} {there.opening.login(way.copy)}"] == []


@pytest.mark.parametrize(
    ("secret", "lets_in", "tried"),
    [
        ("prod/rotated", ("p-4", "own"), ["p-4"]),
        ("prod/rotated", ("own",), ["p-4", "p-3", "own"]),
        ("managed", ("p-4", "own"), ["own"]),
        ("managed", ("p-4",), ["own", "p-4"]),
    ],
    ids=["declared", "declared, and of the master user", "managed", "managed, and not taken over yet"],
)
def test_a_copys_own_secret_is_tried_where_rds_manages_its_master_user(
    way: Way, secret: str, lets_in: tuple[str, ...], tried: list[str]
) -> None:
    """First where the login is the master user's own; after those of then where another user may be declared."""
    made = Key("its own secret, which RDS manages", lambda *_: Credentials("ada", "own"), lambda: "ada")
    asked: list[Copy] = []

    def own(copy: Copy) -> list[Key]:
        asked.append(copy)
        return [made]

    database = replace(DATABASE, secret=secret)
    with mock.patch.object(Door, "secret", lambda *_: Secret(way.made.toolkit.account, "prod/rotated", DATABASE)):
        opening = Opening(DOOR, INSTANCE, database, way.made.toolkit, own)
        there = Entered(opening, set(lets_in))
        opening.enter = there.enter
        found = opening.find(way.copy)
    assert found.opened
    assert there.tried == tried
    assert asked == [way.copy]
    assert made.words in found.words or "own" not in tried


def test_a_copy_that_none_opens_is_for_a_new_password(way: Way, into: Into) -> None:
    """All that were tried are told; nothing is remembered of them."""
    there = into()
    found = there.opening.find(way.copy)
    assert not found.opened
    assert found.words.startswith(f"no login opens {way.copy.id}: prod/rotated, version ")
    assert found.words.endswith("is refused; its master user needs a new password")
    assert len(there.tried) == len(set(there.tried)) <= 5


def test_a_new_password_opens_it_and_the_checks_log_in_by_that(
    way: Way, into: Into, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the master user; where the secret is of somebody else, the step says so."""
    there = into()
    monkeypatch.setattr("dr_orchestrator.aws.logins.reset._random", lambda: "made-anew")
    there.lets_in.add("made-anew")
    assert not there.opening.find(way.copy).opened
    done = there.opening.reset(way.copy)
    assert done.words == ("orders has a new password, which is kept nowhere; the checks log in as that one, not as ada")
    login = there.opening.login(way.copy)
    assert (login.user, login.password) == ("orders", "made-anew")
    assert there.opening.find(way.copy).words == "as orders, by its new password"


def test_where_it_may_not_be_reset_what_would_allow_it_is_told(way: Way, into: Into) -> None:
    """Not measured: with what was tried, and the line to change."""
    there = into(database=replace(DATABASE, reset_password=False))
    with pytest.raises(NotMeasured) as told:
        there.opening.find(way.copy)
    assert told.value.message.endswith(
        f"is refused; `reset_password: true` ({DATABASE.where}) would let the drill give the copy a new one"
    )


def test_a_login_that_is_let_in_no_more_is_forgotten(way: Way, into: Into) -> None:
    """Somebody changed it meanwhile: that is told, and the copy may get a new one."""
    there = into("p-4")
    assert there.opening.find(way.copy).opened
    there.lets_in.clear()
    found = there.opening.find(way.copy)
    assert not found.opened
    assert "is refused now; its master user needs a new password" in found.words


def test_a_token_that_is_refused_is_not_followed_by_a_password(way: Way, into: Into) -> None:
    """IAM's user has none: what its role needs is told."""
    there = into(database=Database("orders", auth=Auth.IAM, user="dro"))
    with pytest.raises(NotMeasured, match="a token of IAM is refused; in the restored data its role needs rds_iam"):
        there.opening.find(way.copy)
    assert there.tried[0].startswith(there.opening.login(way.copy).host)


def test_a_copy_that_does_not_answer_is_the_checks_to_tell(way: Way, into: Into) -> None:
    """Nothing was refused: no other login is tried, no password changed, and each check says why."""
    there = into()

    def silent(_copy: Copy) -> None:
        there.tried.append("")
        raise NotMeasured("connection timeout expired")

    there.opening.enter = silent
    found = there.opening.find(way.copy)
    assert (found.opened, found.words) == (True, "no login was tried: connection timeout expired")
    assert len(there.tried) == 1


def test_a_secret_that_may_not_be_read_changes_no_password(way: Way, into: Into) -> None:
    """Nobody was refused by the copy, so nothing says that it needs one: not measured, with the call."""
    way.made.lab.faults.add({"kind": "access-denied", "action": "GetSecretValue"})
    there = into()
    with pytest.raises(NotMeasured, match="cannot be read: secretsmanager:GetSecretValue: AccessDenied"):
        there.opening.find(way.copy)
    assert there.tried == []


def test_what_fails_in_passing_is_asked_again_by_whoever_waits(way: Way, into: Into) -> None:
    """A throttled look at the secret refuses no login."""
    way.made.lab.faults.add({"kind": "error", "action": "GetSecretValue", "code": "ThrottlingException", "times": 99})
    with pytest.raises(Transient):
        into("p-4").opening.find(way.copy)
    way.made.lab.faults.clear()


def test_an_instance_whose_logins_are_all_refused_serves(way: Way, into: Into) -> None:
    """It is ready when AWS calls it available: ten minutes of silence are not waited for."""
    there = into()

    def answers() -> bool:
        return there.opening.answers(way.copy, lambda: bool(there.enter(way.copy)))

    serves = instances.serves(way.made.toolkit, answers)
    endpoint = {"Endpoint": {"Address": "h", "Port": 1}}
    assert serves(Sighting("available", endpoint))
    assert not serves(Sighting("modifying", endpoint))
    there.lets_in.add("p-3")
    assert there.opening.answers(way.copy, lambda: there.enter(way.copy) is None)
    there.tried.clear()
    assert "(AWSCURRENT) is refused" in there.opening.find(way.copy).words
    assert there.tried == ["p-3"]


class Real:
    """An account whose endpoint is AWS's own."""

    is_real = True

    def api(self, _service: str) -> Real:
        return self


@pytest.mark.parametrize("named", ["ca", "setting", "workspace"])
def test_against_aws_tls_is_verified_by_what_is_named(
    named: str, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the declaration, else libpq's own setting, else the bundle beside the drill files; a lab asks for nothing."""
    folder = str(tmp_path)
    monkeypatch.delenv("PGSSLROOTCERT", raising=False)
    (tls.Path(folder) / tls.BUNDLE).touch()
    database, wanted = replace(DATABASE, folder=folder), f"{folder}/{tls.BUNDLE}"
    if named != "workspace":
        monkeypatch.setenv("PGSSLROOTCERT", "/etc/rds.pem")
        wanted = "/etc/rds.pem"
    if named == "ca":
        database, wanted = replace(database, ca="own.pem"), f"{folder}/own.pem"
    account = Real()
    assert tls.of(account, database) == (VERIFIED, wanted)  # type: ignore[arg-type]
    assert tls.look(account, database) == f"verified by {wanted}"  # type: ignore[arg-type]
    account.is_real = False
    assert tls.of(account, database) == ("", "")  # type: ignore[arg-type]


def test_without_authorities_it_is_told_and_no_token_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Encrypted with a doubt; a token, which is told in clear, goes to nobody whom no authority vouches for."""
    monkeypatch.delenv("PGSSLROOTCERT", raising=False)
    database = replace(DATABASE, folder="/nowhere")
    assert tls.of(Real(), database) == (ENCRYPTED, "")  # type: ignore[arg-type]
    with pytest.raises(Doubt, match=r"encrypted, and not verified.*global-bundle\.pem"):
        tls.look(Real(), database)  # type: ignore[arg-type]
    with pytest.raises(NotMeasured, match="there is no CA"):
        tls.of(Real(), replace(database, auth=Auth.IAM))  # type: ignore[arg-type]


def test_tls_is_what_an_engine_makes_of_it(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    """SQL Server is told the password, and so no login without a CA; Oracle answers TLS where its port is named."""
    monkeypatch.delenv("PGSSLROOTCERT", raising=False)
    bare, account = replace(DATABASE, folder="/nowhere"), Real()
    with pytest.raises(NotMeasured, match="SQL Server is told the password itself, and there is no CA"):
        tls.look(account, bare, "sqlserver-se")  # type: ignore[arg-type]
    assert tls.of(account, bare, "oracle-ee") == ("", "")  # type: ignore[arg-type]
    with pytest.raises(Doubt, match=r"not encrypted.*tls_port: 2484"):
        tls.look(account, bare, "oracle-ee")  # type: ignore[arg-type]
    assert tls.of(account, replace(bare, tls_port=2484), "oracle-ee") == (ENCRYPTED, "")  # type: ignore[arg-type]
    bundled = tls.Path(str(tmp_path)) / tls.BUNDLE
    bundled.touch()
    known = replace(DATABASE, folder=str(tmp_path), tls_port=2484)
    assert tls.of(account, known, "oracle-ee") == (VERIFIED, str(bundled))  # type: ignore[arg-type]
    assert tls.look(account, replace(known, tls_port=0), "sqlserver-se") == f"verified by {bundled}"  # type: ignore[arg-type]


class Sourced:
    """A door to a source of an engine, at its port."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self.shape = self

    describe = "DescribeDBInstances"

    def described(self, _api: object, _name: str) -> dict[str, str]:
        return {"Engine": self._engine}

    def engine(self, _account: object, _name: str) -> str:
        return self._engine


@pytest.mark.parametrize(
    ("engine", "database", "checks", "why"),
    [
        ("sqlserver-web", replace(DATABASE, auth=Auth.IAM), (), "takes no token of IAM for SQL Server"),
        ("sqlserver-web", replace(DATABASE, tls_port=2484), (), "answers at the port that RDS tells"),
        ("oracle-se2", DATABASE, (Integrity("i", require=("amcheck",)),), "Oracle cannot be asked for amcheck"),
        ("oracle-se2", DATABASE, (WholeRead("w", timedelta(hours=1), sample=9),), "reads no single blocks"),
        ("sqlserver-web", replace(DATABASE, engine="oracle"), (), "`engine: oracle` is declared"),
    ],
)
def test_what_the_engine_of_a_source_cannot_do_is_told_before_a_restore(
    engine: str, database: object, checks: object, why: str
) -> None:
    """By the look that `plan` makes and each run begins with."""
    with pytest.raises(NotMeasured, match=why):
        looking.look(Real(), Sourced(engine), SimpleNamespace(id="db"), database, checks)  # type: ignore[arg-type]
    told = looking.look(Real(), Sourced("oracle-se2"), SimpleNamespace(id="db"), DATABASE, ())  # type: ignore[arg-type]
    assert told == "oracle-se2, to which oracledb speaks"


def test_a_copy_of_oracle_is_opened_where_its_tls_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    """At the port that is named, where TLS is asked for; in a lab at the one that RDS tells."""
    account = Real()
    (tls.Path(str(tmp_path)) / tls.BUNDLE).touch()
    monkeypatch.delenv("PGSSLROOTCERT", raising=False)
    door = Door(Sourced("oracle-ee"), None, lambda *_: ("copy", 1521))  # type: ignore[arg-type]
    database = replace(DATABASE, folder=str(tmp_path), tls_port=2484)
    for real, port in ((True, 2484), (False, 1521)):
        account.is_real = real
        assert door.at(account, "copy", database, lambda *_: Credentials("u", "p")).port == port  # type: ignore[arg-type]
