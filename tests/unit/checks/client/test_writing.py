"""A client that goes on writing: what it saw, and what became of each number, against a server that is scripted."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator.checks.client import hands, writing
from dr_orchestrator.checks.client.writing import SETTLED, Client
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import NotMeasured, NotTheCopy, Transient
from tests.support.fakes import FakeClock

ENOUGH = 3 * SETTLED
WITHIN_S = 20.0


class Lost(Exception):
    """The server's connection ends."""


class ReadsAlone(Lost):
    """The server answers that it only reads."""


@dataclass
class Server:
    """A server whose writes are scripted by their place: `fails` end the connection, at `down` tries it is not there.

    What it acknowledged is there, but for what is `forgotten`; `keeps` are numbers that are there though their answers
    were lost, `twice` those that are there twice.
    """

    clock: FakeClock
    fails: dict[int, Exception] = field(default_factory=dict)
    down: int = 0
    forgotten: set[int] = field(default_factory=set)
    keeps: set[int] = field(default_factory=set)
    twice: set[int] = field(default_factory=set)
    names: list[set[str]] = field(default_factory=lambda: [{"10.0.0.1"}])
    there: list[int] = field(default_factory=list)
    enough: threading.Event = field(default_factory=threading.Event)
    error: type[Exception] = Lost
    missing: int = 0
    lags: bool = False

    def only_reads(self, connection: Any) -> bool:
        del connection
        return self.lags

    def late(self, error: Exception) -> bool:
        return isinstance(error, Slow)

    def connect(self, login: Login, what: str, answer_s: float) -> Any:
        del login, what, answer_s
        self.clock.sleep(1.0)
        if self.missing:
            self.missing -= 1
            raise Lost
        return mock.Mock()

    def refuses(self, error: Exception) -> bool:
        return isinstance(error, ReadsAlone)

    def create(self, connection: Any, table: str) -> None:
        del connection, table

    def look(self, connection: Any, table: str) -> str:
        del connection
        return f"{table} keeps its rows"

    def write(self, connection: Any, table: str, client: int, number: int) -> None:
        del connection, table, client
        self.clock.sleep(1.0)
        if (error := self.fails.get(number)) is not None:
            self.missing = self.down
            if number in self.keeps:
                self.there.append(number)
            raise error
        if number not in self.forgotten:
            self.there += [number] * (2 if number in self.twice else 1)
        if number >= ENOUGH:
            self.enough.set()
            self.clock.over.wait(WITHIN_S)

    def read(self, connection: Any, table: str, client: int) -> Iterable[int]:
        del connection, table, client
        return list(self.there)

    def look_up(self, host: str, port: int) -> set[str]:
        del host, port
        return self.names.pop(0) if len(self.names) > 1 else self.names[0]


class Clock(FakeClock):
    """A clock that stands still but for what the server takes."""

    def __init__(self) -> None:
        super().__init__()
        self.over = threading.Event()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(Clock())  # type: ignore[arg-type]
    nothing = mock.patch.object(writing, "_reached", lambda *_: 0.0)
    with nothing, mock.patch.object(writing, "PAUSE_S", 0.0), mock.patch.object(hands, "of", lambda _: made):
        yield made
    made.clock.over.set()  # type: ignore[attr-defined]


@contextmanager
def written(server: Server, prove: Callable[[Any], None] = lambda _: None) -> Iterator[Client]:
    """A client that has written enough, and ended."""
    login = Login("copy.example", 5432, "orders", "orders", "hush")
    client = Client(lambda: login, lambda told: told, prove, server.clock, "numbers", 0, server.look_up)
    client.begin()
    try:
        assert server.enough.wait(WITHIN_S), client._fault
        yield client
    finally:
        server.clock.over.set()  # type: ignore[attr-defined]
        client.end()


def ended(client: Client, server: Server) -> Client:
    server.clock.over.set()  # type: ignore[attr-defined]
    client.end()
    return client


def test_an_outage_is_from_the_first_that_failed_to_the_first_that_was_answered(server: Server) -> None:
    """One lost answer, three tries in vain: from the sending of that write to the answer of the next, and no less."""
    server.fails, server.down = {40: Lost()}, 3
    with written(server) as client:
        assert client.serves_again()
        seen = ended(client, server).outage()
    assert seen is not None
    assert seen.lasted.total_seconds() == 1 + 4 + 1  # the write, four tries to connect, the next write
    assert seen.interruptions == 1
    assert seen.resolution.total_seconds() == 3  # the last try in vain, the one that succeeded, the next write


def test_what_was_never_answered_is_in_doubt_and_no_loss(server: Server) -> None:
    """A write without an answer may be there or not: either is told, neither is lost."""
    server.fails, server.keeps = {40: Lost(), 60: Lost()}, {60}
    with written(server) as client:
        counted = ended(client, server).count()
    assert (counted.in_doubt, counted.in_doubt_present) == (2, 1)
    assert (counted.lost, counted.doubled) == (0, 0)
    assert counted.sent == counted.acknowledged + 2
    assert counted.present == counted.acknowledged


def test_what_was_acknowledged_and_is_not_there_is_lost(server: Server) -> None:
    """The numbers that a standby never had are counted, and how far back they reach."""
    server.fails, server.forgotten, server.twice = {40: Lost()}, {37, 38, 39}, {10}
    with written(server) as client:
        counted = ended(client, server).count()
    assert (counted.lost, counted.doubled, counted.in_doubt) == (3, 1, 1)
    assert counted.lost_for == timedelta(seconds=5)  # 37 was answered 2 s before 40 was sent, and the outage lasted 3


@pytest.mark.parametrize(("forgotten", "lost_for"), [(41, timedelta(seconds=3)), (100, None)])
def test_what_was_acknowledged_within_the_outage_and_is_lost_is_no_loss_of_nothing(
    server: Server, forgotten: int, lost_for: timedelta | None
) -> None:
    """Its span reaches to the end of the outage; what was lost after that has none, and is never told as zero."""
    server.fails, server.forgotten = {40: Lost(), 42: Lost()}, {forgotten}
    with written(server) as client:
        counted = ended(client, server).count()
    assert (counted.lost, counted.lost_for) == (1, lost_for)


def test_what_vanishes_afterwards_is_told(server: Server) -> None:
    """Numbers that were acknowledged and there, and are there no more, are counted, and no others."""
    server.fails, server.forgotten, server.keeps = {40: Lost(), 60: Lost(), 61: Lost()}, {39}, {60}
    with written(server) as client:
        counted = ended(client, server).count()
        assert counted.unacknowledged == ((40, 40), (60, 61))
        assert client.gone(counted) == 0
        for number in (5, 6, 60):
            server.there.remove(number)
        assert client.gone(counted) == 2
        with pytest.raises(NotMeasured, match="not kept"):
            client.gone(replace(counted, unacknowledged=None))


def test_what_only_reads_refuses_and_leaves_nothing_in_doubt(server: Server) -> None:
    """A server's own answer that it only reads is no acknowledgement, and no doubt either; the outage goes on."""
    server.fails = {40: Lost(), 41: ReadsAlone(), 42: ReadsAlone()}
    with written(server) as client:
        counted, seen = ended(client, server).count(), client.outage()
    assert (counted.refused, counted.in_doubt, counted.lost) == (2, 1, 0)
    assert seen is not None
    assert seen.interruptions == 1


def test_an_outage_that_begins_anew_lasts_until_it_is_over_for_good(server: Server) -> None:
    """One write that got through in between ends nothing: the clock stops when writes are answered and go on being."""
    server.fails = {40: Lost(), 42: Lost()}
    with written(server) as client:
        seen = ended(client, server).outage()
    assert seen is not None
    assert seen.interruptions == 2
    assert seen.lasted.total_seconds() == 6  # two writes in vain, two connections, the one between, the last


def test_an_outage_is_over_once_writes_are_settled(server: Server) -> None:
    """What fails long after it is another: the longest is told, wherever it lies, and no time of service is in it."""
    server.fails = {10: Lost(), 12: Lost(), 13 + SETTLED: Lost()}
    with written(server) as client:
        seen = ended(client, server).outage()
    assert seen is not None
    assert (seen.interruptions, seen.lasted.total_seconds()) == (3, 6)


def test_a_last_write_that_the_end_cuts_short_hides_no_outage(server: Server) -> None:
    """It is in doubt, and what was seen before it is told; where the client was not served before, nothing is."""
    server.fails = {40: Lost()}
    clients: list[Client] = []
    with mock.patch.object(server, "write", _cut_short(server, clients)), written(server) as client:
        clients.append(client)
        seen, counted = ended(client, server).outage(), client.count()
    assert seen is not None
    assert seen.lasted.total_seconds() == 3
    assert (counted.in_doubt, counted.in_doubt_present, counted.lost) == (2, 1, 0)
    client._sent[-2].acknowledged = None
    assert client.outage() is None


def _cut_short(server: Server, clients: list[Client]) -> Callable[..., None]:
    """Writes as the server takes them; the last one's answer is lost once its client has been told to end."""
    write = server.write

    def written_in_vain(connection: Any, table: str, client: int, number: int) -> None:
        write(connection, table, client, number)
        if number >= ENOUGH:
            clients[0]._over.wait(WITHIN_S)
            raise Lost

    return written_in_vain


def test_nothing_failed_and_nothing_was_measured(server: Server) -> None:
    """A client that was always served saw no outage: it does not say that there was none."""
    with written(server) as client:
        assert not client.disturbed()
        assert not client.serves_again()
        assert ended(client, server).outage() is None


def test_an_outage_of_before_is_not_taken_for_one_of_since(server: Server) -> None:
    """A write that failed before the failover was asked for disturbs nothing that comes after, and ends no wait."""
    server.fails = {40: Lost()}
    with written(server) as client:
        later = client._sent[41].at
        assert client.disturbed()
        assert client.serves_again(client._sent[40].at)
        assert not client.disturbed(later)
        assert not client.serves_again(later)


def test_a_write_under_way_when_it_was_asked_for_is_disturbed_by_it(server: Server) -> None:
    """A failover may cut off the one write that was sent just before: none fails but that one."""
    server.fails = {40: Lost()}
    with written(server) as client:
        cut = client._sent[40]
        assert cut.failed is not None
        under_way = (cut.at + cut.failed) / 2
        assert cut.at < under_way < cut.failed
        assert client.disturbed(under_way)
        assert client.serves_again(under_way)


def test_a_last_write_that_failed_disturbs(server: Server) -> None:
    """A client that is cut off sends no other write: the last one tells of it, and it is not served."""
    server.fails, server.down = {40: Lost()}, 10**9
    with mock.patch.object(server, "connect", _cut_off(server)), written(server) as client:
        assert client.disturbed()
        assert not client.answered()
        assert not client.serves_again()


def _cut_off(server: Server) -> Callable[..., Any]:
    """Connections as the server gives them; the second in vain is enough."""
    connect = server.connect

    def connected(*given: Any) -> Any:
        try:
            return connect(*given)
        except Lost:
            server.enough.set()
            server.clock.over.wait(0.01)  # type: ignore[attr-defined]
            raise

    return connected


def test_the_name_is_looked_up_anew_at_each_try(server: Server) -> None:
    """When it first leads to an address that it had not had is told, from the beginning of the outage on."""
    server.names = [{"10.0.0.1"}] * 4 + [{"10.0.0.2"}]
    server.fails, server.down = {40: Lost()}, 5
    with written(server) as client:
        seen = ended(client, server).outage()
    assert seen is not None
    assert seen.dns is not None
    assert 0 < seen.dns.total_seconds() < seen.lasted.total_seconds()


def test_a_name_that_stays_tells_of_no_change(server: Server) -> None:
    """Where the address is the same all the time, or is none, nothing is made up."""
    server.fails = {40: Lost()}
    with written(server) as client:
        seen = ended(client, server).outage()
    assert seen is not None
    assert seen.dns is None


def test_nothing_is_written_to_what_is_not_the_copy(server: Server) -> None:
    """What stands behind the name after a failover is proven as before: production gets no number."""
    server.fails = {40: Lost()}
    asked: list[int] = []

    def prove(_: Any) -> None:
        asked.append(len(server.there))
        if len(asked) > 2:
            server.enough.set()
            raise NotTheCopy.told("production answers")

    with written(server, prove) as client:
        client.end()
        with pytest.raises(NotTheCopy):
            client.acknowledged()
        with pytest.raises(NotTheCopy):  # also where nobody looked before it ended
            client.count()
    assert max(server.there) == 39


def test_a_copy_that_takes_no_table_is_told_at_once(server: Server) -> None:
    """A login that may not create a table is no outage: nothing is failed over for it."""
    server.missing = 1
    login = Login("copy.example", 5432, "orders", "orders", "hush")
    client = Client(lambda: login, lambda told: told, lambda _: None, server.clock, "numbers", 0, server.look_up)
    with pytest.raises(NotMeasured, match="cannot write"):
        client.begin()


def test_what_is_said_of_production_calls_it_so(server: Server) -> None:
    """No message of a drill on production speaks of a copy; its table is looked at, and none is made."""
    login = Login("orders.example", 5432, "orders", "dr_probe", "hush")
    given = (lambda: login, lambda told: told, lambda _: None, server.clock, "dr_probe", 0, server.look_up)
    client = Client(*given, declared=True)
    assert client.look() == "dr_probe keeps its rows"
    assert server.there == []
    server.missing = 1
    with pytest.raises(NotMeasured, match="the client cannot write to dr_probe"):
        client.look()
    with mock.patch.object(writing, "_reached", mock.Mock(side_effect=TimeoutError("timed out"))):
        for act in (client.begin, client.look, client.count):
            with pytest.raises(Transient, match="production") as raised:
                act()
            assert "copy" not in str(raised.value)


def test_a_packet_that_is_lost_is_no_defect(server: Server) -> None:
    """Before and afterwards an address has its time to answer; one that does not then is looked at again."""
    waited: list[float] = []

    def reached(_: Login, within: float) -> None:
        waited.append(within)
        raise TimeoutError("timed out")

    login = Login("copy.example", 5432, "orders", "orders", "hush")
    late = Client(lambda: login, lambda told: told, lambda _: None, server.clock, "numbers", 0, server.look_up)
    with written(server) as client:
        ended(client, server)
        with mock.patch.object(writing, "_reached", reached):
            for act in (late.begin, client.count):
                with pytest.raises(Transient, match="timed out"):
                    act()
    assert waited == [hands.CONNECT_S] * 2


class Slow(Lost):
    """Nobody answered in time."""


def test_a_server_that_is_busy_as_it_is_logged_in_to_is_asked_again(server: Server) -> None:
    """It took the connection and said nothing for a while: that tells nothing of the drill, before or afterwards."""
    login = Login("copy.example", 5432, "orders", "orders", "hush")
    late = Client(lambda: login, lambda told: told, lambda _: None, server.clock, "numbers", 0, server.look_up)
    with written(server) as client:
        ended(client, server)
        with mock.patch.object(server, "connect", mock.Mock(side_effect=Slow("connection timeout expired"))):
            for act in (late.begin, client.count):
                with pytest.raises(Transient, match="connection timeout expired"):
                    act()


def test_an_address_that_takes_no_connection_is_left_at_once() -> None:
    """A host that is gone says nothing: each try ends within a fraction of a second."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        login = replace(Login("127.0.0.1", taken.getsockname()[1], "", "", ""), addresses=("127.0.0.1",))
        with pytest.raises(OSError, match="refused"):
            writing._reached(login, writing.REACH_S)


def test_a_client_that_is_far_away_has_the_time_that_it_takes(server: Server) -> None:
    """How long a connection took at first, some times: one that is two continents away comes back all the same."""
    waited: list[float] = []

    def reached(_: Login, within: float) -> float:
        waited.append(within)
        if within < 0.3:
            raise TimeoutError("timed out")
        return 0.3

    server.fails = {40: Lost()}
    with mock.patch.object(writing, "_reached", reached), written(server) as client:
        assert client.serves_again()
        ended(client, server)
    assert waited == [hands.CONNECT_S, hands.CONNECT_S, writing.PATIENT * 0.3]


@pytest.mark.parametrize(("took", "within"), [(0.001, writing.REACH_S), (5.0, hands.CONNECT_S)])
def test_a_client_nearby_loses_no_time_and_none_waits_longer_than_before(
    server: Server, took: float, within: float
) -> None:
    """A host that is gone says nothing: what is nearby is left at once, and nothing is waited for without end."""
    server.fails = {40: Lost()}
    with mock.patch.object(writing, "_reached", lambda *_: took), written(server) as client:
        ended(client, server)
        assert client._reach_s == within


def test_a_reader_is_not_asked_what_became_of_the_writes(server: Server) -> None:
    """It may lag: what it has not is not lost, so the name is looked up again."""
    with written(server) as client:
        ended(client, server)
        server.lags = True
        with pytest.raises(Transient, match="leads to a server that only reads"):
            client.count()
        server.lags = False
        assert client.count().lost == 0
