"""The lease of a run, or of an exercise, held while this process drives it; through it somebody asks it to stop."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from dr_orchestrator.domain.ports import Clock, Leases
from dr_orchestrator.domain.run import Lease
from dr_orchestrator.errors import Aborted, DroError, LeaseLost
from dr_orchestrator.runner.stop import Stop
from dr_orchestrator.waiting import stops

log = logging.getLogger(__name__)

BEAT = timedelta(seconds=3)
ENDING_S = 60.0
"""Real seconds that a beat under way is waited for at the end: a ledger may have gone in mid-answer."""

LEASE = timedelta(seconds=30)
"""Real time, whatever the drill's: a process that was not heard of for so long is dead."""


class LeaseHolder:
    """One lease in this process. `stop` is set when the whole process is asked to stop; `clock` is the machine's."""

    def __init__(self, leases: Leases, run: str, stop: Stop, clock: Clock) -> None:
        self._leases, self._run, self._stop, self._clock = leases, run, stop, clock
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self._aborted_by = ""
        self._taken = self._lost = False
        self._until = datetime.max.replace(tzinfo=UTC)

    def take(self) -> None:
        """Take the lease; UsageError where a living process holds it."""
        wanted = self.wanted()
        self._leases.take(wanted.run, wanted.holder, wanted.beat_at, wanted.until)
        self.took(wanted)

    def wanted(self) -> Lease:
        """The lease that this process would hold from now on, for whoever writes it together with what it is of."""
        at = self._clock.now()
        return Lease(self._run, self.holder, at, at + LEASE)

    def took(self, lease: Lease) -> None:
        """Hold a lease that is in the ledger by now."""
        self._taken, self._until = True, lease.until
        found = self._leases.lease(self._run)
        self._aborted_by = found.abort_by if found else ""  # somebody may have asked while nobody drove the run

    def raise_if_stopped(self) -> None:
        """Raise Aborted where somebody asked for the run to be stopped, LeaseLost where it is not ours any more.

        A process that slept for longer than its lease first asks the ledger whose the run is by now.
        """
        if self._clock.now() >= self._until:
            self.beat()
        self.raise_if_told()

    def raise_if_told(self) -> None:
        """Likewise, but nothing is asked: by what this process knows already. So look all that wait."""
        if self._lost:
            raise LeaseLost.to_another(self._run)
        if self._aborted_by or self._stop.is_set():
            why = f"stopped on request by {self._aborted_by}" if self._aborted_by else self._stop.why
            raise Aborted(why, "run it again when the reason is gone")

    def beat(self) -> None:
        """Say that this process is alive. A ledger that is gone for a moment is no reason to stop."""
        at = self._clock.now()
        try:
            lease = self._leases.beat(self._run, self.holder, at, at + LEASE)
        except DroError as error:
            log.warning("run %s: the ledger did not take a heartbeat: %s", self._run, error)
            return
        if lease is None:
            self._lost = True
        else:
            if lease.abort_by and not self._aborted_by:
                log.warning("run %s: %s asks to stop it: no new step is begun, copies go", self._run, lease.abort_by)
            self._aborted_by, self._until = lease.abort_by, lease.until

    def driven_elsewhere(self) -> bool:
        """Whether another living process drives the run by now: its copies and its end are that one's business.

        A ledger that does not answer says nothing of the sort.
        """
        if not self._taken or self.still_ours():
            return False
        try:
            lease = self._leases.lease(self._run)
        except DroError:
            return False
        return lease is not None and lease.until > self._clock.now()

    def still_ours(self) -> bool:
        """Whether the ledger still has this process as the one that drives the run."""
        self.beat()
        return not self._lost

    def let_go(self) -> None:
        """Let the lease end now, so that it is not waited for."""
        if not self._taken:
            return
        at = self._clock.now()
        try:
            self._leases.beat(self._run, self.holder, at, at)
        except DroError as error:
            log.warning("run %s: its lease runs out by itself: %s", self._run, error)

    @contextmanager
    def beating(self) -> Iterator[None]:
        """While inside, a thread beats; at the end the lease is let go, so that it is not waited for."""
        done = threading.Event()

        def beat() -> None:
            while not done.wait(BEAT.total_seconds() / self._clock.pace):
                if self._taken:
                    self.beat()

        thread = threading.Thread(target=beat, name=f"lease {self._run}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join(stops.leaving.at_most(ENDING_S))
            self.let_go()
