"""Long drills of real databases are tried in the long form alone: in another account, and in all depth."""

from __future__ import annotations

import os

LONG = ["test_carried_data.py", "test_born_deep.py"]
collect_ignore = [] if os.environ.get("DRO_FAULTS") == "full" else LONG
