"""The programs of an environment, run with the credentials of a drill account and nothing else of this process's."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.checks.deep.command.output import Output
from dr_orchestrator.checks.deep.command.running import NO_CREDENTIALS, run
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.service import Builder
from dr_orchestrator.errors import NotMeasured

COMMAND, DESTROY = "command", "destroy"
LARGEST = 256 * 1024
"""Bytes of the file in which a program tells its outputs."""

_OURS = ("PATH", "HOME")
_ENDPOINTS = "AWS_ENDPOINT_URL"


@dataclass(frozen=True)
class Ended:
    """How a program ended: its exit code, or None at its limit; its output's end without secrets, and its outputs."""

    program: str
    code: int | None
    text: str
    last_line: str
    limit: str
    outputs: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        how = (
            f"ended with exit code {self.code}" if self.code is not None else f"was ended at its limit of {self.limit}"
        )
        return f"{self.program} {how}" + (f": {self.last_line}" if self.last_line else "")


def perform(action: str, builder: Builder, copy: Copy, account: Account, home: Path) -> Ended:
    """Run one of the two in the workspace; NotMeasured where it cannot be started, or tells no outputs that are any."""
    program = builder.command if action == COMMAND else builder.destroy
    lent = account.lent()
    passed = {name: os.environ[name] for name in builder.passed if name in os.environ}
    secrets = (lent.secret_key, lent.token, *(each for each in passed.values() if len(each) > 5))
    output = Output(secrets)
    with tempfile.TemporaryDirectory(prefix="dro-program-", ignore_cleanup_errors=True) as folder:
        told = Path(folder) / "outputs.json"
        variables = {**passed, **_environment(action, copy, account, lent), "DRO_OUTPUTS": str(told)}
        try:
            ran = run(program, variables, home, builder.within.total_seconds(), output, copy.id)
        except OSError as wrong:
            raise NotMeasured(f"{program[0]} could not be started: {wrong.strerror or wrong}", _MISSING) from wrong
        outputs = _outputs(told, secrets) if action == COMMAND and ran.code == 0 else {}
    limit = format_duration(builder.within)
    return Ended(program[0], ran.code, output.text, output.last_line, limit, outputs)


_MISSING = "it is run in the workspace: name it as it is found there, or on the PATH"


def look(builder: Builder, home: Path) -> str:
    """Both programs, as they are found; NotMeasured with those that are not."""
    missing = [each[0] for each in (builder.command, builder.destroy) if _found(each[0], home) is None]
    if missing:
        raise NotMeasured(f"no such program: {', '.join(missing)}", _MISSING)
    if absent := [each for each in builder.passed if each not in os.environ]:
        raise NotMeasured(f"not set here: {', '.join(absent)}", "set it where dro runs, or take it out of `passed`")
    return f"{' '.join(builder.command)}; {' '.join(builder.destroy)}"


def _found(name: str, home: Path) -> str | None:
    return shutil.which(str(home / name)) if "/" in name else shutil.which(name)


def _environment(action: str, copy: Copy, account: Account, lent: Any) -> dict[str, str]:
    """All that a program knows besides what is passed to it."""
    ours = {name: os.environ[name] for name in _OURS if name in os.environ}
    lab = {name: value for name, value in os.environ.items() if name.startswith(_ENDPOINTS)}
    return {
        **ours,
        **lab,
        **NO_CREDENTIALS,
        "AWS_ACCESS_KEY_ID": lent.access_key,
        "AWS_SECRET_ACCESS_KEY": lent.secret_key,
        "AWS_SESSION_TOKEN": lent.token,
        "AWS_REGION": account.region,
        "AWS_DEFAULT_REGION": account.region,
        "DRO_ACTION": action,
        "DRO_COPY": copy.id,
        "DRO_RUN": copy.run,
        "DRO_DRILL": copy.drill,
        "DRO_SERVICE": copy.service,
        "DRO_TAGS": json.dumps(copy.tags),
    }


def _outputs(file: Path, secrets: tuple[str, ...]) -> dict[str, str]:
    """The outputs that a program told: an object of texts, or as `terraform output -json` writes it; no secret."""
    if not file.exists():
        return {}
    if file.stat().st_size > LARGEST:
        raise NotMeasured(f"DRO_OUTPUTS has {file.stat().st_size:,} bytes, {LARGEST:,} are read")
    try:
        told = json.loads(file.read_text("utf-8"))
    except ValueError as wrong:
        raise NotMeasured(f"DRO_OUTPUTS is no JSON: {wrong}", _WRITE) from wrong
    if not isinstance(told, dict):
        raise NotMeasured("DRO_OUTPUTS is no object of JSON", _WRITE)
    found = {str(name): _value(value) for name, value in told.items()}
    return {
        name: value for name, value in found.items() if value and not any(each in value for each in secrets if each)
    }


_WRITE = 'write {"Url": "https://..."} into it, or `terraform output -json`'


def _value(value: Any) -> str:
    if isinstance(value, dict):
        value = "" if value.get("sensitive") else value.get("value", "")
    return value if isinstance(value, str) else ""
