"""The engines of RDS: which is meant, what speaks to it, and what it has no answer to."""

from __future__ import annotations

from datetime import timedelta
from unittest import mock

import pytest
from sqlalchemy.engine import URL

from dr_orchestrator.domain import engines
from dr_orchestrator.domain.drill import RowsAtLeast
from dr_orchestrator.domain.proof import AMCHECK, CHECK_TABLE, CHECKSUMS, Integrity, WholeRead
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import NotMeasured

MEANT = {
    "postgres": "PostgreSQL",
    "aurora-postgresql": "PostgreSQL",
    "mysql": "MySQL",
    "aurora-mysql": "Aurora MySQL",
    "mariadb": "MariaDB",
    "sqlserver-ex": "SQL Server",
    "custom-oracle-ee": "Oracle",
    "oracle-se2-cdb": "Oracle",
}


@pytest.mark.parametrize(("word", "name"), MEANT.items())
def test_the_words_of_rds_are_known(word: str, name: str) -> None:
    """Each by its own, several editions by how they begin."""
    found = engines.called(word)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("word", ["db2-se", "", "postgresql-of-mine"])
def test_another_engine_is_told_by_its_word(word: str) -> None:
    """Nothing here speaks to it, and that is said before anything is restored."""
    assert engines.called(word) is None
    with pytest.raises(NotMeasured, match=f"nothing here speaks to the engine {word}"):
        engines.spoken(word)


@pytest.mark.parametrize("word", ["postgres", "mysql", "mariadb"])
def test_a_missing_driver_is_told_with_what_to_install(word: str) -> None:
    """As long as it is there the engine is spoken to."""
    known = engines.spoken(word)
    with mock.patch.object(engines, "find_spec", return_value=None):
        told = engines.silent(word)
    assert told == (f"the driver of {known.name}, {known.driver}, is not installed", f"pip install {known.driver}")


@pytest.mark.parametrize(
    ("word", "extra", "driver"), [("sqlserver-se", "mssql", "pytds"), ("oracle-ee", "oracle", "oracledb")]
)
def test_a_driver_that_is_an_extra_is_told_by_its_extra(word: str, extra: str, driver: str) -> None:
    """With the line that installs it, and all that it needs."""
    known = engines.spoken(word)
    with mock.patch.object(engines, "find_spec", return_value=None):
        told = engines.silent(word)
    wanted = f"pip install 'dr_orchestrator[{extra}]'"
    assert told == (f"the driver of {known.name}, {driver}, is not installed", wanted)


def test_what_a_driver_needs_is_told_where_it_is_missing() -> None:
    """python-tds can be there without what verifies its TLS."""
    with mock.patch.object(engines, "find_spec", side_effect=lambda name: None if name == "OpenSSL" else object()):
        told = engines.silent("sqlserver-ex")
    assert told is not None
    assert told[0] == "the driver of SQL Server, pytds, needs OpenSSL, which is not installed"


def test_what_an_engine_does_not_have_is_told() -> None:
    """Tokens of IAM, and a port of its own for TLS."""
    for engine in engines.ENGINES:
        extra = engine in (engines.SQL_SERVER, engines.ORACLE)
        assert (engines.untokened(engine) is not None) is extra
        assert (engines.together(engine) is None) is (engine is engines.ORACLE)


def test_what_an_engine_has_no_answer_to_is_known() -> None:
    """By what it can be asked, and whether it reads single blocks; of other checks all is answered."""
    sample, sound = WholeRead("w", timedelta(hours=1), sample=9), Integrity("i", require=(AMCHECK,))
    assert [engines.unanswered(engines.POSTGRES, each) for each in (sample, sound)] == [None, None]
    for each in engines.ENGINES[1:]:
        for check in (sample, sound):
            told = engines.unanswered(each, check)
            assert told is not None
            assert told[0].startswith(each.name)
        assert engines.unanswered(each, Integrity("i", require=(CHECK_TABLE,))) is None
        assert engines.unanswered(each, RowsAtLeast("r", "t", 1)) is None


def test_of_aurora_mysql_no_checksums_are_asked_for() -> None:
    """Its storage keeps its own, and the setting of MySQL that tells of them does not apply to it."""
    told = engines.unasked(engines.AURORA_MYSQL, (CHECKSUMS, CHECK_TABLE))
    assert told == ("Aurora MySQL cannot be asked for checksums", "it can be for check-table")
    assert engines.unasked(engines.MYSQL, (CHECKSUMS, CHECK_TABLE)) is None


@pytest.mark.parametrize("engine", engines.ENGINES, ids=lambda each: each.word)
def test_a_login_makes_a_url_of_each_dialect(engine: engines.Engine) -> None:
    """Whatever the password is made of, it goes into its place, and is not shown."""
    login = Login("db.example.com", 3306, "shop", "reader", "p@ss/w:rd%")
    made = URL.create(engine.dialect, **login.parts)
    assert (made.host, made.password, made.database) == ("db.example.com", "p@ss/w:rd%", "shop")
    assert "p@ss" not in repr(made)
    assert engine is engines.SQL_SERVER or made.get_dialect().driver == engine.driver
