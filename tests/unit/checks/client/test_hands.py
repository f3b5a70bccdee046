"""The hands of a client against real servers: a number that was written is there, once, and no other's."""

from __future__ import annotations

import pytest

from dr_orchestrator.checks.client import hands
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import NotMeasured
from tests.support.mariadb_server import login_to


@pytest.fixture(params=["postgres", "mariadb"])
def login(request: pytest.FixtureRequest) -> Login:
    """The login to an empty database of one engine."""
    return login_to(str(request.getfixturevalue(f"{request.param}_url")))


def test_what_is_written_is_there_once(login: Login) -> None:
    """Each statement stands by itself, so that a connection that ends takes nothing back; clients are told apart."""
    hand = hands.of(login.engine)
    first = hand.connect(login, "a test", 5.0)
    hand.create(first, "numbers of mine")
    hand.create(first, "numbers of mine")  # by a process that goes on with the run
    for client, number in ((0, 0), (0, 1), (1, 0)):
        hand.write(first, "numbers of mine", client, number)
    first.close()
    second = hand.connect(login, "a test", 5.0)
    assert sorted(hand.read(second, "numbers of mine", 0)) == [0, 1]
    assert list(hand.read(second, "numbers of mine", 1)) == [0]
    second.close()


def test_a_table_of_the_teams_is_looked_for_and_never_made(login: Login) -> None:
    """In production nothing is created: a table that is not there, is an error of the server."""
    hand = hands.of(login.engine)
    connection = hand.connect(login, "a test", 5.0)
    with pytest.raises(hand.error):
        hand.look(connection, "dr_probe")
    with pytest.raises(hand.error):
        list(hand.read(connection, "dr_probe", 0))
    hand.create(connection, "dr_probe")
    hand.look(connection, "dr_probe")
    connection.close()


def test_a_server_that_only_reads_refuses_by_its_own_word(login: Login) -> None:
    """Its answer is told from a connection that ended: what it refused is in no doubt."""
    hand = hands.of(login.engine)
    connection = hand.connect(login, "a test", 5.0)
    hand.create(connection, "numbers")
    alone = (
        "SET SESSION TRANSACTION READ ONLY" if login.engine == "mariadb" else "SET default_transaction_read_only = on"
    )
    connection.execute(alone)
    with pytest.raises(hand.error) as refused:
        hand.write(connection, "numbers", 0, 0)
    assert hand.refuses(refused.value)
    connection.close()
    with pytest.raises(hand.error) as ended:
        hand.write(connection, "numbers", 0, 1)
    assert not hand.refuses(ended.value)


@pytest.mark.parametrize("engine", ["sqlserver-ex", "oracle-ee"])
def test_an_engine_without_a_hand_is_told(engine: str) -> None:
    """Before anything is restored, and by its name."""
    with pytest.raises(NotMeasured, match="no client writes to"):
        hands.of(engine)
