"""Where things are and how the clock runs, read from the environment once: `DRO_HOME`, `DRO_DATABASE_URL`, the pace."""

from __future__ import annotations

import math
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dr_orchestrator.errors import UsageError

CONTENT = Path(__file__).parent / "_content"
CHECKOUT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Pace:
    """How drill time runs against real time: `factor` drill seconds a real second, equal at `origin` (Unix seconds)."""

    factor: float = 1.0
    origin: float = 0.0

    def drill_time(self, real: float) -> float:
        """Unix seconds of the drill's clock at a real Unix time."""
        return self.origin + (real - self.origin) * self.factor

    def real_time(self, drill: float) -> float:
        """Unix seconds of the real clock at a drill time; the inverse of `drill_time`."""
        return self.origin + (drill - self.origin) / self.factor


@dataclass(frozen=True)
class Settings:
    """Everything that the environment decides; frozen, handed to whoever needs it."""

    home: Path
    database_url: str
    pace: Pace
    bundled: bool

    @property
    def drills(self) -> Path:
        """The folder of tiers and services."""
        return self.home / "drills"

    @property
    def flows(self) -> Path:
        """The folder of Prefect scripts: the workspace's own, else those that the program ships."""
        own = self.home / "flows"
        return own if own.is_dir() else shipped() / "flows"

    @property
    def templates(self) -> tuple[Path, ...]:
        """Where report templates are looked for: the workspace first, then what the program ships."""
        return (self.home / "reports" / "templates", shipped() / "reports" / "templates")

    @property
    def generated(self) -> Path:
        """Where reports are written."""
        return self.working / "reports" / "generated"

    @property
    def state(self) -> Path:
        """The program's own files: SQLite ledger, lab, Prefect home."""
        return self.working / ".dro"

    @property
    def own_ledger(self) -> bool:
        """Whether the ledger is the workspace's own SQLite file, which no setting names."""
        return self.database_url == _own_ledger(self.working)

    @property
    def working(self) -> Path:
        """Where files may be written: the workspace, or the current folder when the workspace is inside the wheel."""
        return Path.cwd() if self.bundled else self.home


def shipped() -> Path:
    """The content that came with the program: inside the wheel, or the checkout of an editable install."""
    return CONTENT if CONTENT.is_dir() else CHECKOUT


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; the workspace is `DRO_HOME`, else the current folder or one above it, else the shipped one."""
    env = os.environ if environ is None else environ
    home, bundled = _home(env)
    working = Path.cwd() if bundled else home
    return Settings(home, env.get("DRO_DATABASE_URL") or _own_ledger(working), _pace(env), bundled)


def authorities(environ: Mapping[str, str] | None = None) -> str:
    """The file of authorities that PostgreSQL's own client is told to verify TLS by; empty where it is told none."""
    return (os.environ if environ is None else environ).get("PGSSLROOTCERT", "")


def _own_ledger(working: Path) -> str:
    return f"sqlite:///{working / '.dro' / 'ledger.db'}"


def _home(env: Mapping[str, str]) -> tuple[Path, bool]:
    named = env.get("DRO_HOME")
    if named:
        home = Path(named).expanduser().resolve()
        if not home.is_dir():
            raise UsageError(f"DRO_HOME={named}: no such folder", "make a workspace there with `dro init DIR`")
        return home, False
    here = Path.cwd()
    if any((here / "drills").glob("*.yaml")) and not (here / "drills" / "tiers.yaml").is_file():
        hint = "every workspace has one: see `dro init DIR`, or name another workspace: DRO_HOME"
        raise UsageError(f"{here / 'drills'}: no tiers.yaml", hint)
    for folder in _own(here):
        if (folder / "drills" / "tiers.yaml").is_file():
            return folder, False
    return shipped(), CONTENT.is_dir()


def _own(here: Path) -> Iterator[Path]:
    """The current folder and those above it, as far as they are the user's: a workspace's flows are run as programs."""
    home, owner = Path.home(), os.getuid()
    for folder in (here, *here.parents):
        if folder != here and (folder.stat().st_uid != owner or folder.stat().st_mode & stat.S_IWOTH):
            return
        yield folder
        if folder == home or (folder / ".git").exists():
            return


def borrowed(environ: Mapping[str, str] | None = None) -> bool:
    """Whether nobody named a workspace and none is here, so that the shipped sample company stands in for one."""
    home, _ = _home(os.environ if environ is None else environ)
    return not (os.environ if environ is None else environ).get("DRO_HOME") and not Path.cwd().is_relative_to(home)


def _pace(env: Mapping[str, str]) -> Pace:
    text = env.get("DRO_CLOCK_PACE", "")
    if not text:
        return Pace()
    try:
        factor, _, origin = text.partition("@")
        pace = Pace(float(factor), float(origin or 0))
    except ValueError as wrong:
        raise UsageError(f"DRO_CLOCK_PACE={text}: not FACTOR@ORIGIN", "take it from `dro lab env`") from wrong
    if not (0 < pace.factor < math.inf and math.isfinite(pace.origin)):
        raise UsageError(f"DRO_CLOCK_PACE={text}: the factor must be a number above 0", "take it from `dro lab env`")
    unset = [name for name in env if name.startswith("AWS_ENDPOINT_URL_") and env[name] != env.get("AWS_ENDPOINT_URL")]
    if pace.factor != 1 and unset:
        hint = "unset it: against a lab every service is the lab's"
        raise UsageError(f"DRO_CLOCK_PACE is set, and {unset[0]} names another endpoint than AWS_ENDPOINT_URL", hint)
    if pace.factor != 1 and not env.get("AWS_ENDPOINT_URL"):
        raise UsageError(
            "DRO_CLOCK_PACE is set but AWS_ENDPOINT_URL is not: against AWS itself the clock is the real one",
            'unset DRO_CLOCK_PACE, or point at the lab with `eval "$(dro lab env)"`',
        )
    return pace
