"""The other region of a database that spans two."""

from __future__ import annotations

from dataclasses import dataclass

from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.service import Isolation


@dataclass(frozen=True)
class Secondary:
    """The region in which the secondary of a drill's global database is to stand, and where it is put there.

    `key` is the one of KMS there under which its storage is encrypted, empty where none is declared; `parameter_group`
    that of the cluster there.
    """

    region: str
    key: str = ""
    parameter_group: str = ""
    isolation: Isolation | None = None

    @property
    def to(self) -> Destination:
        """The place, as copies that stand elsewhere are told of theirs."""
        return Destination(self.region, key=self.key, parameter_group=self.parameter_group)
