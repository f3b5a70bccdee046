"""The lease of a run, or of an exercise, held while this process drives it; through it somebody asks it to stop."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from dr_orchestrator.domain.ports import Clock, Leases
from dr_orchestrator.errors import Aborted, DroError, LeaseLost
from dr_orchestrator.runner.stop import Stop
from dr_orchestrator.waiting import stops

log = logging.getLogger(__name__)

BEAT = timedelta(seconds=3)
ENDING_S = 60.0
"""Real seconds that a beat under way is waited for at the end: a ledger may have gone in mid-answer."""

LEASE = timedelta(seconds=30)
"""Real time, whatever the drill's: a process that was not heard of for so long is dead."""

PATIENCE_S = 600.0
"""Real seconds for which a ledger that does not answer is asked whose a run is, before something is changed in AWS."""

ASK_EVERY_S = 1.0


class LeaseHolder:
    """One lease in this process. `stop` is set when the whole process is asked to stop; `clock` is the machine's.

    It is good from just before the ledger was asked for it, by the clock's steady seconds: never for longer than the
    ledger has it, whose own clock times it.
    """

    def __init__(self, leases: Leases, run: str, stop: Stop, clock: Clock) -> None:
        self._leases, self._run, self._stop, self._clock = leases, run, stop, clock
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self._aborted_by = ""
        self._taken = self._lost = False
        self._good_until = 0.0

    def take(self) -> None:
        """Take the lease; UsageError where a living process holds it."""
        asked = self._clock.monotonic()
        lease = self._leases.take(self._run, self.holder, LEASE)
        self.took(asked)
        self._aborted_by = lease.abort_by  # somebody may have asked while nobody drove the run

    def took(self, asked: float) -> None:
        """Hold a lease that is in the ledger by now; it was `asked` for at that second of the clock."""
        self._taken, self._good_until = True, asked + LEASE.total_seconds()

    def raise_if_stopped(self) -> None:
        """Raise Aborted where somebody asked for the run to be stopped, LeaseLost where it is not ours any more."""
        self.raise_if_lost()
        self._raise_if_asked_to_stop()

    def raise_if_lost(self) -> None:
        """Raise LeaseLost where another process drives the run by now.

        A process that slept for longer than its lease first asks the ledger; one that does not answer stops nobody.
        """
        if not self._is_good():
            self.beat()
        self._raise_if_lost()

    def raise_if_told(self) -> None:
        """As `raise_if_stopped`, but nothing is asked: by what this process knows already. So look all that wait."""
        self._raise_if_lost()
        self._raise_if_asked_to_stop()

    def before_write(self, makes: bool) -> None:
        """Raise LeaseLost unless it is known that no other process drives the run: before each change in AWS.

        A ledger that does not answer is waited for, up to its own error. One that can be read alone and has us still is
        believed where something is to go, for a copy should not outlive its run, and nobody else can take that either;
        never where something is to be made (`makes`): that would stand, though a sweep had just ended the run.
        """
        began = self._clock.monotonic()
        while not (self._lost or self._is_good()):
            try:
                self._prolong()
            except DroError:
                if not makes and self._is_written_as_ours():
                    break
                if self._clock.monotonic() - began > PATIENCE_S:
                    raise
                if makes:
                    self._raise_if_asked_to_stop()
                self._clock.sleep(ASK_EVERY_S)
        self._raise_if_lost()

    def beat(self) -> None:
        """Say that this process is alive. A ledger that is gone for a moment is no reason to stop."""
        try:
            self._prolong()
        except DroError as error:
            log.warning("run %s: the ledger did not take a heartbeat: %s", self._run, error)

    def driven_elsewhere(self) -> bool:
        """Whether another process took the run: its copies and its end are that one's business, or a sweep's.

        A ledger that does not answer says nothing of the sort.
        """
        return self._taken and not self.still_ours()

    def still_ours(self) -> bool:
        """Whether the ledger still has this process as the one that drives the run."""
        self.beat()
        return not self._lost

    def _is_good(self) -> bool:
        """Whether no other can have the lease by now, or none was taken yet."""
        return not self._taken or self._clock.monotonic() < self._good_until

    def _prolong(self) -> None:
        asked = self._clock.monotonic()
        lease = self._leases.beat(self._run, self.holder, LEASE)
        if lease is None:
            self._lost = True
        else:
            if lease.abort_by and not self._aborted_by:
                log.warning("run %s: %s asks to stop it: no new step is begun, copies go", self._run, lease.abort_by)
            self._aborted_by, self._good_until = lease.abort_by, asked + LEASE.total_seconds()

    def _is_written_as_ours(self) -> bool:
        try:
            found = self._leases.lease(self._run)
        except DroError:
            return False
        self._lost = self._lost or found is None or found.holder != self.holder
        return True

    def _raise_if_lost(self) -> None:
        if self._lost:
            raise LeaseLost.to_another(self._run)

    def _raise_if_asked_to_stop(self) -> None:
        if self._aborted_by or self._stop.is_set():
            why = f"stopped on request by {self._aborted_by}" if self._aborted_by else self._stop.why
            raise Aborted(why, "run it again when the reason is gone")

    def let_go(self) -> None:
        """Let the lease end now, so that it is not waited for."""
        if not self._taken:
            return
        try:
            self._leases.beat(self._run, self.holder, timedelta())
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
