"""`dro notices` and `dro announce`: each event of the ledger is told once, in the right channel, and no secret is."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.cli import main
from dr_orchestrator.domain.notices import seeing
from dr_orchestrator.domain.notices.event import Event
from dr_orchestrator.domain.programme import Exercise
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import Exit
from dr_orchestrator.notify.delivering import Delivered
from dr_orchestrator.wiring import App, notifying
from dr_orchestrator.wiring.notices import delivering, raising, telling
from dr_orchestrator.wiring.notices.raising import notice
from tests.support import workspace
from tests.support.fakes import FakeClock
from tests.support.ledger_samples import write
from tests.support.receivers.hook import CUT, HEADER, SECRET, Hook, hooked
from tests.support.receivers.standing import Lent, standing_post
from tests.support.tracked import found, run

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TIERS = (
    workspace.TIERS
    + """
calendar: {window: {days: [mon, tue, wed, thu, fri], since: "09:00", until: "16:00", timezone: America/New_York}}
notices:
  channels:
    team: {url_env: DR_TEAM_URL, events: [announced, reminder, started, held, verdict, leftovers]}
    managers: {url_file: managers.url, events: [overdue, contacts]}
  remind_before: [7d, 1d]
"""
)


@dataclass
class World:
    """A workspace whose two channels are one hook."""

    here: App
    hook: Hook
    clock: FakeClock
    home: Path

    @property
    def titles(self) -> list[str]:
        """What arrived, in order."""
        return [each["title"].removeprefix("EXERCISE: ") for each in self.hook.took]


@pytest.fixture(scope="module")
def post() -> Iterator[Lent]:
    """The process that sends, the same for all."""
    with standing_post() as lent:
        yield lent


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, post: Lent) -> Iterator[World]:
    """The workspace; the channels are known since two hours before now."""
    clock = FakeClock(NOW - 2 * HOUR)
    monkeypatch.setenv("DRO_OPERATOR", "ada")
    monkeypatch.setattr(delivering, "ApprisePost", lambda: post)
    with hooked() as hook:
        home = tmp_path / "home"
        here = workspace.world(home, clock, tiers=TIERS)
        monkeypatch.setenv("DR_TEAM_URL", hook.url)
        (home / "managers.url").write_text(f"{hook.url}\n")
        monkeypatch.chdir(home)
        here.ledger.notices.raise_([], here.notices, clock.now())
        clock.sleep(7200)
        with wiring.using(here):
            yield World(here, hook, clock, home)


def told(capsys: pytest.CaptureFixture[str], *words: str, code: Exit = Exit.PASSED) -> str:
    assert main.run([*words]) == code
    return capsys.readouterr().out


def exercise(there: World, name: str = "q4-1", **more: object) -> Exercise:
    made = Exercise(name, "Quarterly drills", "prove", "2026-Q4", NOW - HOUR, ("a", "b"), {}, 2, False, 1.0, "local")
    there.here.ledger.open_exercise(replace(made, **more))  # type: ignore[arg-type]
    return made


def test_an_exercise_is_told_by_its_start_and_its_verdict(there: World) -> None:
    """One message each for all of its runs; its leftovers at once, by the run; none of it is told again."""
    exercise(there)
    for name, cleanup in (("a", Cleanup.CLEAN), ("b", Cleanup.LEFTOVERS)):
        why = ("x is left",) if name == "b" else ()
        of = run(f"r-{name}", NOW - HOUR, Verdict.FAILED, drill=name, cleanup=cleanup, cleanup_reasons=why)
        write(there.here.ledger, replace(of, header=replace(of.header, exercise="q4-1")))
    notifying.sync(there.here)
    assert "Quarterly drills (q4-1) has started" in there.titles
    assert [each for each in there.titles if "copies may be left (LEFTOVERS)" in each] == [
        "b of Orders (run r-b): copies may be left (LEFTOVERS)"
    ]
    there.here.ledger.close_exercise("q4-1", NOW, Verdict.FAILED)
    for _ in range(3):
        notifying.sync(there.here)
    assert there.titles.count("Quarterly drills (q4-1): FAILED") == 1
    assert there.titles.count("Quarterly drills (q4-1) has started") == 1
    assert not [each for each in there.titles if "r-a" in each]
    (verdict,) = (each["message"] for each in there.hook.took if ": FAILED" in each["title"])
    assert "EXERCISE: - a: FAILED, RTO no target" in verdict
    assert "Clean-up: LEFTOVERS" in verdict


def test_a_run_outside_of_exercises_is_told_itself(there: World) -> None:
    """Its start, its end, what aborted as such; of a rehearsal nothing."""
    write(there.here.ledger, run("r-1", NOW - HOUR, Verdict.ABORTED, drill="a", measured=False))
    write(there.here.ledger, run("r-2", NOW - HOUR, simulated=True, drill="b"))
    notifying.sync(there.here)
    assert there.titles[:2] == ["a of Orders (run r-1) has started", "a of Orders (run r-1) was stopped: ABORTED"]
    assert not [each for each in there.titles if "r-2" in each]


def test_old_news_is_told_to_nobody(there: World) -> None:
    """Neither what ended before the channel was known, nor what nobody looked at for a week."""
    write(there.here.ledger, run("r-1", NOW - DAY, drill="a"))
    write(there.here.ledger, run("r-2", NOW - HOUR, drill="b"))
    there.clock.sleep(8 * 86400)
    notifying.sync(there.here)
    assert not [each for each in there.titles if "run r-" in each]


def test_what_began_long_ago_and_ends_now_is_told(there: World) -> None:
    """A run that was swept after a fortnight, and an exercise, with all of its runs."""
    long = 15 * DAY
    exercise(there, started_at=NOW - long)
    for name, more in (("a", {"exercise": "q4-1"}), ("b", {"exercise": "q4-1"}), ("c", {})):
        of = run(f"r-{name}", NOW - long, Verdict.ABORTED, drill=name, measured=False)
        closing = replace(of.closing, ended_at=NOW if name == "c" else NOW - long + HOUR)
        write(there.here.ledger, replace(of, header=replace(of.header, **more), closing=closing))
    there.here.ledger.close_exercise("q4-1", NOW, Verdict.ABORTED)
    notifying.sync(there.here)
    assert "c of Orders (run r-c) was stopped: ABORTED" in there.titles
    (ended,) = (each["message"] for each in there.hook.took if "(q4-1) was stopped" in each["title"])
    assert "has no run" not in ended


def test_what_is_on_no_day_of_the_calendar_is_announced_once_a_day(there: World) -> None:
    """And again another day."""
    when = [NOW, NOW + HOUR, NOW + 400 * DAY]
    seen = [seeing.announced([], ["orders"], "ada", "", at) for at in when]
    made = [there.here.ledger.notices.raise_([each], there.here.notices, NOW) for each in seen]
    assert [len(each) for each in made] == [1, 0, 1]


def test_overdue_findings_are_told_once_a_quarter(there: World) -> None:
    """In one message, though it is looked every day."""
    for name in ("a", "b"):
        failed = run(f"r-{name}", NOW, Verdict.FAILED, drill=name, findings=[found(name)], measured=False, tier=1)
        write(there.here.ledger, failed)
    there.clock.sleep(200 * 86400)
    for _ in range(3):
        notifying.sync(there.here)
        there.clock.sleep(86400)
    messages = [each["message"] for each in there.hook.took if each["title"].endswith("Overdue")]
    assert sum(text.count("finding ") for text in messages) == 2


def test_a_window_is_reminded_of_by_the_last_time_that_came(there: World) -> None:
    """Once for each of the times before it; what passed while nobody looked is not made up for."""
    for _ in range(28):
        notifying.sync(there.here)
        there.clock.sleep(43200)
    messages = [each for each in there.hook.took if "Recovery drills in" in each["title"]]
    assert len({(each["title"], each["message"]) for each in messages}) == len(messages)
    assert {each["title"].split(" in ")[1] for each in messages} == {"168 h", "24 h"}


def test_that_no_contacts_were_exported_is_told_once_a_week(there: World) -> None:
    """For as long as that is so."""
    for _ in range(14):
        notifying.sync(there.here)
        there.clock.sleep(86400)
    assert there.titles.count("The contacts file is to be made anew") == 2


def test_a_broken_file_of_a_service_keeps_no_verdict_from_being_told(there: World) -> None:
    """What could not be looked at is said."""
    (there.home / "drills" / "shop.yaml").write_text("service: [")
    write(there.here.ledger, run("r-1", NOW - HOUR, drill="a"))
    done = notifying.sync(there.here)
    assert "drills/shop.yaml" in done.blind
    assert "a of Orders (run r-1): PASSED" in there.titles


def test_an_announcement_is_made_once(there: World, capsys: pytest.CaptureFixture[str]) -> None:
    """By names, or by a day of the calendar; another note is another announcement."""
    assert "Announced: 1 message sent, 0 left." in told(capsys, "announce", "orders-snapshot", "--note", "be calm")
    assert "announced before" in told(capsys, "announce", "orders-snapshot", "--note", "be calm")
    assert "Announced" in told(capsys, "announce", "orders-snapshot")
    assert there.titles == ["Recovery drills are planned"] * 2
    assert "be calm" in there.hook.took[0]["message"]
    assert "orders-snapshot of The shop, from " in there.hook.took[0]["message"]
    day = json.loads(told(capsys, "calendar", "--json"))["entries"][0]["start_at"][:10]
    announced = json.loads(told(capsys, "announce", "--window", day, "--json"))
    assert announced["sent"]
    told(capsys, "announce", "--window", "2026-11-22", code=Exit.USAGE)
    told(capsys, "announce", code=Exit.USAGE)
    told(capsys, "announce", "no-such-drill", code=Exit.USAGE)


def test_the_list_and_a_persons_word(there: World, capsys: pytest.CaptureFixture[str]) -> None:
    """What is unknown is told with what to do; sent anew, or settled, by name."""
    there.hook.answers += [CUT, CUT]
    for key in ("a", "b"):
        notice(there.here, Event.HELD, key, {"what": f"run {key}", "why": "a person's word"})
    told(capsys, "notices", "sync", code=Exit.INCONCLUSIVE)
    assert "dro notices again 1.team" in told(capsys, "notices")
    told(capsys, "notices", "again", "1.team")
    told(capsys, "notices", "settle", "2.team")
    told(capsys, "notices", "again", "2.team", code=Exit.USAGE)
    told(capsys, "notices", "sync")
    listed = json.loads(told(capsys, "notices", "--json"))
    assert {each["message"]: each["state"] for each in listed if each["event"] == "held"} == {
        "1.team": "sent",
        "2.team": "settled",
    }
    assert there.titles == ["run a is held", "run b is held", "The contacts file is to be made anew", "run a is held"]


def test_a_hold_is_told_once_and_lacks_nothing(there: World) -> None:
    """Other code raises it, as often as it likes; a fact that it forgot is told as empty."""
    assert notice(there.here, Event.GAME_DAY, "g", {"what": "Round one"}) is None  # no channel is told of it
    assert notice(there.here, Event.HELD, "k", {"what": "Round one"}) is not None
    assert notice(there.here, Event.HELD, "k", {"what": "Round two"}) is None
    notifying.sync(there.here)
    assert "Round one is held" in there.titles


def test_no_output_holds_a_secret(
    there: World, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Neither of the path nor of a header, whatever goes wrong, at any level of logging; nor does the ledger."""
    caplog.set_level(logging.DEBUG)
    there.hook.answers += [503, CUT, 404]
    for key in ("a", "b", "c", "d"):
        notice(there.here, Event.HELD, key, {"what": key})
    (there.home / "managers.url").write_text(f"nonsense {SECRET}")
    for words in (("notices", "sync"), ("notices", "--json"), ("notices",), ("announce", "orders-snapshot")):
        main.run([*words])
    out, err = capfd.readouterr()
    kept = b"".join(path.read_bytes() for path in there.home.rglob("*.db*"))
    assert there.hook.headers[0]["x-secret"] == HEADER
    for secret in (SECRET, HEADER):
        assert secret not in out + err + caplog.text
        assert secret.encode() not in kept


def test_without_its_variable_a_channel_is_told_where_it_should_be(
    there: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By file, line and key; it is sent once it is there."""
    url = there.hook.url
    monkeypatch.delenv("DR_TEAM_URL")
    notice(there.here, Event.HELD, "a", {"what": "run a"})
    out = told(capsys, "notices", "sync", code=Exit.INCONCLUSIVE)
    assert "DR_TEAM_URL (drills/tiers.yaml:" in out
    assert "notices.channels.team.url_env) holds no URL" in out
    monkeypatch.setenv("DR_TEAM_URL", url)
    told(capsys, "notices", "sync")
    assert "run a is held" in there.titles


def test_a_drill_is_told_of_when_it_ends_and_fails_by_none_of_it(
    there: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Directly; a ledger that fails, or a hook that does, is a warning."""
    write(there.here.ledger, run("r-1", NOW - HOUR, drill="a"))
    telling.now(there.here)
    assert "a of Orders (run r-1): PASSED" in there.titles
    there.hook.answers += [503]
    write(there.here.ledger, run("r-2", NOW - HOUR, drill="b"))
    telling.now(there.here)
    assert "answered 503" in caplog.text

    def broken(*_: object) -> None:
        raise RuntimeError("no ledger")

    monkeypatch.setattr(type(there.here.ledger.queries), "outlines_since", broken)
    telling.now(there.here)
    telling.soon(there.here)
    assert "no ledger" in caplog.text


def test_the_end_of_a_drill_waits_for_nothing_that_hangs(there: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be it the ledger: its patience is over, and it goes."""
    freed, hung = threading.Event(), []
    monkeypatch.setattr(telling, "PATIENCE_S", 0.0)
    monkeypatch.setattr(raising, "look", lambda _: hung.append(freed.wait(20)))
    telling.now(there.here)
    assert hung == []
    freed.set()


def test_the_end_of_a_drill_waits_for_the_message_on_its_way_alone(
    there: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sends beside the drill begins no other, and is over before the last look."""
    begun, done = threading.Event(), []

    def deliver(_: App, go_on: Callable[[], bool]) -> Delivered:
        if not begun.is_set():
            begun.set()
            stopped = any(not go_on() or threading.Event().wait(0.01) for _ in range(1000))
            done.append(stopped)
        else:
            done.append("last")
        return Delivered()

    monkeypatch.setattr(delivering, "deliver", deliver)
    telling.soon(there.here)
    assert begun.wait(20)
    telling.now(there.here)
    assert done == [True, "last"]


def test_what_comes_about_while_it_is_sent_is_looked_at_too(there: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread looks again before it ends."""
    first, freed, second = threading.Event(), threading.Event(), threading.Event()

    def deliver(*_: object) -> Delivered:
        (second if first.is_set() else first).set()
        freed.wait(20)
        return Delivered()

    monkeypatch.setattr(delivering, "deliver", deliver)
    telling.soon(there.here)
    assert first.wait(20)
    telling.soon(there.here)
    freed.set()
    assert second.wait(20)


def test_where_nobody_is_to_be_told_nothing_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No ledger, no process: a workspace without channels pays nothing."""
    here = workspace.world(tmp_path / "home", FakeClock(NOW))
    telling.soon(here)
    telling.now(here)
    assert notifying.sync(here).in_line
    assert "ledger" not in here.__dict__
