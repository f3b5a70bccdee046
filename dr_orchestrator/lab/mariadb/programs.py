"""MariaDB's programs, as the machine has them."""

from __future__ import annotations

import shutil
from pathlib import Path

from dr_orchestrator.errors import LabError
from dr_orchestrator.lab.programs import Programs, account

_PLACES = tuple(map(Path, ("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin")))
NEEDED = ("mariadbd", "mariadb-install-db", "mariadb-binlog", "mariadb")
INSTALL = "install it: apt-get install --no-install-recommends mariadb-server, or brew install mariadb"


def prepare(root: Path) -> Programs:  # noqa: ARG001 - nothing of it is copied
    """The programs; LabError, with what to install, where one is missing."""
    found = Programs(Path("/"), account(), _PLACES)
    missing = [name for name in NEEDED if found.path(name) == name and shutil.which(name) is None]
    if missing:
        raise LabError(f"MariaDB is not installed: there is no {missing[0]}", INSTALL)
    return found
