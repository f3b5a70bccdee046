"""The machine that reads copies, with names under which volumes can be attached to it; copies stand in its zone."""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection

from dr_orchestrator.aws.machines.lent import CALL, Lent
from dr_orchestrator.errors import NotMeasured

_DEVICES = tuple(f"/dev/sd{letter}" for letter in "fghijklmnop")
"""The names that EC2 recommends for volumes of data."""


class Reader(Lent):
    """A machine by its id: no volume is attached across zones."""

    def free_device(self, copy: str, refused: Collection[str] = ()) -> str:
        """A name under which a copy can be attached to it, none of the refused; NotMeasured where all are taken.

        Where to begin is drawn from the copy's name: drills that share the machine seldom want the same one.
        """
        taken = {_place(str(each.get("DeviceName"))) for each in self.seen().get("BlockDeviceMappings") or ()}
        first = zlib.crc32(copy.encode()) % len(_DEVICES)
        ordered = (*_DEVICES[first:], *_DEVICES[:first])
        free = [each for each in ordered if _place(each) not in taken and each not in refused]
        if not free:
            raise NotMeasured(f"machine {self.id} has no place for another volume", "detach some, or use another", CALL)
        return free[0]


def _place(name: str) -> str:
    """The letters that machines take for the same: `/dev/sdf`, `xvdf` and `/dev/xvdf` are all `f`."""
    return re.sub(r"^(/dev/)?(sd|xvd)", "", name)
