"""The look at the machine's clock: one that is wrong makes a drill's figures wrong, so nothing is started by it."""

from __future__ import annotations

from datetime import timedelta

from dr_orchestrator.domain.preflight import Doubt, NotApplicable
from dr_orchestrator.domain.run import Clocks
from dr_orchestrator.errors import NotMeasured

TOLD = timedelta(seconds=5)
"""More than networks and whole seconds explain."""

REFUSED = timedelta(seconds=60)
"""By so much the data that a drill calls lost would be wrong: it compares our disruption with instants of AWS, and the
objectives that it is held to are of minutes.
"""


def look(clocks: Clocks) -> str:
    """How right the machine's clock is; NotMeasured where it is too wrong to measure by."""
    known = [f"{skew} {of}" for of, skew in clocks.by_name if skew is not None]
    if not known:
        raise NotApplicable("the drill's clock is a lab's, and the ledger is a file of this machine")
    words = f"this machine's clock is {', '.join(known)}"
    least = max(skew.least for _, skew in clocks.by_name if skew is not None)
    if least > REFUSED:
        limit = f"more than {REFUSED.total_seconds():.0f} s"
        raise NotMeasured(f"{words}: {limit}, and no figure would be right", "set it by NTP, then run the drill again")
    if least > TOLD:
        raise Doubt(f"{words}: figures that compare its instants with AWS's are wrong by so much; set it by NTP")
    return words
