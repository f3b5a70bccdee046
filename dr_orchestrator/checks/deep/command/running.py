"""Runs a program of the team's own on a copy: with the copy's address and login, and no other credential.

It runs in a process group of its own, which is ended with it, at its limit, at a stop, or as this process dies.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from dr_orchestrator.checks.deep import words
from dr_orchestrator.checks.deep.command.output import MOST_RESULTS, Output
from dr_orchestrator.checks.deep.command.sentinel import watching
from dr_orchestrator.checks.masking import is_secret
from dr_orchestrator.domain import engines
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.proof import Command
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.service import Login
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.waiting import stops
from dr_orchestrator.waiting.stops import TICK_S, leaving
from dr_orchestrator.waiting.told import waiting_for

GRACE_S = 2.0
"""Real seconds between the request to end and the end."""

_LOOK_S = 0.02
"""Real seconds between two looks whether it ended."""

_PASSED_ON = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR")
"""All that a program may know of this machine."""

NO_CREDENTIALS = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "PGPASSFILE": os.devnull,
    "PGSERVICEFILE": os.devnull,
}
"""Where clients look for credentials by themselves, there are none."""


@dataclass(frozen=True)
class Way:
    """How a program reaches a copy: variables of its environment, and the secrets among them.

    `withheld` are outputs that it is not given, each with why: they may be production's address.
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    withheld: Mapping[str, str] = field(default_factory=dict)


def of_login(login: Login) -> Way:
    """The way to a database, in our own words and in those of its engine's clients."""
    ours = {"HOST": login.host, "PORT": str(login.port), "USER": login.user, "PASSWORD": login.password}
    known = {f"DRO_COPY_{name}": value for name, value in {**ours, "DATABASE": login.database}.items()}
    known["DRO_COPY_ENGINE"] = login.engine
    if login.addresses:  # the one that was compared with production's is connected to, and no other
        known["DRO_COPY_ADDRESS"] = login.addresses[0]
    called = engines.called(login.engine)
    theirs = _CLIENTS.get(called.word, _of_postgres)(login) if called else {}
    return Way({**known, **theirs}, (login.password,))


def _of_postgres(login: Login) -> dict[str, str]:
    told = {"HOST": login.host, "PORT": str(login.port), "USER": login.user, "PASSWORD": login.password}
    address = {"PGHOSTADDR": login.addresses[0]} if login.addresses else {}
    return {f"PG{name}": value for name, value in {**told, "DATABASE": login.database}.items()} | address


def _of_mysql(login: Login) -> dict[str, str]:
    """By host alone: its clients take user and database as options."""
    host = login.addresses[0] if login.addresses else login.host
    return {"MYSQL_HOST": host, "MYSQL_TCP_PORT": str(login.port), "MYSQL_PWD": login.password}


def _of_sqlserver(login: Login) -> dict[str, str]:
    """In the words of sqlcmd."""
    host = login.addresses[0] if login.addresses else login.host
    told = {"SERVER": f"{host},{login.port}", "DBNAME": login.database, "USER": login.user, "PASSWORD": login.password}
    return {f"SQLCMD{name}": value for name, value in told.items()}


def _of_oracle(login: Login) -> dict[str, str]:
    """By the place alone: SQL*Plus takes user and password as an argument, or as its input."""
    host = login.addresses[0] if login.addresses else login.host
    protocol = "tcps" if login.tls else "tcp"
    return {"TWO_TASK": f"{protocol}://{host}:{login.port}/{login.database}"}


_CLIENTS = {
    engines.POSTGRES.word: _of_postgres,
    engines.MYSQL.word: _of_mysql,
    engines.AURORA_MYSQL.word: _of_mysql,
    engines.MARIADB.word: _of_mysql,
    engines.SQL_SERVER.word: _of_sqlserver,
    engines.ORACLE.word: _of_oracle,
}


def of_outputs(outputs: Mapping[str, str], withheld: Mapping[str, str] | None = None) -> Way:
    """The way to an environment: what its stack tells; a password that a template hands out is one all the same."""
    known = {f"DRO_OUTPUT_{_variable(name)}": value for name, value in outputs.items()}
    return Way(known, tuple(value for name, value in outputs.items() if is_secret(name)), withheld or {})


def _variable(output: str) -> str:
    """An output as it stands in a variable's name: `Orders.Url` as `Orders_Url`."""
    return re.sub(r"[^A-Za-z0-9]", "_", output)


@dataclass(frozen=True)
class Ran:
    """How a program ended: its exit code, or None where it was ended at its limit."""

    code: int | None
    output: Output


def perform(check: Command, copy: Copy, way: Way, home: Path, taken: Collection[str] = ()) -> list[CheckResult]:
    """Run it in the workspace; its exit code is one result, each line of JSON that tells one is another.

    `taken` are the names of other checks, which no line may speak for.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="dro-command-", ignore_cleanup_errors=True) as empty:
            variables = {**_environment(copy, way), "HOME": empty}
            ran = run(check.run, variables, home, check.within.total_seconds(), Output(way.secrets), copy.id)
    except OSError as error:
        raise NotMeasured(f"{check.run[0]} could not be started: {error.strerror or error}") from error
    return told(check, ran, way, taken)


def told(check: Command, ran: Ran, way: Way, taken: Collection[str] = ()) -> list[CheckResult]:
    """The results of a program that ended: its own, then those that its lines tell."""
    return [_own(check, ran, way), *_told(check, ran.output, taken)]


def run(
    program: tuple[str, ...],
    variables: Mapping[str, str],
    home: Path,
    within: float,
    output: Output,
    what: str,
    *,
    grace: float = GRACE_S,
    started: Callable[[int], None] = lambda _: None,
) -> Ran:
    """Run a program to its end, for so many real seconds at most; OSError where it cannot be started.

    `grace` are the real seconds that it has to end when it is asked to; `started` is told the id of its group.
    """
    with watching(grace) as tell:
        process = subprocess.Popen(
            program,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=home,
            env=dict(variables),
            start_new_session=True,
        )
        with _ended(process, grace), waiting_for(f"the command {program[0]} on {what}"):
            tell(process.pid)
            reading = threading.Thread(target=_read, args=(process.stdout, output), name="command", daemon=True)
            reading.start()
            started(process.pid)
            code = _code(process, within)
            _end(process, grace)
            reading.join(GRACE_S)  # what left its group may hold the pipe open for as long as it likes
    return Ran(code, output)


@contextmanager
def _ended(process: subprocess.Popen[bytes], grace: float) -> Iterator[None]:
    """Within: a process that is gone afterwards, whatever happens."""
    try:
        yield
    finally:
        _end(process, grace)


def _code(process: subprocess.Popen[bytes], within: float) -> int | None:
    ends = time.monotonic() + within
    while (left := ends - time.monotonic()) > 0:
        stops.look()
        if _is_over(process, min(left, TICK_S)):
            _end(process)
            return process.returncode
    return None


def _is_over(process: subprocess.Popen[bytes], within: float) -> bool:
    """Whether it ended; nobody asks for its code yet, so that its number stays that of its group."""
    ends = time.monotonic() + within
    while not (over := _has_ended(process)) and time.monotonic() < ends:
        time.sleep(_LOOK_S)
    return over


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    if not hasattr(os, "waitid"):
        return process.poll() is not None
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _end(process: subprocess.Popen[bytes], grace: float = GRACE_S) -> None:
    """End its whole group: by request, then at once."""
    if process.returncode is not None:
        return
    if not _has_ended(process):
        _signal(process, signal.SIGTERM)
        _is_over(process, leaving.at_most(grace))
    _signal(process, signal.SIGKILL)
    process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _read(pipe: IO[bytes] | None, output: Output) -> None:
    if pipe is None:
        return
    with pipe, contextlib.suppress(ValueError, OSError):
        while piece := os.read(pipe.fileno(), 65536):
            output.add(piece)
    output.end()


def _environment(copy: Copy, way: Way) -> dict[str, str]:
    known = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    beside = str(Path(sys.executable).parent)  # what was installed with this program is found first
    path = os.pathsep.join((beside, known.get("PATH", os.defpath)))
    about = {"DRO_RUN": copy.run, "DRO_DRILL": copy.drill, "DRO_COPY": copy.id, "DRO_COPY_REGION": copy.region}
    return {**known, **NO_CREDENTIALS, "PATH": path, **about, **way.variables}


def _own(check: Command, ran: Ran, way: Way) -> CheckResult:
    output = ran.output
    figures: dict[str, Any] = {
        "exit_code": ran.code,
        "killed": ran.code is None,
        "output": output.text,
        "output_bytes": output.size,
        "results": len(output.results),
    }
    if ran.code is None:
        told, outcome = f"ended at its limit of {format_duration(check.within)}", Outcome.INCONCLUSIVE
    else:
        told, outcome = f"exit code {ran.code}", Outcome.PASSED if ran.code == 0 else Outcome.FAILED
    if output.refused:
        told += f", {counted(output.refused, 'result')} beyond the first {MOST_RESULTS} not kept"
        outcome = Outcome.INCONCLUSIVE if outcome is Outcome.PASSED else outcome
    if output.results:
        told += f", {counted(len(output.results), 'result')} of its own"
    if way.withheld:
        figures["withheld"] = dict(way.withheld)
        told += (
            f", without what may be production's: {'; '.join(f'{name} {why}' for name, why in way.withheld.items())}"
        )
    said = f"{told}: {output.last_line}" if output.last_line else told
    return words.result(check, outcome, said, figures, proves=check.proves_data)


def _told(check: Command, output: Output, taken: Collection[str]) -> Iterator[CheckResult]:
    """The results that its lines tell; of two of one name none hides the other."""
    names, expected = {*taken, check.name}, f"passed, as told by {' '.join(check.run)}"
    for told in output.results:
        name, number = f"{check.name}: {told.name}", 2
        while name in names:
            name, number = f"{check.name}: {told.name} ({number})", number + 1
        names.add(name)
        own = CheckResult(name, expected, told.observed or told.outcome.value, told.outcome, check.mandatory)
        yield replace(own, proves_data=check.proves_data, duration=timedelta())
