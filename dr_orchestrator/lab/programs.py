"""The programs of a database engine, run as a user that they accept."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import stat
import subprocess
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dr_orchestrator.errors import LabError

HOST = "127.0.0.1"
_UNPRIVILEGED = ("nobody", "postgres")


@dataclass(frozen=True)
class Account:
    """The user that database servers run as: they refuse to be run by root."""

    uid: int
    gid: int
    switched: bool

    @property
    def of_process(self) -> dict[str, Any]:
        """The owner of a new process, as `subprocess` is told: user and group, no other group; else as it is."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switched else {}

    def can_reach(self, path: Path) -> bool:
        """Whether this user may pass through every folder above a path, and read the path itself."""
        folders = [path, *path.parents] if path.is_dir() else list(path.parents)
        return all(self._may_pass(folder.stat()) for folder in folders)

    def _may_pass(self, found: os.stat_result) -> bool:
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        return bool(found.st_mode & (stat.S_IXGRP if found.st_gid == self.gid else stat.S_IXOTH))


def account() -> Account:
    """The user of this process, or an unprivileged one where that is root."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switched=False)
    for name in _UNPRIVILEGED:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(found.pw_uid, found.pw_gid, switched=True)
    raise LabError("database servers do not run as root, and there is no user nobody", "start the lab as another user")


@dataclass(frozen=True)
class Programs:
    """Runs an engine's programs, found in the folders that are given, and plain ones on its files."""

    folder: Path
    account: Account
    more: tuple[Path, ...] = ()

    def run(self, *command: str, cwd: Path, env: Mapping[str, str] | None = None) -> None:
        """Run to the end; what a failed program said is in the error."""
        # Output goes to a file: a pipe would stay open for as long as a child of the program lives.
        said = cwd / f".{Path(command[0]).name}.{os.getpid()}.{os.urandom(4).hex()}.out"
        with said.open("wb") as out:
            done = subprocess.run(
                self._full(command),
                stdout=out,
                stderr=out,
                cwd=cwd,
                env=self._env(env),
                check=False,
                **self.account.of_process,
            )
        text = said.read_text(errors="replace")
        said.unlink()
        if done.returncode != 0:
            raise LabError(f"{' '.join(command)}: exit {done.returncode}: {_short(text.strip())}")

    def start(self, command: Sequence[str], cwd: Path, log: Path) -> subprocess.Popen[bytes]:
        """Start a server, in a session of its own so that a Ctrl-C at the terminal does not reach it."""
        with log.open("ab") as out:
            return subprocess.Popen(
                self._full(command),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=cwd,
                env=self._env(None),
                start_new_session=True,
                **self.account.of_process,
            )

    def own(self, *paths: Path) -> None:
        """Give files to the user that the server runs as."""
        if self.account.switched:
            for path in paths:
                os.chown(path, self.account.uid, self.account.gid)

    def path(self, name: str) -> str:
        """A program of the engine's by its path; any other as it is."""
        found = (folder / name for folder in (self.folder / "bin", *self.more) if (folder / name).exists())
        return str(next(found, name))

    def _full(self, command: Sequence[str]) -> list[str]:
        return [self.path(command[0]), *command[1:]]

    def _env(self, more: Mapping[str, str] | None) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
        return {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin", **kept, **(more or {})}


_SHOWN = 500


class Served(ABC):
    """The files of a database server that a lab runs, in a folder of its own, and its process while it runs."""

    def __init__(self, programs: Programs, folder: Path, password: str) -> None:
        self.folder, self.port = folder, 0
        self.turning = threading.RLock()
        """Held by whoever starts it, ends it or copies it."""
        self._programs, self._password = programs, password
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def runs(self) -> bool:
        """Whether its server is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> Path:
        """Beside the data directory, so that it outlives it."""
        return self.folder.with_suffix(".log")

    def said(self) -> str:
        """Its log."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    @abstractmethod
    def stop(self) -> None:
        """End it at once; its data is about to go, so nothing is saved."""

    def remove(self) -> None:
        """Stop it and delete its files, once nobody copies it any more."""
        with self.turning:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.log.unlink(missing_ok=True)

    def _copy_files(self, target: Path) -> None:
        self._programs.run("cp", "-R", str(self.folder), str(target), cwd=target.parent)


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _short(text: str) -> str:
    """The begin and the end of what a program said: what went wrong may stand at either."""
    return text if len(text) <= 2 * _SHOWN else f"{text[:_SHOWN]} ... {text[-_SHOWN:]}"
