"""Drills of real databases beside a clock that runs are tried in the long form alone: a busy machine is too late."""

from __future__ import annotations

import os

collect_ignore = [] if os.environ.get("DRO_FAULTS") == "full" else ["test_born_data.py"]
