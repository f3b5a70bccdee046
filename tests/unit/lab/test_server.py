"""The lab answers its own machine alone, in words that AWS clients understand, and remembers what it was asked."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from dr_orchestrator.errors import LabError
from dr_orchestrator.lab import Lab
from dr_orchestrator.wiring.lab import serve
from tests.support.fakes import FakeClock
from tests.support.labs import client, get, refused

pytestmark = pytest.mark.slow


def test_the_lab_answers_only_its_own_machine(lab: Lab) -> None:
    """Bound to loopback; a request under another name, or from a web page, is refused."""
    assert lab.endpoint.startswith("http://127.0.0.1:")
    assert get(f"{lab.endpoint}/lab/state")[0] == 200
    assert get(f"{lab.endpoint}/lab/state", Host="evil.example")[0] == 403
    assert get(f"{lab.endpoint}/lab/state", Origin="https://evil.example")[0] == 403


def test_moto_cannot_be_reset_from_outside(lab: Lab) -> None:
    """moto's own control pages are closed."""
    assert get(f"{lab.endpoint}/moto-api/data.json")[0] == 403


def test_what_the_lab_does_not_have_is_said_to_be_missing(lab: Lab) -> None:
    """A missing API is an error of its protocol that no client retries, never a page of HTML."""
    assert refused(client(lab, "rds").describe_db_engine_versions) == "NotImplemented"
    assert refused(client(lab, "dynamodb").list_global_tables) == "NotImplemented"
    assert refused(client(lab, "backup").list_copy_jobs) == "NotImplemented"


def test_the_journal_tells_every_call(lab: Lab) -> None:
    """Service, action, parameters and status of each call are kept, passwords are not."""
    client(lab, "rds").create_db_instance(
        DBInstanceIdentifier="one",
        DBInstanceClass="db.m6g.large",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="one",
        MasterUserPassword="not-to-be-kept",
    )
    last = lab.journal[-1]
    assert (last.service, last.action, last.status) == ("rds", "CreateDBInstance", 200)
    assert last.params["DBInstanceIdentifier"] == "one"
    assert "not-to-be-kept" not in str(get(f"{lab.endpoint}/lab/journal")[1])


def test_labs_follow_one_another_without_a_trace(clock: FakeClock) -> None:
    """A new lab in the same process is empty, and tells the time of its own clock."""
    for start in (clock.now(), clock.now() + timedelta(days=3)):
        its_clock = FakeClock(start)
        with serve(its_clock) as lab:
            ddb = client(lab, "dynamodb")
            assert ddb.list_tables()["TableNames"] == []
            ddb.create_table(
                TableName="left-behind",
                KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )
            its_clock.sleep(60)
            made = ddb.describe_table(TableName="left-behind")["Table"]["CreationDateTime"]
            assert made == start


def test_the_sample_company_is_there_and_lives(clock: FakeClock) -> None:
    """Instances, clusters, snapshots, table and stack of the company; snapshots and canaries go on as time passes."""
    with serve(clock, estate=True) as lab:
        state = get(f"{lab.endpoint}/lab/state")[1]
        members = {each for cluster in state["clusters"].values() for each in cluster["members"]}
        alone = {name: each for name, each in state["instances"].items() if name not in members}
        assert sorted(alone) == [
            f"{name}-prod" for name in ("analytics", "bitbucket", "confluence", "images", "jira", "platform")
        ]
        assert sorted(state["clusters"]) == ["statuspage-prod", "trello-prod"]
        assert len(members) == len(state["instances"]) - len(alone) == 3
        assert all(each["multi_az"] for each in alone.values())
        assert [name for name, each in alone.items() if not each["deletion_protection"]] == ["analytics-prod"]
        assert [each["name"] for each in state["stacks"].values()] == ["dwa-prod"]
        snapshots = len(state["snapshots"])
        clock.sleep(24 * 3600)
        item = client(lab, "dynamodb").get_item(TableName="dwa-prod-config", Key={"pk": {"S": "canary"}})["Item"]
        assert item["at"]["S"] == clock.now().isoformat(timespec="microseconds")
        after = get(f"{lab.endpoint}/lab/state")[1]
        assert after["defects"] == []
        newest = max(each["created"] for each in after["snapshots"].values() if each["instance"] == "images-prod")
        assert newest > (clock.now() - timedelta(hours=7)).replace(tzinfo=None).isoformat()
        assert abs(len(after["snapshots"]) - snapshots) <= 6


def test_a_real_database_needs_a_clock_that_runs(tmp_path: Path) -> None:
    """A virtual clock is refused: commits carry the machine's time."""
    with pytest.raises(LabError, match="clock that runs"), serve(FakeClock(), postgres=True, state=tmp_path):
        pass


def test_one_process_has_one_lab(lab: Lab) -> None:
    """A second lab at the same time is refused, for moto's state is the process's."""
    with pytest.raises(LabError, match="already runs in this process"), serve(FakeClock()):
        pass
