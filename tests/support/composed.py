"""The services of docker-compose.yml as plain processes here: the very commands, in the very environments."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dr_orchestrator.settings import CHECKOUT

FILE = CHECKOUT / "docker-compose.yml"
_VARIABLE = re.compile(r"\$(?:(\$)|\{(\w+)(?:(:-|:\?)([^}]*))?\})")


class Missing(Exception):
    """A variable that the file wants is not set: Docker Compose starts nothing then."""


def read(variables: Mapping[str, str]) -> dict[str, Any]:
    """The file with its variables put in, as Docker Compose does; Missing where one that has to be set is not."""

    def value(found: re.Match[str]) -> str:
        dollar, name, how, word = found.groups()
        if dollar:
            return "$"
        if variables.get(name):
            return variables[name]
        if how == ":-":
            return str(word)
        raise Missing(f"required variable {name} is missing a value: {word}")

    parsed: dict[str, Any] = yaml.safe_load(_VARIABLE.sub(value, FILE.read_text()))
    return parsed


@dataclass
class Composed:
    """The services, at `home`; `places` are what stands here for the names that they have in Docker's network."""

    home: Path
    variables: Mapping[str, str]
    places: Mapping[str, str]
    more: Mapping[str, str]

    def start(self, service: str, **own: str) -> subprocess.Popen[bytes]:
        """A service as a process group of its own, whose words go to a file beside the workspace."""
        declared = read(self.variables)["services"][service]
        log = self.home / f"{service}.log"
        with log.open("ab") as words:
            return subprocess.Popen(
                self._here(declared["command"]),
                env=self.environment(service) | own,
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                start_new_session=True,
            )

    def environment(self, service: str) -> dict[str, str]:
        """Its environment: what the file gives it, in this machine's places."""
        declared = read(self.variables)["services"][service].get("environment", {})
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        kept["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
        return kept | {name: self._placed(str(value)) for name, value in declared.items()} | dict(self.more)

    def _placed(self, text: str) -> str:
        for there, here in self.places.items():
            text = text.replace(there, here)
        return text

    def _here(self, command: Sequence[str]) -> list[str]:
        return [self._placed(word) for word in command]


def end(process: subprocess.Popen[bytes], how: int = signal.SIGKILL) -> None:
    """End a service and all that it started."""
    if process.poll() is None:
        os.killpg(process.pid, how)
    process.wait()
