"""How a copy is logged in to is declared in one way, and whatever else is told at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr_orchestrator.catalog.rules import query
from dr_orchestrator.domain.service import Auth, Database, Keys
from tests.support.drill_files import SHOP, changed, only, write
from tests.support.types import load

KEY = "resources.shop-db.database"
PLAIN = "{name: shop, secret: prod/shop}"


@pytest.mark.parametrize(
    ("written", "key", "message", "fix"),
    [
        ("{name: shop}", KEY, "nothing says how to log in", "add `secret: ...`, or `auth: iam` and `user: ...`"),
        ("{name: shop, secret: s, auth: iam, user: u}", KEY, "`auth: iam` and 'secret' exclude each other", "a token"),
        ("{name: shop, auth: iam}", KEY, "`auth: iam` does not say which user logs in", "add `user: ...`"),
        ("{name: shop, auth: iam, user: u, keys: {user: a}}", KEY, "`auth: iam` and 'keys' exclude", "a token"),
        ("{name: shop, auth: iam, user: u, reset_password: true}", KEY, "`auth: iam` and 'reset_password'", "a token"),
        ("{name: shop, secret: s, user: u}", KEY, "'user' is for `auth: iam`; a secret holds its own", "remove it"),
        ("{name: shop, secret: s, auth: IAM}", f"{KEY}.auth", "'IAM' is not a way to log in", "iam"),
        ("{name: shop, secret: s, keys: {name: a}}", f"{KEY}.keys.name", "'name' is not a key here", ""),
        ("{name: shop, secret: s, reset-password: false}", f"{KEY}.reset-password", "not a key", "'reset_password'"),
        ("{name: shop, secret: s, ca: ../../rds.pem}", f"{KEY}.ca", "lies outside the workspace", "PGSSLROOTCERT"),
        (
            "{name: shop, engine: oracle, auth: iam, user: u}",
            f"{KEY}.auth",
            "RDS takes no token of IAM for Oracle",
            "name a `secret`",
        ),
        (
            "{name: shop, engine: sqlserver, secret: s, tls_port: 2484}",
            f"{KEY}.tls_port",
            "TLS of SQL Server answers at the port that RDS tells",
            "remove `tls_port`",
        ),
        ("{name: shop, secret: s, tls_port: 70000}", f"{KEY}.tls_port", "", ""),
        ("{name: shop, secret: s, ca: rds.pem}", f"{KEY}.ca", "'rds.pem' is not a file", "relative to this file"),
    ],
)
def test_what_is_no_login_is_told_at_its_line(tmp_path: Path, written: str, key: str, message: str, fix: str) -> None:
    """Both ways at once, half of one, a key that the other has: refused before anything is asked of AWS."""
    problem = only(tmp_path, {"shop.yaml": changed(SHOP, PLAIN, written)})
    assert (problem.line, problem.key) == (12, key)
    assert message in problem.message
    assert fix in problem.fix


def _declared(folder: Path, written: str) -> Database:
    database = (
        load(write(folder, {"shop.yaml": changed(SHOP, PLAIN, written)})).services["shop"].resources["shop-db"].database
    )
    assert database is not None
    return database


def test_each_way_is_read_with_its_place(tmp_path: Path) -> None:
    """A secret with keys of its own, one that RDS manages, a token; each knows the line that names it."""
    folder = write(tmp_path)
    (folder / "rds.pem").touch()
    own = _declared(tmp_path, "{name: shop, secret: s, keys: {user: login}, ca: rds.pem, reset_password: false}")
    assert own == Database("shop", "s", Keys("login", "password"), ca="rds.pem", reset_password=False)
    assert (own.folder, own.where) == (str(folder), "drills/shop.yaml:12:resources.shop-db.database.secret")
    oracle = _declared(tmp_path, "{name: ORCL, engine: oracle, secret: s, tls_port: 2484}")
    assert (oracle.engine, oracle.tls_port) == ("oracle", 2484)
    token = _declared(tmp_path, "{name: shop, auth: iam, user: dro}")
    assert token == Database("shop", auth=Auth.IAM, user="dro")
    assert token.where == "drills/shop.yaml:12:resources.shop-db.database.auth"


def test_a_login_that_was_declared_before_keeps_its_digest(tmp_path: Path) -> None:
    """What is new counts where it is written; its line does not, nor the folder of the workspace."""

    def digest(shop: str) -> str:
        return load(write(tmp_path, {"shop.yaml": shop})).drills["shop-pitr"].digest

    plain = digest(SHOP)
    assert digest(changed(SHOP, "title: The shop", "# one line more\ntitle: The shop")) == plain
    assert digest(changed(SHOP, PLAIN, "{name: shop, secret: prod/shop, auth: password}")) == plain
    assert digest(changed(SHOP, PLAIN, "{name: shop, secret: prod/shop, reset_password: false}")) != plain


@pytest.mark.parametrize(("engine", "extra"), [("sqlserver", "mssql"), ("oracle", "oracle")])
def test_a_driver_that_is_missing_is_told_where_the_engine_is_declared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str, extra: str
) -> None:
    """With the command that installs it; the file is legal where it is there."""
    written = {"shop.yaml": changed(SHOP, PLAIN, f"{{name: shop, engine: {engine}, secret: s}}")}
    load(write(tmp_path, written))
    monkeypatch.setattr("dr_orchestrator.domain.engines.find_spec", lambda _: None)
    problem = only(tmp_path, written)
    assert (problem.line, problem.key) == (12, f"{KEY}.engine")
    assert "is not installed" in problem.message
    assert problem.fix == f"pip install 'dr_orchestrator[{extra}]'"


@pytest.mark.parametrize(
    ("engine", "sql", "told"),
    [
        ("sqlserver", "SELECT TOP (1) [total] FROM [orders] WITH (NOLOCK)", ""),
        ("sqlserver", "SELECT COUNT(*) FROM sys.tables", "names no table of the source"),
        ("sqlserver", "SELECT 1; DROP TABLE orders", "this has 2"),
        ("oracle", "SELECT COUNT(*) FROM orders WHERE ROWNUM < 5", ""),
        ("oracle", "SELECT 1 FROM dual", "names no table of the source"),
        ("oracle", "DELETE FROM orders", "a SELECT that changes nothing"),
    ],
)
def test_a_query_is_read_in_the_words_of_its_engine(engine: str, sql: str, told: str) -> None:
    """What it says is known before anything is asked of a server."""
    found = query.mistake(sql, engine)
    assert told in found[0] if found else not told
