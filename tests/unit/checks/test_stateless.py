"""A connection of statements: what is said at the begin of each transaction, and what becomes of one that broke off."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
import pytest

from dr_orchestrator.checks.deep.postgres import asking
from dr_orchestrator.checks.speech.postgres.stateless import NotLetIn, Stateless, connected
from dr_orchestrator.domain.statements import READ_ONLY, Rows, StatementRefused, Value
from dr_orchestrator.errors import Transient

SET = "SELECT pg_catalog.set_config(:p1, :p2, true)"
WITHIN = (SET, ("statement_timeout", "40s"))
NO_ROWS = Rows()


class Heard:
    """Notes what is said, and refuses what it is told to."""

    def __init__(self, **refuses: StatementRefused) -> None:
        self.said: list[tuple[str, tuple[Value, ...]]] = []
        self.begun = 0
        self.undone: list[str] = []
        self.refuses = refuses

    def begin(self) -> str:
        if refused := self.refuses.get("begin"):
            raise refused
        self.begun += 1
        return f"t{self.begun}"

    def say(self, statement: str, values: Sequence[Value], transaction: str) -> Rows:
        assert transaction == f"t{self.begun}"
        self.said.append((statement, tuple(values)))
        if refused := self.refuses.get(statement):
            raise refused
        return NO_ROWS

    def undo(self, transaction: str) -> None:
        self.undone.append(transaction)


def test_each_transaction_is_told_to_read_before_anything_else() -> None:
    """And is undone at its end, whatever it was; the next begins likewise."""
    heard = Heard()
    with connected(heard) as connection:
        assert heard.said == []
        connection.execute("SELECT 1")
        connection.commit()
        connection.execute("SELECT %s, '%%'", ("x",))
    assert heard.said == [
        *((READ_ONLY, ()), WITHIN, ("SELECT 1", ())),
        *((READ_ONLY, ()), WITHIN, ("SELECT :p1, '%'", ("x",))),
    ]
    assert heard.undone == ["t1", "t2"]


def test_what_is_to_be_undone_anyway_may_write_where_it_says_so_first() -> None:
    """A transaction that makes an extension, say; one that has begun to read cannot."""
    heard = Heard()
    with connected(heard) as connection:
        with connection.transaction(force_rollback=True):
            connection.execute("SET TRANSACTION READ WRITE")
            connection.execute("CREATE EXTENSION amcheck")
        assert heard.undone == ["t1"]
    said = [statement for statement, _ in heard.said]
    assert said[0] == "SET TRANSACTION READ WRITE"
    assert said[-1] == "CREATE EXTENSION amcheck"
    assert not any("transaction_read_only" in each for each in said)


def test_a_part_is_undone_by_itself() -> None:
    """As psycopg does: by a savepoint, where a transaction is under way."""
    heard = Heard(**{"SELECT bad": StatementRefused("no such", "42P01")})
    with connected(heard) as connection:
        connection.execute("SELECT 1")
        with pytest.raises(psycopg.errors.UndefinedTable), connection.transaction():
            connection.execute("SELECT bad")
        with connection.transaction():
            connection.execute("SELECT 2")
    assert [statement for statement, _ in heard.said[3:]] == [
        *("SAVEPOINT dro_1", "SELECT bad", "ROLLBACK TO SAVEPOINT dro_1"),
        *("SAVEPOINT dro_1", "SELECT 2", "RELEASE SAVEPOINT dro_1"),
    ]


def test_what_was_cut_is_over_and_the_next_begins_anew() -> None:
    """The API ends a transaction with the statement that took too long: nothing is undone in what is not there."""
    heard = Heard(slow=StatementRefused("too long", "57014", cut=True))
    with connected(heard) as connection:
        connection.execute("SELECT 1")
        with pytest.raises(psycopg.errors.QueryCanceled, match="too long"), connection.transaction():
            connection.execute("slow")
        connection.execute("SELECT 2")
    assert heard.begun == 2
    assert heard.undone == ["t2"]


def test_settings_of_a_session_hold_in_each_transaction() -> None:
    """There is no session: patience for locks is told anew; no statement is given longer than the way there lets."""
    heard = Heard()
    connection = Stateless(heard)
    asking.careful(connection)
    asking.bound(connection, 300)
    connection.rollback()
    connection.execute("SELECT 1")
    assert (SET, ("lock_timeout", "5s")) in heard.said[:3]
    assert ("SELECT pg_catalog.set_config('statement_timeout', :p1, true)", ("40000ms",)) in heard.said
    assert (SET, ("lock_timeout", "5s")) in heard.said[4:]


@pytest.mark.parametrize(
    ("refused", "kind"),
    [
        (StatementRefused("password authentication failed", "28P01", login=True), NotLetIn),
        (StatementRefused("no such database", "3D000"), psycopg.errors.InvalidCatalogName),
        (StatementRefused("of no code"), psycopg.OperationalError),
        (StatementRefused("of an unheard code", "ZZ999"), psycopg.DatabaseError),
    ],
)
def test_a_refusal_is_the_error_that_psycopg_has_for_it(refused: StatementRefused, kind: type[Exception]) -> None:
    """With its words and code; a login that was refused is known as nothing else."""
    with pytest.raises(psycopg.Error) as told, connected(Heard(begin=refused)):
        raise AssertionError
    assert type(told.value) is kind
    assert str(told.value) == refused.message


def test_nothing_is_said_in_a_transaction_that_was_not_told_to_read() -> None:
    """Where the way to the server failed at its first statement: the next one is said in another transaction."""

    class Broken(Heard):
        def say(self, statement: str, values: Sequence[Value], transaction: str) -> Rows:
            rows = super().say(statement, values, transaction)
            if len(self.said) == 1:
                raise Transient("throttled")
            return rows

    heard = Broken()
    connection = Stateless(heard)
    with pytest.raises(Transient):
        connection.execute("SELECT 1")
    connection.execute("SELECT 2")
    assert heard.undone == ["t1"]
    assert heard.said == [(READ_ONLY, ()), (READ_ONLY, ()), WITHIN, ("SELECT 2", ())]
