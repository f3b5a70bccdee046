"""An environment that a program makes is drilled in an account of its own, and the inventory proves what stayed."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from unittest import mock

import psycopg
import pytest

from dr_orchestrator import wiring
from dr_orchestrator.checks import apart
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.run import Role, Run
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.built_environment import outputs
from dr_orchestrator.resources.built_environment.environment import BuiltEnvironment
from dr_orchestrator.runner.context import RunContext
from dr_orchestrator.runner.session import Session
from dr_orchestrator.waiting import stops
from dr_orchestrator.wiring import sweeping
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import apart_app, built_shop
from tests.support.apart_app import OTHER, THERE
from tests.support.built_shop import ASKED, CLIENTS, DOWN, DOWN_WITH_DATABASE, SHOP, UP, UP_WITH_DATABASE
from tests.support.dying import die, killed_in, resumed
from tests.support.estate import Estate
from tests.support.estate import estate as lab_of
from tests.support.logins import login_of
from tests.support.shop import FULL, ended, run


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with lab_of(tmp_path_factory.mktemp("lab")) as made:
        yield made


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    with built_shop.world(shop, home) as made:
        yield made


def queues(shop: Estate) -> list[str]:
    found = apart_app.client(shop, "sqs").list_queues().get("QueueUrls", [])
    return [url.rpartition("/")[2] for url in found]


def emptied(shop: Estate) -> None:
    """Leave nothing to the next test."""
    sqs = apart_app.client(shop, "sqs")
    for name in queues(shop):
        sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"])


def reasons(found: Run) -> str:
    assert found.closing is not None
    return "; ".join([*found.closing.reasons, *found.closing.cleanup_reasons])


def went_well(found: Run) -> bool:
    """Whether all was made, checked and taken down: what is lacking is a witness of the program's own word."""
    assert found.closing is not None
    unmeasured = [each for each in found.closing.reasons if each.startswith("RPA has grade D")]
    passed = {each.key for each in found.steps if each.outcome is Outcome.PASSED}
    whole = all(each.key in passed for each in found.steps)
    whole = whole and all(each.outcome is Outcome.PASSED for each in found.checks)
    return whole and found.closing.cleanup is Cleanup.CLEAN and list(found.closing.reasons) == unmeasured


@pytest.fixture
def database(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A real one, which the program says that it restored: with an orders' heartbeat, and a login of its own."""
    login = login_of(postgres_url)
    for name, value in (("USER", login.user), ("PASSWORD", login.password), ("PORT", str(login.port))):
        monkeypatch.setenv(f"THEIR_{name}", value)
    here = mock.patch.object(apart, "resolved", lambda host, _port: {host} & {"127.0.0.1"})
    older = mock.patch.object(apart, "SKEW", timedelta(days=9000))  # the server is that of all tests
    with here, older:
        yield


def test_it_is_made_proven_and_taken_down(shop: Estate, home: Path, postgres_url: str, database: None) -> None:
    """By the team's own programs, in the account of replicas: asked where they say, of the point that they tell."""
    seen: list[list[str]] = []
    verify = Session.verify
    passed = "passed: [THEIR_USER, THEIR_PASSWORD, THEIR_PORT]\n      within: 40s"
    text = ASKED.replace("within: 40s", passed).replace("name: postgres,", f"name: {login_of(postgres_url).database},")
    with built_shop.world(shop, home, text) as here, psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE TABLE heartbeat (at timestamptz)")
        connection.execute("INSERT INTO heartbeat VALUES (%s)", [shop.clock.now() - timedelta(minutes=31)])
        connection.commit()
        built_shop.write(home, UP_WITH_DATABASE, DOWN_WITH_DATABASE)
        with mock.patch.object(Session, "verify", lambda session: (seen.append(queues(shop)), verify(session))):
            found = run(here, "shop-replica")
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), reasons(found)
    assert found.closing is not None
    measures = found.closing.measures
    assert (measures.rpa_grade, measures.rpa_check) == ("A", "heartbeat")
    (point,) = found.points
    assert (point.store, point.id) == ("orders-db", f"database of {sys.executable}")
    assert point.data_time_source == f"recovery_points that {sys.executable} told"
    copy = f"dro-{found.header.id}-shop-prod"
    assert seen == [[f"{copy}-jobs"]]
    assert queues(shop) == []
    (row,) = found.copies
    assert (row.copy.type, row.copy.id, row.copy.account, row.state) == (
        *("built-environment", copy, OTHER),
        CopyState.DELETED,
    )
    steps = [each.name for each in found.steps]
    wanted = ["take inventory of the account", "create environment", "wait until built", "verify"]
    assert [name for name in steps if name in (*wanted, "destroy environment")] == [*wanted, "destroy environment"]
    built = next(each for each in found.steps if each.name == "wait until built")
    assert f"made {copy}" in built.detail
    entered = next(each for each in found.steps if each.role is Role.LOG_IN)
    assert f"by the secret {copy}-login" in entered.detail
    assert "hush" not in repr(found)
    assert login_of(postgres_url).password not in repr(found)


def test_a_program_knows_the_drill_accounts_login_and_nothing_else_of_ours(
    shop: Estate, here: wiring.App, home: Path
) -> None:
    """Short-lived, of the role there; of this process PATH, HOME and what is passed; none of it is in the record."""
    note = 'json.dump(dict(os.environ), open("environment.json", "w"))\nprint(os.environ["AWS_SECRET_ACCESS_KEY"])\n'
    note += 'print(os.environ["PULUMI_CONFIG_PASSPHRASE"], os.environ["AWS_SESSION_TOKEN"])\n'
    built_shop.write(home, UP + note + CLIENTS + "print(whoami())")
    text = (home / "drills" / "shop.yaml").read_text()
    passed = "within: 40s\n      passed: [PULUMI_CONFIG_PASSPHRASE]"
    (home / "drills" / "shop.yaml").write_text(text.replace("within: 40s", passed))
    with mock.patch.dict(os.environ, {"SOMETHING_ELSE": "ours"}):
        found = run(here, "shop-replica")
    assert went_well(found), reasons(found)
    known = built_shop.noted(home)
    assert "SOMETHING_ELSE" not in known
    assert known["AWS_ACCESS_KEY_ID"] != os.environ["AWS_ACCESS_KEY_ID"]
    assert known["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert (known["DRO_COPY"], known["DRO_RUN"]) == (f"dro-{found.header.id}-shop-prod", found.header.id)
    assert known["AWS_REGION"] == "us-east-1"
    for secret in (known["AWS_SECRET_ACCESS_KEY"], known["AWS_SESSION_TOKEN"], "correct horse battery"):
        assert secret not in repr(found)
    built = next(each for each in found.steps if each.name == "wait until built")
    assert f":{OTHER}:assumed-role/{THERE.rpartition('/')[2]}/dro-{found.header.id}" in built.detail
    assert "***" in built.detail


def test_a_program_that_fails_is_told_with_its_exit_code_and_output(shop: Estate, here: wiring.App, home: Path) -> None:
    """FAILED, as an environment that its code does not make; what it made until then is taken down."""
    built_shop.write(home, UP + 'print("Error: no such module")\nsys.exit(3)')
    found = run(here, "shop-replica")
    assert ended(found) == (Verdict.FAILED, Cleanup.CLEAN)
    assert "ended with exit code 3: Error: no such module" in reasons(found)
    assert queues(shop) == []
    created = next(each for each in found.steps if each.name == "create environment")
    assert "made dro-" in created.detail


def test_a_program_that_hangs_is_ended_at_its_limit(shop: Estate, here: wiring.App, home: Path) -> None:
    """INCONCLUSIVE; it, and what it made, go."""
    built_shop.write(home, UP + "print(os.getpid(), file=open('pid', 'w'), flush=True)\ntime.sleep(600)")
    text = (home / "drills" / "shop.yaml").read_text()
    (home / "drills" / "shop.yaml").write_text(text.replace("within: 40s", "within: 5s"))
    found = run(here, "shop-replica")
    assert ended(found) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN), reasons(found)
    assert "was ended at its limit of 5 s" in reasons(found)
    assert queues(shop) == []
    with pytest.raises(ProcessLookupError):
        os.kill(int((home / "pid").read_text()), 0)


def test_a_stop_gets_through_to_the_program(shop: Estate, here: wiring.App, home: Path) -> None:
    """Its whole group ends, and the environment is taken down."""
    built_shop.write(home, UP + "open('begun', 'w').close()\ntime.sleep(600)")
    began = time.monotonic()
    look = stops.look

    def asked() -> None:
        if (home / "begun").exists():
            here.stop.set("by hand")
        look()

    with mock.patch.object(stops, "look", asked):
        found = run(here, "shop-replica")
    assert ended(found) == (Verdict.ABORTED, Cleanup.CLEAN), reasons(found)
    assert time.monotonic() - began < 35
    assert queues(shop) == []


def test_an_output_that_may_be_productions_is_not_asked_and_told_to_nobody(
    shop: Estate, here: wiring.App, home: Path
) -> None:
    """A public name without the copy's own, and one that bears production's: the checks say so, and what was asked."""
    more = """told = json.load(open(os.environ["DRO_OUTPUTS"]))
told |= {"Url": "https://shop.example.com/", "Db": "orders-prod.c1.us-east-1.rds.amazonaws.com"}
json.dump(told, open(os.environ["DRO_OUTPUTS"], "w"))\n"""
    built_shop.write(home, UP + more)
    found = run(here, "shop-replica")
    assert ended(found) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN), reasons(found)
    answers, jobs = found.checks
    assert "nothing was asked: the output Url of dro-" in answers.observed
    assert "shop.example.com, a name of the DNS that neither AWS gave nor bears the copy's name" in answers.observed
    assert sorted(jobs.figures["withheld"]) == ["Db", "Url"]
    assert jobs.outcome is Outcome.PASSED  # it needs neither


def test_what_stays_is_named_by_the_inventory(shop: Estate, here: wiring.App, home: Path) -> None:
    """Also what was made without the copy's name; what was there before, or is another run's, is not."""
    other = apart_app.client(shop, "sqs")
    other.create_queue(QueueName="somebodys", tags={"a": "b"})
    more = """sqs("CreateQueue", QueueName="dro-20260101-ffffffffff-theirs", tags={"a": "b"})
sqs("CreateQueue", QueueName="nameless", tags={"a": "b"})\n"""
    built_shop.write(home, UP + more, down=CLIENTS)
    found = run(here, "shop-replica")
    assert ended(found)[1] is Cleanup.LEFTOVERS
    told = reasons(found)
    assert f"arn:aws:sqs:us-east-1:{OTHER}:dro-{found.header.id}-shop-prod-jobs" in told
    assert f"arn:aws:sqs:us-east-1:{OTHER}:nameless (without the copy's name)" in told
    assert "somebodys" not in told
    assert "theirs" not in told
    other.delete_queue(QueueUrl=other.get_queue_url(QueueName="nameless")["QueueUrl"])
    built_shop.write(home)
    left = here.ledger.queries.run(found.header.id)
    assert all(each.gone for each in sweeping.sweep_run(here, left, "by hand"))
    assert queues(shop) == ["somebodys", "dro-20260101-ffffffffff-theirs"]
    emptied(shop)


def test_a_teardown_that_fails_leaves_what_is_named_and_a_sweep_runs_it_again(
    shop: Estate, here: wiring.App, home: Path
) -> None:
    """With its exit code; a table that the program made is of its copy: no orphan, and gone by the sweep."""
    built_shop.write(home, UP + MAKES_A_TABLE, down=CLIENTS + 'print("Error: locked")\nsys.exit(1)')
    found = run(here, "shop-replica")
    assert ended(found)[1] is Cleanup.LEFTOVERS
    assert "ended with exit code 1: Error: locked; still there: arn:aws:" in reasons(found)
    seen = sweeping.dry_run(here)
    table = f"dro-{found.header.id}-shop-prod-table"
    assert ([each.id for each in seen.proof.would_go or ()], seen.orphans) == ([table], [])
    built_shop.write(home, down=DOWN + DELETES_A_TABLE)
    done = sweeping.sweep(here)
    assert [each.id for each in done.proof.gone] == [table]
    assert (done.proof.others_gone, done.proof.shown, done.orphans) == ((), {}, [])
    assert queues(shop) == []


MAKES_A_TABLE = """
key = {"AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}], "BillingMode": "PAY_PER_REQUEST",
       "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}], "Tags": [{"Key": k, "Value": tags[k]} for k in tags]}
asked("dynamodb", "DynamoDB_20120810.CreateTable", {"TableName": f"{copy}-table", **key})
"""
DELETES_A_TABLE = """
asked("dynamodb", "DynamoDB_20120810.DeleteTable", {"TableName": f"{copy}-table"})
"""
SHORT = {"swept": ["within the command"], "resumed": ["after the command"]}
TRANSITIONS = {
    "inventory": mock.patch.object(BuiltEnvironment, "publish", die),
    "before the command": mock.patch.object(RunContext, "made", die),
    "within the command": mock.patch.object(outputs, "read", die),
    "after the command": mock.patch.object(BuiltEnvironment, "ready", die),
    "verify": mock.patch.object(Session, "verify", die),
}


@pytest.mark.parametrize("at", TRANSITIONS if FULL else SHORT["swept"])
def test_a_dead_run_is_swept(shop: Estate, here: wiring.App, at: str) -> None:
    """Wherever it died: nothing of it is left."""
    dead = killed_in(here, "shop-replica", TRANSITIONS[at])
    assert bool(queues(shop)) is (at not in ("inventory", "before the command"))
    assert all(each.gone for each in sweeping.sweep_run(here, dead, "by hand"))
    assert queues(shop) == []


@pytest.mark.parametrize("at", TRANSITIONS if FULL else SHORT["resumed"])
def test_a_dead_run_goes_on(shop: Estate, here: wiring.App, at: str) -> None:
    """What was not finished is done again, on what is there; its outputs are still known."""
    dead = killed_in(here, "shop-replica", TRANSITIONS[at])
    found = resumed(here, dead)
    assert went_well(found), reasons(found)
    assert queues(shop) == []


def test_without_its_drill_file_nobody_calls_it_gone(shop: Estate, here: wiring.App, home: Path) -> None:
    """What takes it down is not known any more: it is a leftover, and what to do is said."""
    dead = killed_in(here, "shop-replica", TRANSITIONS["verify"])
    file = home / "drills" / "shop.yaml"
    file.write_text(file.read_text().replace("id: shop-prod", "id: another"))
    for known in ("catalogue", "declared"):
        here.__dict__.pop(known, None)
    (swept,) = sweeping.sweep_run(here, dead, "by hand")
    assert swept.state is CopyState.LEFTOVER
    assert "nothing says any more how environment is taken down" in swept.why
    emptied(shop)


def test_a_plan_looks_for_the_programs_and_takes_the_inventory(here: wiring.App, home: Path) -> None:
    """Nothing is run by it."""
    told = {each.name: each.words for each in plan(here, "shop-replica").preflight.looks}
    assert "up.py" in told["programs"]
    assert told["inventory of the account"] == "0 objects there before"
    assert not (home / "environment.json").exists()


def test_a_program_that_is_not_there_is_told_before_anything_is_made(shop: Estate, home: Path) -> None:
    """By plan and run."""
    with built_shop.world(shop, home, SHOP.replace("destroy: [", "destroy: [./no-such-program, ")) as here:
        (blocker,) = plan(here, "shop-replica").preflight.blockers
        assert blocker.words == "no such program: ./no-such-program"
        found = run(here, "shop-replica")
    assert ended(found)[0] is Verdict.INCONCLUSIVE
    assert found.copies == ()


def test_a_program_is_not_lent_the_machines_own_login(shop: Estate, here: wiring.App, home: Path) -> None:
    """No role, no program; what is not set is asked for as well."""
    text = (home / "drills" / "shop.yaml").read_text()
    (home / "drills" / "shop.yaml").write_text(text.replace("within: 40s", "within: 40s\n      passed: [NOT_SET]"))
    (blocker,) = plan(here, "shop-replica").preflight.blockers
    assert blocker.words == "not set here: NOT_SET"
    with pytest.raises(NotMeasured, match="no role is declared"):
        shop.toolkit.account.lent()
