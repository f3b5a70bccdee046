"""How a container's copy is asked for its tenants; the resource types provide it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.mass_restore.items import Found
from dr_orchestrator.domain.mass_restore.plan import TenantCheck


class Tells(Protocol):
    """A way into a copy that is open, for one worker."""

    def __call__(self, check: TenantCheck, tenant: str) -> Found:
        """The rows that the copy tells of a tenant by a check; why none, where it cannot.

        Transient where the way broke: nothing is known of the tenant, and another way may tell it.
        """


class Tenants(Protocol):
    """Opens ways into a copy, by which its tenants are asked for."""

    def opened(self, copy: Copy) -> AbstractContextManager[Tells]:
        """Within: a way that has proven to lead to the copy; NotTheCopy where it does not, Transient where it may
        later.
        """
