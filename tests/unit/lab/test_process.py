"""The background lab is found, reused, ended, and cleared away after it was killed."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from dr_orchestrator import lab
from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.errors import LabError
from dr_orchestrator.lab.orphans import command_line, end_orphans
from dr_orchestrator.resources import TYPES
from dr_orchestrator.settings import load, shipped
from dr_orchestrator.wiring.company import FILE, company
from tests.support.labs import client, get

pytestmark = pytest.mark.slow


def servers(root: Path) -> list[int]:
    """The database servers whose data is under a folder."""
    locks = root.glob("clusters/*/postmaster.pid")
    pids = [int(lock.read_text().split("\n", 1)[0]) for lock in locks]
    return [pid for pid in pids if str(root) in " ".join(command_line(pid))]


def test_a_lab_is_started_once_killed_cleared_and_stopped(tmp_path: Path) -> None:
    """Start, start again, login as the secret says, SIGKILL, start anew, stop: nothing is left at the end."""
    info = lab.start(tmp_path, factor=60)
    try:
        assert lab.start(tmp_path) == lab.read(tmp_path) == info
        assert stat.S_IMODE((tmp_path / "lab.json").stat().st_mode) == 0o600
        clock = PacedClock(load({**info.environment(), "DRO_HOME": str(tmp_path)}).pace)
        state = get(f"{info.endpoint}/lab/state")[1]
        assert abs((clock.now().timestamp() - time.time() * 60) - info.origin * -59) < 600
        assert {each["status"] for each in state["instances"].values()} == {"available"}
        assert newest_heartbeat_age(info.endpoint, clock) < 3600
        root = Path((tmp_path / "lab.data").read_text())
        before = servers(root)
        assert len(before) == len(company(shipped() / FILE, TYPES).databases)
        os.kill(info.pid, signal.SIGKILL)
        while command_line(info.pid):
            time.sleep(0.01)
        assert lab.read(tmp_path) is None
        info = lab.start(tmp_path, postgres=False)
        assert not root.exists()
        assert not [pid for pid in before if str(root) in " ".join(command_line(pid))]
    finally:
        assert lab.stop(tmp_path)
    assert lab.read(tmp_path) is None
    assert not command_line(info.pid)
    assert not lab.stop(tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["lab.log", "lab.starting"]


def newest_heartbeat_age(endpoint: str, clock: PacedClock) -> float:
    secret = client(endpoint, "secretsmanager").get_secret_value(SecretId="prod/jira-db")["SecretString"]
    login = json.loads(secret)
    place = client(endpoint, "rds").describe_db_instances(DBInstanceIdentifier="jira-prod")["DBInstances"][0][
        "Endpoint"
    ]
    with psycopg.connect(
        host=place["Address"],
        port=place["Port"],
        user=login["username"],
        password=login["password"],
        dbname=login["dbname"],
    ) as connection:
        row = connection.execute("SELECT max(at) FROM heartbeat").fetchone()
        shape = connection.execute("SELECT * FROM heartbeat WHERE id = 0")
        assert [column.name for column in shape.description or []] == ["id", "sequence", "at"]  # as `dro canary` writes
        assert shape.fetchone() is not None
    assert row is not None
    return float((clock.now() - row[0]).total_seconds())


def test_a_process_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    """A pid that a stranger has by now is not killed, whatever a left-over file says."""
    folder = tmp_path / "clusters" / "jira-prod"
    folder.mkdir(parents=True)
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        (folder / "postmaster.pid").write_text(f"{stranger.pid}\n")
        assert end_orphans(tmp_path) == []
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_time_that_stands_still_is_refused(tmp_path: Path) -> None:
    """A factor of 0 is a usage error, told before anything is started."""
    with pytest.raises(LabError, match="cannot run at"):
        lab.start(tmp_path, factor=0)
