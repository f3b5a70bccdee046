"""The programs of an environment, run with the credentials of a drill account and nothing else of this process's."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.checks.deep.command.output import Output
from dr_orchestrator.checks.deep.command.running import NO_CREDENTIALS, run
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.service import Builder
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.built_environment import outputs
from dr_orchestrator.resources.built_environment.lending import Lender, lending, past_proxies
from dr_orchestrator.resources.built_environment.outputs import Told

COMMAND, DESTROY = "command", "destroy"
GRACE_S = 20.0
"""Real seconds that a program has to end when it is asked to: Terraform writes its state down meanwhile."""

AT_ONCE = timedelta(minutes=58)
"""The longest that a program may take with one login: a role that another took on is good for an hour."""

_OURS = ("PATH", "HOME")
_ENDPOINTS = "AWS_ENDPOINT_URL"


@dataclass(frozen=True)
class Ended:
    """How a program ended: its exit code, or None at its limit; its output's end without secrets, and what it told.

    `lacked` is why it had no credentials any more, empty where it had.
    """

    program: str
    code: int | None
    text: str
    last_line: str
    limit: str
    told: Told = field(default_factory=Told)
    lacked: str = ""

    def __str__(self) -> str:
        how = (
            f"ended with exit code {self.code}" if self.code is not None else f"was ended at its limit of {self.limit}"
        )
        why = f" without credentials, which were not renewed: {self.lacked}" if self.lacked else ""
        return f"{self.program} {how}{why}" + (f": {self.last_line}" if self.last_line else "")


def perform(
    action: str,
    builder: Builder,
    copy: Copy,
    account: Account,
    home: Path,
    stores: Mapping[str, str],
    started: Callable[[int], None],
) -> Ended:
    """Run one of the two in the workspace; NotMeasured where it cannot be started, or tells no outputs that are any.

    `stores` are the ids of the resources whose data it is to restore, by the names of the stores; `started` is told the
    id of its group.
    """
    program = builder.command if action == COMMAND else builder.destroy
    passed = {name: os.environ[name] for name in builder.passed if name in os.environ}
    output = Output(each for each in passed.values() if len(each) > 5)
    lender = Lender(account.lends(), lambda lent: output.hide((lent.secret_key, lent.token)))
    temporary = tempfile.TemporaryDirectory(prefix="dro-program-", ignore_cleanup_errors=True)
    with temporary as folder, _credentials(lender, builder, output) as login:
        file = Path(folder) / "outputs.json"
        known = {"DRO_OUTPUTS": str(file), "DRO_STORES": json.dumps(stores)} if action == COMMAND else {}
        variables = {**passed, **past_proxies(passed), **_environment(action, copy, account), **login, **known}
        within = builder.within.total_seconds()
        try:
            ran = run(program, variables, home, within, output, copy.id, grace=GRACE_S, started=started)
        except OSError as wrong:
            raise NotMeasured(f"{program[0]} could not be started: {wrong.strerror or wrong}", _MISSING) from wrong
        told = outputs.read(file, stores, output.secrets) if action == COMMAND and ran.code == 0 else Told()
    limit = format_duration(builder.within)
    return Ended(program[0], ran.code, output.text, output.last_line, limit, told, lender.failed)


@contextmanager
def _credentials(lender: Lender, builder: Builder, output: Output) -> Iterator[dict[str, str]]:
    """Within: the variables of a login. One that is good for as long as the program may take is told, for any client.

    What takes longer has it renewed, as AWS's own SDKs ask for that.
    """
    lent = lender.lend()
    if builder.within <= AT_ONCE:
        yield {
            "AWS_ACCESS_KEY_ID": lent.access_key,
            "AWS_SECRET_ACCESS_KEY": lent.secret_key,
            "AWS_SESSION_TOKEN": lent.token,
        }
        return
    output.hide((lender.word,))
    with lending(lender) as variables:
        yield variables


_MISSING = "it is run in the workspace: name it as it is found there, or on the PATH"


def look(builder: Builder, home: Path) -> str:
    """Both programs, as they are found; NotMeasured with those that are not."""
    missing = [each[0] for each in (builder.command, builder.destroy) if _found(each[0], home) is None]
    if missing:
        if idle := [name for name in missing if "/" in name and (home / name).is_file()]:
            raise NotMeasured(f"not executable: {', '.join(idle)}", f"chmod +x {' '.join(idle)}")
        raise NotMeasured(f"no such program: {', '.join(missing)}", _MISSING)
    if absent := [each for each in builder.passed if each not in os.environ]:
        raise NotMeasured(f"not set here: {', '.join(absent)}", "set it where dro runs, or take it out of `passed`")
    return f"{' '.join(builder.command)}; {' '.join(builder.destroy)}"


def _found(name: str, home: Path) -> str | None:
    return shutil.which(str(home / name)) if "/" in name else shutil.which(name)


def _environment(action: str, copy: Copy, account: Account) -> dict[str, str]:
    """All that a program knows besides what is passed to it."""
    ours = {name: os.environ[name] for name in _OURS if name in os.environ}
    lab = {name: value for name, value in os.environ.items() if name.startswith(_ENDPOINTS)}
    return {
        **ours,
        **lab,
        **NO_CREDENTIALS,
        "AWS_REGION": account.region,
        "AWS_DEFAULT_REGION": account.region,
        "DRO_ACTION": action,
        "DRO_COPY": copy.id,
        "DRO_RUN": copy.run,
        "DRO_DRILL": copy.drill,
        "DRO_SERVICE": copy.service,
        "DRO_TAGS": json.dumps(copy.tags),
    }
