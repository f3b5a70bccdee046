"""`dro silences`: the copies that stand and their silences, synced by whoever asks, while no drill waits for it."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.cli import main
from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.errors import Exit
from dr_orchestrator.settings import Pace, Settings
from dr_orchestrator.wiring import App, notifying
from dr_orchestrator.wiring.silences import beside
from tests.support import workspace
from tests.support.fakes import FakeClock
from tests.support.ledger_samples import copy, header
from tests.support.receivers.alerts import CUT, SECRET, SILENT, TOKEN, Alerts, alerting

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
TIERS = (
    workspace.TIERS
    + """
silences:
  alertmanager: {url_env: DR_ALERTS_URL, token_env: DR_ALERTS_TOKEN, matchers: {db: "{id}"}}
"""
)


@dataclass
class World:
    """A workspace, and an Alertmanager by the same clock."""

    here: App
    alerts: Alerts
    clock: FakeClock
    home: Path

    def made(self, name: str = "r-1") -> Copy:
        """A copy of a run that is driven."""
        ledger, meant = self.here.ledger, copy(name)
        ledger.open_run(header(name))
        ledger.leases.take(name, "run:1", timedelta(seconds=30))
        ledger.intend_copy(meant, NOW)
        return meant


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The workspace, in which the commands run."""
    clock, home = FakeClock(NOW), tmp_path / "home"
    made = workspace.write(home, tiers=TIERS)
    here = App(Settings(made.home, made.database_url, Pace(), made.bundled), clock, machine=clock)
    with alerting(clock) as alerts, wiring.using(here):
        monkeypatch.setenv("DR_ALERTS_URL", alerts.url)
        monkeypatch.setenv("DR_ALERTS_TOKEN", TOKEN)
        monkeypatch.chdir(home)
        yield World(here, alerts, clock, home)
        here.ledger.close()


def told(capsys: pytest.CaptureFixture[str], *words: str, code: Exit = Exit.PASSED) -> str:
    assert main.run([*words]) == code
    return capsys.readouterr().out


def test_the_copies_that_stand_are_listed_with_their_silences(there: World, capsys: pytest.CaptureFixture[str]) -> None:
    """By the ledger, for programs and for people; what is gone is not."""
    meant = there.made()
    (before,) = json.loads(told(capsys, "silences", "--json"))
    assert before["silence"]["state"] == "none"
    assert before["silence"]["why"] == "the next sync makes it"
    told(capsys, "silences", "sync")
    (after,) = json.loads(told(capsys, "silences", "--json"))
    assert {name: after[name] for name in ("id", "type", "region", "account", "run", "since", "until")} == {
        "id": "drill-r-1",
        "type": "rds-instance",
        "region": "eu-west-2",
        "account": "111122223333",
        "run": "r-1",
        "since": "2026-11-23T15:00:00Z",
        "until": "2026-11-23T15:15:00Z",
    }
    assert after["silence"] == {
        "state": "stands",
        "id": there.alerts.standing[0]["id"],
        "ends_at": "2026-11-23T15:15:00Z",
        "matchers": {"db": "drill-r-1"},
        "tries": 1,
        "why": None,
    }
    assert "1 copy; 1 silenced." in told(capsys, "silences")
    there.here.ledger.change_copy(meant, CopyState.DELETED, NOW)
    told(capsys, "silences", "sync")
    assert told(capsys, "silences", "--json").strip() == "[]"


def test_a_copy_that_is_gone_is_listed_while_its_silence_may_stand(
    there: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Counted apart, until a sync has ended that."""
    meant = there.made()
    told(capsys, "silences", "sync")
    there.here.ledger.change_copy(meant, CopyState.DELETED, NOW)
    (found,) = json.loads(told(capsys, "silences", "--json"))
    assert (found["state"], found["silence"]["state"]) == ("deleted", "stands")
    assert found["silence"]["why"] == "its copy is gone: the next sync ends it"
    assert "0 copies; 0 silenced; 1 silence of a copy that is gone." in told(capsys, "silences")


def test_a_silence_that_has_ended_is_not_told_as_standing(there: World, capsys: pytest.CaptureFixture[str]) -> None:
    """With the day on which it ended; it counts for none."""
    there.made()
    told(capsys, "silences", "sync")
    assert "stands until 2026-11-23 15:15 UTC" in " ".join(told(capsys, "silences").split())
    there.clock.sleep(901)
    (found,) = json.loads(told(capsys, "silences", "--json"))
    assert (found["silence"]["state"], found["silence"]["ends_at"]) == ("ended", "2026-11-23T15:15:00Z")
    assert "ended by itself" in found["silence"]["why"]
    out = told(capsys, "silences")
    assert "ended 2026-11-23 15:15 UTC" in " ".join(out.split())
    assert "1 copy; 0 silenced." in out


def test_with_a_broken_drill_file_silences_are_ended_alone(there: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Production's names are not known then: none is silenced by one of them, and that is told, with 3."""
    gone = there.made()
    told(capsys, "silences", "sync")
    there.here.ledger.change_copy(gone, CopyState.DELETED, NOW)
    there.here.ledger.open_run(header("r-2"))
    there.here.ledger.leases.take("r-2", "run:1", timedelta(seconds=30))
    there.here.ledger.intend_copy(copy("r-2", id="sessions-prod"), NOW)
    for known in ("catalogue", "declared", "names", "sources"):
        there.here.__dict__.pop(known, None)
    (there.home / "drills" / "shop.yaml").write_text("service: [")
    done = json.loads(told(capsys, "silences", "sync", "--json", code=Exit.INCONCLUSIVE))
    assert done["ended"] == ["rds-instance drill-r-1 of run r-1"]
    (left,) = done["left"]
    assert "drills/shop.yaml" in left["why"]
    assert "`dro check`" in left["why"]
    assert there.alerts.standing == []
    assert len(there.alerts.held) == 1
    (found,) = json.loads(told(capsys, "silences", "--json"))
    assert "drills/shop.yaml" in found["silence"]["why"]
    with beside.kept(there.here):
        pass
    assert len(there.alerts.held) == 1


def test_silences_that_nobody_declares_any_more_are_told(there: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody knows from here where they stand: they end by themselves, and until then the sync ends with 3."""
    there.made()
    told(capsys, "silences", "sync")
    (there.home / "drills" / "tiers.yaml").write_text(workspace.TIERS)
    there.here.__dict__.pop("silencing")
    assert "declares no `silences` any more" in told(capsys, "silences", "sync", code=Exit.INCONCLUSIVE)
    there.clock.sleep(1801)
    assert "0 left" in told(capsys, "silences", "sync")


def test_whoever_asks_has_each_looked_at(there: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever its age: what Alertmanager lost is made anew at once."""
    there.made()
    told(capsys, "silences", "sync")
    there.alerts.held.clear()
    beside.now(there.here)
    assert there.alerts.held == {}
    assert "1 made" in told(capsys, "silences", "sync")


def test_a_sync_makes_and_ends_them(there: World, capsys: pytest.CaptureFixture[str]) -> None:
    """0 where nothing is left, 3 else, with why."""
    meant = there.made()
    assert "1 made" in told(capsys, "silences", "sync")
    there.here.ledger.change_copy(meant, CopyState.DELETED, NOW)
    there.alerts.answers["DELETE"] = [403]
    assert "the right to make silences" in told(capsys, "silences", "sync", code=Exit.INCONCLUSIVE)
    done = json.loads(told(capsys, "silences", "sync", "--json"))
    assert done == {
        "made": [],
        "prolonged": [],
        "ended": ["rds-instance drill-r-1 of run r-1"],
        "left": [],
        "in_line": True,
    }
    assert there.alerts.standing == []


def test_without_its_variable_it_is_told_where_it_should_be(
    there: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By file, line and key: a mistake of the user's, and nothing of a drill's."""
    there.made()
    monkeypatch.delenv("DR_ALERTS_URL")
    assert main.run(["silences", "sync"]) == Exit.USAGE
    err = capsys.readouterr().err
    assert "DR_ALERTS_URL (drills/tiers.yaml:" in err
    assert "silences.alertmanager.url_env) is not set" in err
    with beside.kept(there.here):
        pass


def test_where_nothing_is_declared_nothing_is_asked(tmp_path: Path) -> None:
    """No ledger, no thread: a workspace without silences pays nothing."""
    here = workspace.world(tmp_path / "home", FakeClock(NOW))
    with beside.kept(here):
        beside.now(here)
    assert "ledger" not in here.__dict__


def test_silences_are_kept_beside_a_drill(there: World) -> None:
    """Made while it runs, and ended with its copy by the last round, before the process goes on."""
    with beside.kept(there.here), beside.kept(there.here):
        meant = there.made()
    assert len(there.alerts.standing) == 1
    with beside.kept(there.here):
        there.here.ledger.change_copy(meant, CopyState.DELETED, NOW)
    assert there.alerts.standing == []
    assert beside._keepers == {}


def test_notices_sync_sees_to_silences_too(there: World) -> None:
    """Though no channel is declared."""
    there.made()
    assert notifying.sync(there.here).in_line
    assert len(there.alerts.standing) == 1


def test_no_drill_fails_by_it(there: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever goes wrong is a warning, once; whoever leaves at once waits for nobody."""
    there.made()
    there.alerts.answers["GET"] = [500, 500, 500, 500]
    with beside.kept(there.here):
        pass
    assert caplog.text.count("answers 500") <= 2
    assert "`dro silences sync` tries again" in caplog.text
    there.alerts.answers["GET"] = [SILENT]
    there.here.stop_now.set()
    with beside.kept(there.here):
        pass
    beside.now(there.here)

    def broken(*_: object) -> None:
        raise RuntimeError("no ledger")

    monkeypatch.setattr(type(there.here.ledger.silences), "standing", broken)
    there.here.stop_now.clear()
    with beside.kept(there.here):
        pass
    assert "no ledger" in caplog.text


def test_a_second_stop_ends_the_wait_for_the_last_round(there: World) -> None:
    """It is looked for again and again, not only before."""
    keeper = beside.Keeper(there.here)
    joined: list[float | None] = []

    class Hangs(threading.Thread):
        """A round that does not end; the stop comes while it is waited for."""

        def join(self, timeout: float | None = None) -> None:
            joined.append(timeout)
            there.here.stop_now.set()

        def is_alive(self) -> bool:
            return True

    keeper.thread = Hangs()
    keeper.end()
    assert len(joined) == 1
    assert joined[0] is not None
    assert joined[0] <= 1


def test_no_output_holds_a_secret(
    there: World, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Neither of the URL nor the token, whatever goes wrong, at any level of logging; nor does the ledger."""
    caplog.set_level(logging.DEBUG)
    there.made()
    there.alerts.answers |= {"GET": [401, 500, 500, 302], "POST": [400, CUT]}
    for _ in range(6):
        main.run(["silences", "sync"])
    main.run(["silences", "--json"])
    out, err = capfd.readouterr()
    kept = b"".join(path.read_bytes() for path in there.home.rglob("*.db*"))
    assert there.alerts.tokens == {f"Bearer {TOKEN}"}
    for secret in (SECRET, TOKEN, str(there.alerts.port)):
        assert secret not in out + err + caplog.text
    for secret in (SECRET, TOKEN):
        assert secret.encode() not in kept
