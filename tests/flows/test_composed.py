"""What docker-compose.yml starts, as plain processes: a quarter outlives a worker, the server and both databases."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup
from dr_orchestrator.lab import Lab
from dr_orchestrator.lab.programs import free_port
from dr_orchestrator.ledger.ledger import connect
from dr_orchestrator.settings import CHECKOUT, Pace
from dr_orchestrator.wiring.lab import serve
from tests.support import postgres_server, workspace
from tests.support.composed import Composed, end
from tests.support.postgres_server import Server
from tests.support.prefect_server import DWA, PATIENCE, hold, release, tables

pytestmark = [pytest.mark.slow, pytest.mark.campaign(0), pytest.mark.xdist_group("prefect")]
FACTOR = 10.0
"""A lease of half a minute holds for three seconds: a database is back by then."""
SECRETS = {"DRO_DB_PASSWORD": "ledger1", "PREFECT_DB_PASSWORD": "prefect1", "PREFECT_AUTH": "dro:auth1"}
NAMES = ("config-first", "config-second", "config-third")
QUARTERLY = "quarterly/quarterly"


@dataclass
class Team:
    """A team's server: two databases, Prefect, and two workers."""

    composed: Composed
    lab: Lab
    api: str
    ledger_url: str
    ledger_server: Server
    prefect_server: Server
    prefect: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def runs(self) -> list[Run]:
        """All runs of the ledger, the newest first."""
        return connect(self.ledger_url, own=True).queries.runs(99)

    def open_run(self) -> Run | None:
        """The run whose copy AWS is restoring."""
        return next(
            (each for each in self.runs() if each.closing is None and any(row.identity for row in each.copies)), None
        )

    def green(self) -> set[str]:
        """The drills that passed."""
        return {each.header.drill for each in self.runs() if each.closing is not None and each.closing.verdict.green}

    def ask(self, path: str, body: dict[str, object]) -> list[dict[str, Any]]:
        """What the API answers to whoever knows its password."""
        user, _, password = SECRETS["PREFECT_AUTH"].partition(":")
        answer = httpx.post(f"{self.api}{path}", json=body, auth=(user, password), trust_env=False)
        answer.raise_for_status()
        return list(answer.json())

    def command(self, *words: str) -> str:
        """A command of Prefect's, typed on the server."""
        done = subprocess.run(
            ["prefect", *words],
            env=self.composed.environment("worker"),
            cwd=self.composed.home,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def deploy(self) -> None:
        """The deployments, as the service makes them."""
        deploying = self.composed.start("deployments")
        assert deploying.wait(PATIENCE) == 0, (self.composed.home / "deployments.log").read_text()

    def work(self) -> None:
        """One worker more."""
        port = str(free_port())
        self.workers.append(self.composed.start("worker", PREFECT_WORKER_WEBSERVER_PORT=port))
        wait(lambda: answers(f"http://127.0.0.1:{port}/health"), "the worker's health")

    def kill_the_worker_of(self, run: Run) -> None:
        """Worker and flow die at once: nobody is left who could tell Prefect."""
        lease = connect(self.ledger_url, own=True).leases.lease(run.header.id)
        assert lease is not None
        flow = int(lease.holder.split(":")[1])
        (worker,) = (each for each in self.workers if each.pid in ancestors(flow))
        end(worker)
        os.kill(flow, signal.SIGKILL)
        self.workers.remove(worker)

    def restart_all(self) -> None:
        """The server and both databases end as at a loss of power, and are started again."""
        end(self.prefect)
        for database in (self.ledger_server, self.prefect_server):
            database.stop()
            database.start()
        self.prefect = self.composed.start("prefect")
        wait(lambda: answers(f"{self.api}/health"), "Prefect's health")


def ancestors(pid: int) -> list[int]:
    """A process, and those from which it came."""
    found = [pid]
    while found[-1] > 1:
        found.append(int(Path(f"/proc/{found[-1]}/stat").read_text().rpartition(")")[2].split()[1]))
    return found


def answers(url: str) -> bool:
    """Whether a server answers well."""
    try:
        return httpx.get(url, trust_env=False, timeout=5).is_success
    except httpx.HTTPError:
        return False


def wait(until: Callable[[], object], what: str) -> None:
    """Wait for what other processes do: there is no clock of ours to move."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        try:
            if until():
                return
        except Exception:  # a database may be starting: it is asked again, and told only where time is up
            if time.monotonic() + 5 > give_up:
                raise
        time.sleep(0.3)
    pytest.fail(f"not reached within {PATIENCE} s: {what}")


def owned(server: Server, name: str, password: str) -> str:
    """A database of that name and its owner's, as the image makes it; where it is: host and port."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        if name != postgres_server.USER:
            connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{password}'")
        else:
            connection.execute(f"ALTER ROLE {name} PASSWORD '{password}'")
        connection.execute(f"CREATE DATABASE {name} OWNER {name}")
    return f"127.0.0.1:{server.port}"


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    programs = postgres_server.programs_with("pg_trgm")  # Prefect wants it, and what pip installs has no extensions
    assert programs is not None, "apt-get install --no-install-recommends postgresql"
    workspace.write(tmp_path)
    (tmp_path / "prefect.yaml").write_text((CHECKOUT / "prefect.yaml").read_text())
    check = DWA[DWA.index("  table-pitr:") :]
    drills = "".join(check.replace("table-pitr", name) for name in NAMES)
    (tmp_path / "drills" / "shop.yaml").write_text(DWA[: DWA.index("  table-pitr:")] + drills)
    origin = time.time()
    with ExitStack() as within:
        lab = within.enter_context(serve(PacedClock(Pace(FACTOR, origin)), estate=True))
        ledger, own = (within.enter_context(postgres_server.running(programs)) for _ in range(2))
        port = free_port()
        places = {
            "postgres:5432": owned(ledger, "dro", SECRETS["DRO_DB_PASSWORD"]),
            "prefect-database:5432": owned(own, "prefect", SECRETS["PREFECT_DB_PASSWORD"]),
            "prefect:4200": f"127.0.0.1:{port}",
            "/workspace": str(tmp_path),
        }
        more = {
            **lab.environment(),
            "DRO_CLOCK_PACE": f"{FACTOR}@{origin}",
            "PREFECT_HOME": str(tmp_path / "prefect"),
            "PREFECT_SERVER_API_HOST": "127.0.0.1",
            "PREFECT_SERVER_API_PORT": str(port),
            "PREFECT_WORKER_WEBSERVER_HOST": "127.0.0.1",
            "PREFECT_CLI_PROMPT": "false",
        }
        composed = Composed(tmp_path, SECRETS, places, more)
        url = composed.environment("worker")["DRO_DATABASE_URL"]
        made = Team(composed, lab, f"http://127.0.0.1:{port}/api", url, ledger, own, composed.start("prefect"))
        within.callback(lambda: [end(each) for each in (*made.workers, made.prefect)])
        wait(lambda: answers(f"{made.api}/health"), "Prefect's health")
        yield made


def test_a_quarter_outlives_a_worker_the_server_and_the_databases(team: Team) -> None:
    """Every drill ends proven, none twice; what died is told, and its copy is gone."""
    assert httpx.post(f"{team.api}/flows/filter", json={}, trust_env=False).status_code == httpx.codes.UNAUTHORIZED
    team.deploy()
    before = tables(team.lab)
    hold(team.lab)
    team.work()
    team.work()
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 90 - 86400))
    team.command("deployment", "schedule", "create", QUARTERLY, "--interval", "86400", "--anchor-date", soon)

    wait(team.open_run, "a run of the scheduled quarter")
    died = team.open_run()
    assert died is not None
    team.kill_the_worker_of(died)
    release(team.lab)
    team.work()
    team.command("deployment", "run", "sweep/sweep")
    wait(lambda: ended(team, died), "the end of the run that died")

    hold(team.lab)
    team.command("deployment", "run", QUARTERLY)
    wait(lambda: (found := team.open_run()) and found.header.id != died.header.id, "the next run of the quarter")
    team.restart_all()
    release(team.lab)
    for _ in range(3):
        wait(lambda: team.open_run() is None and not begun(team), "the end of what is under way")
        if team.green() == {*NAMES}:
            break
        team.command("deployment", "run", "sweep/sweep")
        team.command("deployment", "run", QUARTERLY)
        wait(lambda: begun(team) or team.green() == {*NAMES}, "the quarter once more")

    runs = team.runs()
    assert all(each.closing is not None for each in runs)
    passed = [each.header.drill for each in runs if each.closing is not None and each.closing.verdict.green]
    assert sorted(passed) == sorted(NAMES)
    assert {each.closing.cleanup for each in runs if each.closing is not None} == {Cleanup.CLEAN}
    assert tables(team.lab) == before
    assert ended(team, died)


def ended(team: Team, run: Run) -> bool:
    """Whether a run is closed."""
    return next(each for each in team.runs() if each.header.id == run.header.id).closing is not None


def begun(team: Team) -> list[dict[str, Any]]:
    """The flow runs that Prefect shows as running, or about to."""
    under_way: dict[str, object] = {"state": {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}}
    return team.ask("/flow_runs/filter", {"flow_runs": under_way})
