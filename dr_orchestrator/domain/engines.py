"""The database engines of RDS: what each is called, what speaks to it, and what it can be asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec

from dr_orchestrator.domain.proof import AMCHECK, CHECK_TABLE, CHECKSUMS, Integrity, WholeRead
from dr_orchestrator.errors import NotMeasured


@dataclass(frozen=True)
class Engine:
    """A kind of database: its word in drill files, its name, how RDS's own words for it begin.

    `dialect` is SQLAlchemy's, `driver` the module that speaks to it, which `needs` others; `extra` brings them where
    they are not installed with the program. `askable` is what an integrity check can have it asked. One that takes
    `tokens` can be logged in to by IAM; one that `tells` its password tells it to whoever answers, so that TLS has to
    say who that is. TLS that answers `apart` does so at another port than the one that RDS tells. One that is asked
    `by_statements`, too, can have each transaction told that it only reads.
    """

    word: str
    name: str
    rds: tuple[str, ...]
    dialect: str
    driver: str
    extra: str = ""
    needs: tuple[str, ...] = ()
    askable: tuple[str, ...] = ()
    reads_blocks: bool = False
    tokens: bool = True
    tells: bool = False
    apart: bool = False
    by_statements: bool = False

    @property
    def missing(self) -> str:
        """The first of the modules that speak to it which is not installed; empty where all are."""
        return next((each for each in (self.driver, *self.needs) if find_spec(each) is None), "")


POSTGRES = Engine(
    *("postgres", "PostgreSQL", ("postgres", "aurora-postgresql"), "postgresql+psycopg", "psycopg"),
    askable=(AMCHECK, CHECKSUMS),
    reads_blocks=True,
    by_statements=True,
)
_OF_MYSQL = (CHECKSUMS, CHECK_TABLE)
MYSQL = Engine("mysql", "MySQL", ("mysql",), "mysql+pymysql", "pymysql", askable=_OF_MYSQL)
# Aurora's storage keeps checksums of its own, of which nobody can ask: innodb_checksum_algorithm does not apply to it.
AURORA_MYSQL = Engine(
    *("aurora-mysql", "Aurora MySQL", ("aurora-mysql", "aurora"), "mysql+pymysql", "pymysql"), askable=(CHECK_TABLE,)
)
MARIADB = Engine("mariadb", "MariaDB", ("mariadb",), "mariadb+pymysql", "pymysql", askable=_OF_MYSQL)
SQL_SERVER = Engine(
    *("sqlserver", "SQL Server", ("sqlserver-", "custom-sqlserver-"), "mssql", "pytds", "mssql"),
    needs=("OpenSSL",),
    askable=(CHECKSUMS, CHECK_TABLE),
    tokens=False,
    tells=True,
)
ORACLE = Engine(
    *("oracle", "Oracle", ("oracle-", "custom-oracle-"), "oracle+oracledb", "oracledb", "oracle"),
    askable=(CHECKSUMS, CHECK_TABLE),
    tokens=False,
    apart=True,
)
ENGINES = (POSTGRES, MYSQL, AURORA_MYSQL, MARIADB, SQL_SERVER, ORACLE)
WORDS = tuple(each.word for each in ENGINES)


def called(engine: str) -> Engine | None:
    """The engine that RDS, or a drill file, means by a word; None of one that is not known here."""
    for each in ENGINES:
        if engine == each.word or any(_means(engine, word) for word in each.rds):
            return each
    return None


def _means(engine: str, word: str) -> bool:
    """Whether RDS's word is meant; one that ends in a dash is only how several of them begin."""
    return engine.startswith(word) if word.endswith("-") else engine == word


def silent(engine: str) -> tuple[str, str] | None:
    """Why nothing here speaks to an engine, and what to do; None of one that is spoken to."""
    known = called(engine)
    if known is None:
        return f"nothing here speaks to the engine {engine}", "remove `database`, and the checks that log in by it"
    install = f"pip install 'dr_orchestrator[{known.extra}]'" if known.extra else f"pip install {known.driver}"
    if known.missing:
        what = known.driver if known.missing == known.driver else f"{known.driver}, needs {known.missing}, which"
        return f"the driver of {known.name}, {what}{',' if what == known.driver else ''} is not installed", install
    return None


def spoken(engine: str) -> Engine:
    """The engine that RDS's word means; NotMeasured where nothing here speaks to it."""
    known, told = called(engine), silent(engine)
    if known is None or told:
        raise NotMeasured(*(told or ("",)))
    return known


def untokened(engine: Engine) -> tuple[str, str] | None:
    """Whether RDS lets nobody log in to it by a token of IAM."""
    if engine.tokens:
        return None
    return f"RDS takes no token of IAM for {engine.name}", "name a `secret` in place of `auth: iam`"


def together(engine: Engine) -> tuple[str, str] | None:
    """Whether TLS answers at no port of its own, so that none is to be told."""
    if engine.apart:
        return None
    return f"TLS of {engine.name} answers at the port that RDS tells", "remove `tls_port`"


def unanswered(engine: Engine, check: object) -> tuple[str, str] | None:
    """The claim of a check that an engine cannot tell of, and what to do; None where it can."""
    if isinstance(check, Integrity):
        return unasked(engine, check.require)
    if isinstance(check, WholeRead) and check.sample:
        return unsampled(engine)
    return None


def unasked(engine: Engine, require: Iterable[str]) -> tuple[str, str] | None:
    """The questions of an integrity check that an engine has no answer to."""
    if missing := [each for each in require if each not in engine.askable]:
        return f"{engine.name} cannot be asked for {', '.join(missing)}", f"it can be for {', '.join(engine.askable)}"
    return None


def unsampled(engine: Engine) -> tuple[str, str] | None:
    """Whether single blocks can be read of it."""
    if engine.reads_blocks:
        return None
    return f"{engine.name} reads no single blocks, of which a sample could be drawn", "read all of them: leave it out"
