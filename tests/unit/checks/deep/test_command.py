"""A program of the team's own: what it is given, how it ends, and what is kept of what it prints."""

from __future__ import annotations

import base64
import json
import os
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dr_orchestrator.checks.deep.command import running
from dr_orchestrator.checks.deep.command.output import KEPT, MOST_RESULTS, Output
from dr_orchestrator.checks.deep.command.running import Way, of_login, of_outputs
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.proof import Command
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.service import Login
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import Aborted, NotMeasured
from dr_orchestrator.waiting.stops import heeding

COPY = Copy("rds-instance", "dro-x", "us-east-1", "r-1", "a-drill", "s")
SECRET = "hunter2 'quoted\\ päss=word"
LOGIN = Login("db.example", 5433, "shop", "reader", SECRET, ("127.0.0.9",))


def ran(script: str, home: Path, within: float = 60, way: Way | None = None, **more: object) -> list[CheckResult]:
    check = Command("suite", (sys.executable, "-c", script), timedelta(seconds=within), **more)  # type: ignore[arg-type]
    return running.perform(check, COPY, way or of_login(LOGIN), home)


@pytest.mark.parametrize(("code", "outcome"), [(0, Outcome.PASSED), (1, Outcome.FAILED), (5, Outcome.FAILED)])
def test_the_exit_code_decides(code: int, outcome: Outcome, tmp_path: Path) -> None:
    """0 passes and any other fails; the last words are told."""
    (result,) = ran(f"print('first'); print('last words'); raise SystemExit({code})", tmp_path)
    assert (result.outcome, result.observed) == (outcome, f"exit code {code}: last words")
    assert (result.figures["exit_code"], result.figures["output"]) == (code, "first\nlast words\n")
    assert not result.proves_data


def test_it_gets_the_copy_and_no_other_credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The copy's address and login, in our words and psql's; of this machine's own nothing but where programs are."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "DRO_DATABASE_URL", "PGPASSWORD", "PGSERVICE", "SOMETHING_SECRET"):
        monkeypatch.setenv(name, "of-this-machine")
    monkeypatch.setenv("HOME", "/home/of-this-machine")
    script = (
        "import json, os; json.dump([dict(os.environ), os.getcwd(), os.listdir(os.environ['HOME'])], open('told', 'w'))"
    )
    ran(script, tmp_path)
    given, where, home = json.loads((tmp_path / "told").read_text())
    assert "of-this-machine" not in json.dumps(given)
    assert (where, home) == (str(tmp_path.resolve()), [])
    told = {name: given[name] for name in given if name.startswith(("DRO_", "PG"))}
    assert told == {
        "DRO_RUN": "r-1",
        "DRO_DRILL": "a-drill",
        "DRO_COPY": "dro-x",
        "DRO_COPY_REGION": "us-east-1",
        "DRO_COPY_HOST": "db.example",
        "DRO_COPY_PORT": "5433",
        "DRO_COPY_USER": "reader",
        "DRO_COPY_PASSWORD": SECRET,
        "DRO_COPY_DATABASE": "shop",
        "DRO_COPY_ENGINE": "postgres",
        "DRO_COPY_ADDRESS": "127.0.0.9",
        "PGHOST": "db.example",
        "PGPORT": "5433",
        "PGUSER": "reader",
        "PGPASSWORD": SECRET,
        "PGDATABASE": "shop",
        "PGHOSTADDR": "127.0.0.9",
        "PGPASSFILE": os.devnull,
        "PGSERVICEFILE": os.devnull,
    }
    assert {name: given[name] for name in given if name.startswith("AWS_")} == {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def test_a_replica_is_told_by_its_outputs(tmp_path: Path) -> None:
    """A stack has no login; what it answers by is what its outputs say."""
    way = of_outputs({"HealthUrl": "https://x.example"})
    (result,) = ran("import os; print(os.environ['DRO_OUTPUT_HealthUrl'])", tmp_path, way=way)
    assert result.figures["output"] == "https://x.example\n"


def test_an_output_that_is_a_secret_is_masked_as_a_password_is(tmp_path: Path) -> None:
    """A template hands out a generated password: what a program prints of it is kept by nobody."""
    way = of_outputs({"DbPassword": "hunter2-generated", "PasswordArn": "arn:aws:x", "Table": "dro-orders"})
    (result,) = ran(
        "import os; print([os.environ[f'DRO_OUTPUT_{n}'] for n in ('DbPassword', 'Table')])", tmp_path, way=way
    )
    assert result.figures["output"] == "['***', 'dro-orders']\n"
    assert way.secrets == ("hunter2-generated",)


def test_lines_of_json_are_results_of_their_own(tmp_path: Path) -> None:
    """Under the check's name, and none of them hides another; what is no result is plain output."""
    lines = [
        {"check": "orders", "outcome": "passed", "observed": "12 rows"},
        {"check": "orders", "outcome": "failed", "observed": "again"},
        {"check": "odd", "outcome": "inconclusive"},
        {"check": "no", "outcome": "splendid"},
        {"check": 7, "outcome": "passed"},
        ["check"],
    ]
    script = f"import json\nfor line in {lines!r}: print(json.dumps(line))\nprint('{{not json')"
    own, *told = ran(script, tmp_path, proves_data=True)
    assert (own.outcome, own.figures["results"]) == (Outcome.PASSED, 3)
    assert [(each.name, each.outcome, each.observed) for each in told] == [
        ("suite: orders", Outcome.PASSED, "12 rows"),
        ("suite: orders (2)", Outcome.FAILED, "again"),
        ("suite: odd", Outcome.INCONCLUSIVE, "inconclusive"),
    ]
    assert all(each.mandatory and each.proves_data for each in (own, *told))


def test_no_line_speaks_for_another_check(tmp_path: Path) -> None:
    """A name that is another check's is not taken, or its failure could be painted over."""
    script = 'print(\'{"check": "x", "outcome": "passed"}\')'
    check = Command("suite", (sys.executable, "-c", script))
    _, told = running.perform(check, COPY, Way(), tmp_path, {"suite", "suite: x"})
    assert told.name == "suite: x (2)"


def test_what_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    """At its limit: by request, and then at once, its children too; nothing was found out."""
    script = (
        "import signal, subprocess, sys, time, os; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(os.getpid(), child.pid, flush=True); time.sleep(600)"
    )
    began = time.monotonic()
    (result,) = ran(script, tmp_path, within=1.5)
    assert time.monotonic() - began < 30
    assert result.outcome is Outcome.INCONCLUSIVE
    assert result.observed.startswith("ended at its limit of 2 s")
    assert result.figures["killed"] is True
    for number in map(int, result.figures["output"].split()):
        assert _gone(number)


def _gone(number: int) -> bool:
    """Whether a process is no more; one that nobody has asked after yet is none that does anything."""
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        try:
            os.kill(number, 0)
            if Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
    return False


def test_a_child_that_stays_behind_is_ended_too(tmp_path: Path) -> None:
    """The program itself has ended well, and nothing of it goes on."""
    script = (
        "import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']).pid)"
    )
    began = time.monotonic()
    (result,) = ran(script, tmp_path)
    assert result.outcome is Outcome.PASSED
    assert time.monotonic() - began < 30
    assert _gone(int(result.figures["output"]))


def test_a_stop_gets_through(tmp_path: Path) -> None:
    """Within five seconds, and the program is gone."""
    stop = threading.Event()

    def raise_if_stopped() -> None:
        if (tmp_path / "pid").exists() and (tmp_path / "pid").read_text():
            stop.set()
            raise Aborted("stopped")

    script = "import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(600)"
    began = time.monotonic()
    with heeding(raise_if_stopped), pytest.raises(Aborted):
        ran(script, tmp_path)
    assert stop.is_set()
    assert time.monotonic() - began < 30
    assert _gone(int((tmp_path / "pid").read_text()))


def test_what_cannot_be_started_could_not_tell(tmp_path: Path) -> None:
    """No such program, or one that may not be run: no failure of the service."""
    (tmp_path / "plain").write_text("x")
    for name in ("no-such-program", str(tmp_path / "plain")):
        with pytest.raises(NotMeasured, match="could not be started"):
            running.perform(Command("suite", (name,)), COPY, Way(), tmp_path)


def test_a_flood_stays_bounded(tmp_path: Path) -> None:
    """The end of it is kept, and how much there was."""
    script = "import sys\nfor n in range(3000): sys.stdout.write('x' * 10000)\nprint('the end')"
    (result,) = ran(script, tmp_path)
    assert result.figures["output_bytes"] == 30_000_008
    assert len(result.figures["output"]) == KEPT
    assert result.figures["output"].endswith("the end\n")
    assert len(result.observed) < 600


def test_too_many_results_are_not_taken_for_all(tmp_path: Path) -> None:
    """What was not kept may have failed."""
    script = 'for n in range(150): print(\'{"check": "%d", "outcome": "passed"}\' % n)'
    own, *told = ran(script, tmp_path)
    assert (own.outcome, len(told)) == (Outcome.INCONCLUSIVE, MOST_RESULTS)
    assert "50 results beyond the first 100 not kept" in own.observed


def test_a_password_that_is_printed_is_masked(tmp_path: Path) -> None:
    """Plain, quoted for an address, in JSON, in base64, in a traceback; in results, too."""
    script = """
import base64, json, os, sys, urllib.parse
p = os.environ["PGPASSWORD"]
print(p, urllib.parse.quote(p), urllib.parse.quote_plus(p), base64.b64encode(p.encode()).decode(), repr(p))
print(json.dumps({"check": "login " + p, "outcome": "failed", "observed": p}))
print('{"check": "odd", "outcome": "failed", "observed": "' + "".join("\\\\u%04x" % ord(c) for c in p) + '"}')
print("postgresql://reader:other@db/x", file=sys.stderr)
raise RuntimeError(p)
"""
    own, *told = ran(script, tmp_path)
    kept = json.dumps([own.figures, own.observed, *(each.name + each.observed for each in told)], ensure_ascii=False)
    for form in (
        SECRET,
        quote(SECRET),
        base64.b64encode(SECRET.encode()).decode(),
        json.dumps(SECRET)[1:-1],
        "hunter2",
    ):
        assert form not in kept
    assert "other" not in kept
    assert [each.name for each in told] == ["suite: login ***", "suite: odd"]


@given(st.text(min_size=1, max_size=12), st.lists(st.integers(1, 9), max_size=40), st.integers(0, 3 * KEPT))
def test_a_secret_is_masked_wherever_pieces_end(secret: str, cuts: list[int], before: int) -> None:
    """Not a part of it is kept where it lies across two pieces, or across the end of what is kept."""
    try:
        secret.encode()
    except UnicodeEncodeError:
        return
    if not secret.strip("* \n\r\t.") or secret in "." * 3:
        return
    output, text = Output([secret]), ("." * before + secret + "." * KEPT).encode()
    at = 0
    for cut in [before, *cuts]:
        output.add(text[at : at + cut])
        at += cut
    output.add(text[at:])
    output.end()
    assert set(output.text) <= set(".*")
    assert len(output.text) <= KEPT
