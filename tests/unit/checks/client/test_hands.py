"""The hands of a client against real servers: a number that was written is there, once, and no other's."""

from __future__ import annotations

import psycopg
import pymysql
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
    assert not hand.only_reads(second)
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


LOSES = {
    "postgres": [
        ("CREATE UNLOGGED TABLE dr_probe (client bigint, number bigint)", "is a table that is not logged"),
        ("CREATE VIEW dr_probe AS SELECT client, number FROM kept", "is no plain table"),
    ],
    "mariadb": [
        (f"CREATE TABLE dr_probe (client bigint, number bigint) ENGINE = {engine}", f"is kept by {engine}")
        for engine in ("MyISAM", "Aria", "MEMORY")
    ],
}


def test_a_table_that_loses_rows_by_itself_is_refused(login: Login) -> None:
    """Its rows would be taken for acknowledged writes that a failover lost: told before anything is started."""
    hand = hands.of(login.engine)
    connection = hand.connect(login, "a test", 5.0)
    hand.create(connection, "kept")
    for made, told in LOSES[login.engine]:
        connection.execute(made)
        with pytest.raises(NotMeasured, match=f"the team's table dr_probe {told}.*taken for writes that were lost"):
            hand.look(connection, "dr_probe")
        connection.execute(f"DROP {'VIEW' if 'VIEW' in made else 'TABLE'} dr_probe")
    assert "that is counted" in hand.look(connection, "kept")
    assert list(hand.read(connection, "kept", 0)) == []  # a look writes nothing
    connection.close()


def test_a_key_that_refuses_a_second_client_is_told(login: Login) -> None:
    """Each client begins at zero: a unique key on the number alone lets one in; one on both hides what is doubled."""
    hand = hands.of(login.engine)
    connection = hand.connect(login, "a test", 5.0)
    hand.create(connection, "dr_probe")
    connection.execute("CREATE UNIQUE INDEX alone ON dr_probe (number)")
    with pytest.raises(NotMeasured, match=r"a unique key on number alone \(alone\)"):
        hand.look(connection, "dr_probe")
    connection.execute("DROP INDEX alone ON dr_probe" if login.engine == "mariadb" else "DROP INDEX alone")
    assert "no unique key hides" in hand.look(connection, "dr_probe")
    connection.execute("CREATE UNIQUE INDEX pairs ON dr_probe (client, number)")
    assert "by its unique key on client and number none can be there twice" in hand.look(connection, "dr_probe")
    connection.close()


def test_a_login_that_may_only_read_is_told_at_the_look(postgres_url: str) -> None:
    """The rights of a write are asked for by one of no row, not by the first that counts."""
    login = login_to(postgres_url)
    hand = hands.of(login.engine)
    connection = hand.connect(login, "a test", 5.0)
    hand.create(connection, "dr_probe")
    for each in ("DROP ROLE IF EXISTS dr_reader", "CREATE ROLE dr_reader", "GRANT SELECT ON dr_probe TO dr_reader"):
        connection.execute(each)
    connection.execute("SET ROLE dr_reader")
    with pytest.raises(hand.error, match="permission denied"):
        hand.look(connection, "dr_probe")
    connection.execute("RESET ROLE")
    connection.execute("DROP OWNED BY dr_reader")
    connection.execute("DROP ROLE dr_reader")
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


@pytest.mark.parametrize(
    ("engine", "late", "other"),
    [
        ("postgres", psycopg.errors.ConnectionTimeout("expired"), psycopg.OperationalError("password authentication")),
        ("mysql", pymysql.OperationalError(2003, "Can't connect"), pymysql.OperationalError(1045, "Access denied")),
    ],
)
def test_who_did_not_answer_in_time_is_told_from_who_refused(engine: str, late: Exception, other: Exception) -> None:
    """The one may answer later, the other has answered."""
    hand = hands.of(engine)
    assert hand.late(late)
    assert not hand.late(other)
