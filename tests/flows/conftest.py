"""What real databases do in another account is tried in the long form alone: its time is that of all the others."""

from __future__ import annotations

import os

collect_ignore = [] if os.environ.get("DRO_FAULTS") == "full" else ["test_carried_data.py"]
