"""`dro canary`: writes where it is declared, tells what is news, ends cleanly, and is no success without its beat."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.cli import main
from dr_orchestrator.cli.output import print_json, say
from dr_orchestrator.cli.terminal.table import print_table
from dr_orchestrator.errors import Exit
from dr_orchestrator.runner.stop import Stop
from dr_orchestrator.wiring import App
from tests.support import promotions, workspace
from tests.support.estate import TABLE, Estate, estate

ROWS = "database: {name: orders, secret: prod/orders}, canary: {table: dr_canary, column: at}"
SHOP = workspace.SHOP.replace(
    "id: sessions-prod, region: us-east-1}",
    "id: sessions-prod, region: us-east-1, canary: {key: {pk: canary}, attribute: at}}",
).replace("database: {name: orders, secret: prod/orders}", ROWS)
AFRESH = {"pk": {"S": "canary"}}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with estate(tmp_path_factory.mktemp("lab")) as built:
        yield built


@pytest.fixture
def here(made: Estate, tmp_path: Path) -> Iterator[App]:
    """A world in which the command finds the workspace, on the estate's clock."""
    made.client("dynamodb").delete_item(TableName=TABLE.id, Key=AFRESH)
    with wiring.using(workspace.world(tmp_path, made.clock, shop=SHOP)) as world:
        yield world


def item(made: Estate) -> dict[str, Any]:
    return dict(made.client("dynamodb").get_item(TableName=TABLE.id, Key=AFRESH).get("Item", {}))


def test_one_beat(made: Estate, here: App, capsys: pytest.CaptureFixture[str]) -> None:
    """`--once` writes the declared item and nothing else, and tells it in words and in JSON."""
    before = len(made.lab.journal)
    assert main.run(["canary", "sessions", "--once"]) == Exit.PASSED
    assert "sessions: beat no. 1 in sessions-prod, item pk=canary; every 1 m" in capsys.readouterr().out
    assert main.run(["canary", "sessions", "--once", "--json"]) == Exit.PASSED
    told = json.loads(capsys.readouterr().out)
    assert (told["service"], told["resource"], told["sequence"], told["error"]) == ("shop", "sessions", 2, None)
    assert told["at"] == item(made)["at"]["S"]
    assert {entry.action for entry in made.lab.journal[before:]} <= {"GetCallerIdentity", "GetItem", "PutItem"}


def test_one_beat_that_was_not_written_is_no_success(here: App, capsys: pytest.CaptureFixture[str]) -> None:
    """`--once` ends non-zero where a source did not take its beat, though another one did; the reason is told."""
    assert main.run(["canary", "sessions", "orders-db", "--once"]) in (Exit.FAILED, Exit.INCONCLUSIVE)
    shown = capsys.readouterr()
    assert "sessions: beat no. 1" in shown.out
    assert "orders-db: no beat: " in shown.err
    assert "Traceback" not in shown.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["environment"], "a cloudformation-stack has none of its own"),
        (["sesions"], "did you mean sessions"),
        (["sessions", "--service", "none"], "declared are shop"),
        (["sessions", "--interval", "soon"], "not a duration"),
        (["sessions", "--interval", "0s"], "shorter than a second"),
        ([], "Missing argument"),
    ],
)
def test_wrong_usage(
    made: Estate, here: App, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistake is told with what to do, exits 2, and nothing is written."""
    assert main.run(["canary", *arguments, "--once"]) == Exit.USAGE
    assert told in capsys.readouterr().err
    assert item(made) == {}


def test_what_is_not_declared_is_refused_with_the_line_to_add(
    made: Estate, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without `canary` in the drill file nothing is written to production."""
    with wiring.using(workspace.world(tmp_path, made.clock)):
        for name, line in (
            (
                "sessions",
                "add `canary: {key: {pk: canary}, attribute: at, interval: 1m}` to sessions in drills/shop.yaml",
            ),
            (
                "orders-db",
                "add `canary: {table: dr_canary, column: at, interval: 1m}` to orders-db in drills/shop.yaml",
            ),
        ):
            assert main.run(["canary", name, "--once"]) == Exit.USAGE
            assert line in capsys.readouterr().err


def test_a_standing_replica_takes_the_heartbeat_of_what_it_replicates(
    made: Estate, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No line is told that would be refused, or prove nothing: its heartbeat is written elsewhere."""
    with wiring.using(workspace.world(tmp_path, made.clock, shop=promotions.SHOP)):
        assert main.run(["canary", "orders-there", "--once"]) == Exit.USAGE
    told = capsys.readouterr().err
    assert "its heartbeat is that of orders-db, which it replicates" in told
    assert "add `canary" not in told


def test_another_accounts_credentials_write_nothing(
    made: Estate, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table of that name in another account is not the declared one."""
    shop = SHOP.replace("id: sessions-prod,", 'id: sessions-prod, account: "999999999999",')
    shop = shop.replace("    id: shop-prod\n", '    id: shop-prod\n    account: "999999999999"\n')
    made.client("dynamodb").delete_item(TableName=TABLE.id, Key=AFRESH)
    with wiring.using(workspace.world(tmp_path, made.clock, shop=shop)):
        assert main.run(["canary", "sessions", "--once"]) == Exit.USAGE
    assert "sessions is declared in 999999999999" in capsys.readouterr().err
    assert item(made) == {}


class Pulse(Stop):
    """Stands for the event that asks the process to stop: each wait of the writer takes no time, and is counted."""

    def __init__(self, beats: int, end: Any) -> None:
        super().__init__()
        self.left, self.end, self.waited = beats, end, [0.0][:0]

    def wait(self, timeout: float | None = None) -> bool:
        if timeout is None:
            return super().wait(30)
        self.waited.append(timeout)
        self.left -= 1
        if self.left == 0:
            self.end()
            return super().wait(30)
        return self.is_set()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_beats_until_it_is_asked_to_stop(
    made: Estate, tmp_path: Path, number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every interval a beat, one line for all of them, and a signal ends it with success."""
    made.client("dynamodb").delete_item(TableName=TABLE.id, Key=AFRESH)
    known = workspace.world(tmp_path, made.clock, shop=SHOP)
    pulse = Pulse(3, lambda: os.kill(os.getpid(), number))
    with wiring.using(App(known.settings, known.clock, pulse)):
        assert main.run(["canary", "sessions", "--interval", "30s"]) == Exit.PASSED
    assert item(made)["sequence"] == {"N": "3"}
    shown = capsys.readouterr()
    assert shown.out.count("beat no.") == 1
    assert "Stopping: the beat under way is finished" in shown.err
    assert pulse.waited[0] <= 30 / made.clock.pace


def test_a_mistake_found_while_beating_ends_it(made: Estate, here: App, capsys: pytest.CaptureFixture[str]) -> None:
    """An item that is somebody else's ends the command with exit code 2; it is not tried again and again."""
    made.client("dynamodb").put_item(TableName=TABLE.id, Item={**AFRESH, "price": {"N": "3"}})
    assert main.run(["canary", "sessions"]) == Exit.USAGE
    assert "is no heartbeat: it has price" in capsys.readouterr().err


def test_what_a_terminal_would_obey_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Escape sequences out of a database reach neither a table, nor a line, nor JSON raw; text stays as it is."""
    hostile = "\x1b[2J\x9b31m\r\u202egreen\x07\x7f"
    say(f"für {hostile}\tx\n")
    print_table(("A",), [(hostile,)])
    print_json({"observed": hostile, "text": "für"})
    shown = capsys.readouterr().out
    assert not set("\x1b\x9b\r\u202e\x07\x7f") & set(shown)
    assert "für \\x1b[2J\\x9b31m\\r\\u202egreen\\x07\\x7f\tx\n" in shown
    assert json.loads(shown[shown.index("{") :]) == {"observed": hostile, "text": "für"}
