"""Whether what stands at a copy's address is the copy, and not production: known before anything is asked of it.

AWS names the address, and what AWS names is not believed. Before a connection the address is compared with all of
production's; what was compared is connected to, and no other. Then the server itself is asked one thing, when it
started. A copy's server starts after the copy was asked for; production's was there before. A copy's
`system_identifier` says nothing: whatever is restored physically has its source's.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from dr_orchestrator.checks.connection import asking
from dr_orchestrator.checks.speech import spoken_on
from dr_orchestrator.checks.speech.protocol import PROBE_S, Started
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.evidence import Seen
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import DrillFault, NotMeasured, NotTheCopy, Stopped, Transient

Address = tuple[str, int]
"""Host and port."""

SKEW = timedelta(minutes=5)
"""How far the clocks of the ledger and of the server's machine may differ: what is older than that is told apart."""


class Apart:
    """Finds the login to a copy, and proves of what answers there that it is not production.

    `login` is AWS's word for the copy's address, `production` names all addresses of the source, `asked` tells when the
    copy was asked for. Where drills read the source, `source` is the login to it.
    """

    def __init__(
        self,
        login: Callable[[Copy], Login],
        production: Callable[[], Iterable[Address]],
        asked: Callable[[Copy], datetime],
        clock: Clock,
        source: Callable[[], Login] | None = None,
    ) -> None:
        self._login, self._production, self._source = login, production, source
        self._asked, self._clock = asked, clock
        self._known: set[Address] = set()
        self._ours: list[Started] = []

    def login(self, copy: Copy) -> Login:
        """The login to the copy, to the addresses that were compared alone; NotTheCopy where one is production's.

        Who finds out how to say statements to it has found out by AWS's own ids that they are said to no other.
        """
        if not self._known:
            self._learn()
        there = self._login(copy)
        if there.statements is not None:
            return there
        if found := compared(there, self._known):
            return replace(there, addresses=tuple(sorted(found)))
        raise NotMeasured(f"{there.host} has no address here that could be compared with production's")

    def again(self, there: Login) -> Login:
        """A login that is known, to the addresses that its name has now; NotTheCopy where one is production's."""
        if found := compared(there, self._known):
            return replace(there, addresses=tuple(sorted(found)))
        raise NotMeasured(f"{there.host} has no address here that could be compared with production's")

    def proven(self, copy: Copy) -> Seen:
        """That the copy's address is none of production's, which is asked for anew."""
        self._learn()
        there = self._login(copy)
        if there.statements is not None:
            return Seen(f"asked by statements to {there.host}, and at no address")
        compared(there, self._known)
        return Seen(f"at {there.host}:{there.port}, where nothing of production is")

    def prove(self, copy: Copy, connection: Any) -> None:
        """Ask a server that was connected to when it started; NotTheCopy where it was there before the copy."""
        started = spoken_on(connection).started(connection)
        if any(map(started.is_of, self._ours)):
            return
        runs = timedelta(seconds=(started.now - started.at) * self._clock.pace)
        since = self._clock.now() - self._asked(copy)
        if runs > since + SKEW:
            told = f"what answers at the address of {copy.id} has run for {format_duration(runs)}"
            raise NotTheCopy.told(f"{told}, and the copy was asked for {format_duration(since)} ago")
        production = self._started_in_production()
        if production is not None and started.is_of(production):
            raise NotTheCopy.told(f"what answers at the address of {copy.id} is production's own server")
        self._ours.append(started)

    def prove_to_write(self, copy: Copy, connection: Any) -> None:
        """As `prove`, of a copy that spans two regions; Transient where the server only reads: the name may lead for a
        while to the region that was left, and what is asked there says nothing of the one that serves.
        """
        self.prove(copy, connection)
        if spoken_on(connection).follows(connection):
            told = f"what answers at the address of {copy.id} only reads"
            raise Transient(f"{told}: it does not stand in the region that serves")

    def _learn(self) -> None:
        found = set(self._production())
        if not found:
            raise NotMeasured("production has no address that the copy's could be compared with")
        self._known |= found

    def _started_in_production(self) -> Started | None:
        """When production's server started; None where nothing here reads it."""
        source, self._source = self._source, None  # one that cannot be read costs the recovery its time but once
        if source is None:
            return None
        try:
            with asking(source(), "the source's server", PROBE_S) as connection:
                self._source = source
                return spoken_on(connection).started(connection)
        except Stopped:
            raise
        except DrillFault:
            return None


def compared(there: Login, production: Iterable[Address]) -> set[str]:
    """The addresses of a host, of which none is production's; NotTheCopy where one is, or where it has the name."""
    host, found = _plain(there.host), resolved(there.host, there.port)
    for name, port in production:
        shared = found & resolved(name, port)
        if not shared and host != _plain(name):
            continue
        # On this machine every server has a port of its own; elsewhere an address is one server's.
        if port == there.port or not found or not all(map(_is_here, shared or found)):
            told = f"the copy is said to stand at {there.host}:{there.port}"
            raise NotTheCopy.told(f"{told}, where production is: {name}:{port}")
    return found


def resolved(host: str, port: int) -> set[str]:
    """All addresses of a host, of either version; none where it has no name here."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return set()
    return {_one(str(place[0])) for *_, place in found}


def _one(address: str) -> str:
    """An address as the one that it stands for: IPv4 may be written as IPv6."""
    read = ipaddress.ip_address(address)
    mapped = read.ipv4_mapped if isinstance(read, ipaddress.IPv6Address) else None
    return str(mapped or read)


def _is_here(address: str) -> bool:
    return ipaddress.ip_address(address).is_loopback


def _plain(host: str) -> str:
    return host.rstrip(".").casefold()
