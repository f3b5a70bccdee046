"""The negative probe, by a real PostgreSQL's dblink: what it says of each way to production, and of none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from unittest import mock

import psycopg
import pytest

from dr_orchestrator.checks.speech.postgres import probe as probing
from dr_orchestrator.checks.speech.postgres.probe import probe
from dr_orchestrator.domain.run import Probed
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import NotRecoverable
from tests.support.catalogues import catalogue
from tests.support.dblink_servers import (
    Production,
    Restored,
    closed_port,
    copy_server,
    mute_port,
    production,
    programs,
    restored,
    silent_port,
)

__all__ = ["closed_port", "copy_server", "mute_port", "production", "programs", "restored", "silent_port"]

HERE = "127.0.0.1"
LIAR = (
    "CREATE {} FUNCTION {}.dblink_connect(text, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no' "
    "USING ERRCODE = '08001', DETAIL = 'could not connect to server: Connection timed out'; END $$"
)
EVIL = (
    "CREATE SCHEMA evil",
    LIAR.format("", "evil"),
    "CREATE VIEW evil.pg_extension AS SELECT 'dblink'::name AS extname, 'evil'::regnamespace::oid AS extnamespace",
)
"""What tells of silence, whoever asks by names without a schema; its owner need be no superuser."""


@pytest.fixture(autouse=True)
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network and libpq are patient in real seconds, so few of them."""
    monkeypatch.setattr(probing, "SILENCE_S", 1)
    monkeypatch.setattr(probing, "LONGEST_S", 3)


@pytest.fixture(params=["superuser", "plain user"])
def login(request: pytest.FixtureRequest, restored: Restored) -> Login:
    """Who asks: one who may make the extension, and one to whom it was left, in a schema that is on no path."""
    if request.param == "superuser":
        return restored.as_superuser
    restored.ask("CREATE SCHEMA tools", "CREATE EXTENSION dblink SCHEMA tools")
    restored.ask(f"GRANT USAGE ON SCHEMA tools TO {restored.user}")
    return restored.as_plain_user


def test_a_production_that_lets_the_copy_in_fails_the_drill(login: Login, production: Production) -> None:
    """Without any password; a plain user's dblink then gives the connection up (2F003), which was open all the same."""
    with production.letting_in("dro_probe"), pytest.raises(NotRecoverable, match="it let the copy in"):
        probe(login, HERE, production.server.port)


def test_a_login_that_production_refuses_is_an_answer(login: Login, production: Production) -> None:
    """It asks for a password and denies this one: packets went there and back."""
    with pytest.raises(NotRecoverable, match='password authentication failed for user "dro_probe"'):
        probe(login, HERE, production.server.port)


def test_a_refused_connection_is_an_answer(login: Login, closed_port: int) -> None:
    """Nothing listens there, and something said so."""
    with pytest.raises(NotRecoverable, match="failed: Connection refused"):
        probe(login, HERE, closed_port)


def test_a_connection_that_opens_is_reachability_though_nothing_is_said(login: Login, mute_port: int) -> None:
    """libpq's patience ends as it does where nothing answers at all: only the network's own word is silence."""
    with pytest.raises(NotRecoverable, match="timeout expired, after a connection was opened"):
        probe(login, HERE, mute_port)


def test_packets_that_nobody_answers_are_isolation(login: Login, silent_port: int) -> None:
    """The network gives up before libpq does, and says so: the only thing that passes."""
    told = probe(login, HERE, silent_port)
    assert told.tried
    assert told.words.startswith(f"{HERE}:{silent_port} does not answer the copy: ")
    assert told.words.endswith("Connection timed out")


def test_a_name_that_the_copy_cannot_resolve_proves_nothing(login: Login) -> None:
    """No packet was sent to production: it may still be reached by its address."""
    nowhere = "x" * 64  # longer than a name may be, so that no name server is asked
    told = probe(login, nowhere, 5432)
    assert not told.tried
    assert told.words.startswith("not probed, for no address was tried: could not translate host name")


def test_a_user_who_may_not_make_the_extension_cannot_probe(restored: Restored, production: Production) -> None:
    """Told with the database's own words, and production was not tried."""
    told = probe(restored.as_plain_user, HERE, production.server.port)
    assert told == Probed(False, 'not probed: permission denied to create extension "dblink"')


@pytest.mark.parametrize("answer", ["refused", "silent", "let in", "denied", "broken", "raised", "shaded"])
def test_the_probe_leaves_the_copy_as_it_was(
    restored: Restored,
    production: Production,
    closed_port: int,
    silent_port: int,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
) -> None:
    """Whatever it meets, and where its connection breaks off or it dies of itself: nothing that it made is there."""
    before = catalogue(restored.url)
    ports = {"refused": closed_port, "silent": silent_port}
    broken = "SELECT pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid()), {}::regproc, %s"
    if answer == "broken":
        monkeypatch.setattr(probing, "_ASK", broken)
    if answer == "shaded":
        monkeypatch.setattr(probing, "_OWN", "SELECT 1 WHERE false")
    if answer == "raised":
        monkeypatch.setattr(probing, "judged", mock.Mock(side_effect=ZeroDivisionError))
    with ExitStack() as within:
        if answer == "let in":
            within.enter_context(production.letting_in("dro_probe"))
        with suppress(NotRecoverable, ZeroDivisionError):
            told = probe(restored.as_superuser, HERE, ports.get(answer, production.server.port))
            assert told.tried is (answer == "silent")
    assert catalogue(restored.url) == before


def test_a_function_of_the_restored_data_is_not_asked_in_its_place(restored: Restored, production: Production) -> None:
    """One that is named like dblink's, first on the path, and always tells of silence."""
    restored.ask("CREATE SCHEMA tools", "CREATE EXTENSION dblink SCHEMA tools")
    restored.ask(LIAR.format("", "public"))
    with pytest.raises(NotRecoverable, match="password authentication failed"):
        probe(restored.as_superuser, HERE, production.server.port)


@pytest.mark.parametrize("setting", ["ROLE {user}", "DATABASE {database}"])
def test_settings_of_the_restored_data_hide_nothing(restored: Restored, production: Production, setting: str) -> None:
    """A path set for the user or the database, on which PostgreSQL's own tables have been put in the shade."""
    restored.ask("CREATE EXTENSION dblink", *EVIL)
    database = restored.as_superuser.database
    restored.ask(f"GRANT USAGE ON SCHEMA evil TO {restored.user}")
    restored.ask(
        f"ALTER {setting.format(user=restored.user, database=database)} SET search_path = evil, pg_catalog, public"
    )
    with pytest.raises(NotRecoverable, match="password authentication failed"):
        probe(restored.as_plain_user, HERE, production.server.port)


def test_a_function_put_in_the_place_of_dblinks_is_not_asked(restored: Restored, production: Production) -> None:
    """Replaced, it is still a member of the extension: what is not in C, of its library, is not believed."""
    restored.ask("CREATE EXTENSION dblink", LIAR.format("OR REPLACE", "public"))
    told = probe(restored.as_superuser, HERE, production.server.port)
    assert told == Probed(
        False, "not probed: the restored data has put something else in the place of dblink's own function"
    )


@pytest.fixture
def watching(restored: Restored) -> Iterator[Restored]:
    """A database whose event trigger notes each change of its definitions; only a superuser may make one."""
    restored.ask(
        "CREATE TABLE noted (tag text)",
        "CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS "
        "$$ BEGIN INSERT INTO public.noted VALUES (tg_tag); END $$",
        "CREATE EVENT TRIGGER watch ON ddl_command_start EXECUTE FUNCTION note()",
    )
    yield restored
    restored.ask("DROP EVENT TRIGGER watch")


def noted(restored: Restored) -> list[tuple[str]]:
    with psycopg.connect(restored.url) as connection:
        return connection.execute("SELECT tag FROM noted").fetchall()


def test_no_event_trigger_runs_where_the_extension_is_made(watching: Restored, closed_port: int) -> None:
    """One may write into production where a way is open; a superuser makes the extension without firing it."""
    with pytest.raises(NotRecoverable, match="Connection refused"):
        probe(watching.as_superuser, HERE, closed_port)
    assert noted(watching) == []


def test_no_event_trigger_runs_where_the_extension_is_there(watching: Restored, closed_port: int) -> None:
    """Even `IF NOT EXISTS` would fire them: what is there is not made."""
    watching.ask(
        "ALTER EVENT TRIGGER watch DISABLE", "CREATE EXTENSION dblink", "ALTER EVENT TRIGGER watch ENABLE ALWAYS"
    )
    with pytest.raises(NotRecoverable, match="Connection refused"):
        probe(watching.as_plain_user, HERE, closed_port)
    assert noted(watching) == []


@pytest.mark.parametrize("fires", ["ALWAYS", "REPLICA"])
def test_what_cannot_be_kept_from_firing_ends_the_probe(watching: Restored, closed_port: int, fires: str) -> None:
    """Told by its name, with production not tried and the extension not made."""
    watching.ask(f"ALTER EVENT TRIGGER watch ENABLE {fires}")
    told = probe(watching.as_superuser, HERE, closed_port)
    assert told == Probed(
        False, "not probed: making the extension dblink would run event triggers of the restored data: watch"
    )
    assert noted(watching) == []


def test_who_may_not_silence_event_triggers_does_not_fire_them(watching: Restored, closed_port: int) -> None:
    """A plain user may not set `session_replication_role`: an ordinary trigger ends the probe."""
    told = probe(watching.as_plain_user, HERE, closed_port)
    assert not told.tried
    assert told.words.endswith("would run event triggers of the restored data: watch")
    watching.ask("ALTER EVENT TRIGGER watch DISABLE")
    denied = 'not probed: permission denied to create extension "dblink"'
    assert probe(watching.as_plain_user, HERE, closed_port) == Probed(False, denied)


def test_production_is_sent_no_statement(login: Login, production: Production) -> None:
    """Where it lets the probe in, it notes a connection and nothing else."""
    before = len(production.log)
    with production.letting_in("dro_probe"), pytest.raises(NotRecoverable):
        probe(login, HERE, production.server.port)
    noted = [line for line in production.log[before:].splitlines() if line.startswith("dro_probe: ")]
    assert noted
    assert all("LOG:  connection " in line for line in noted)


def test_the_probes_login_could_change_nothing(production: Production) -> None:
    """Where its user is let in, even as a superuser, each transaction can only read."""
    with production.letting_in("dro_probe"):
        production.ask("ALTER ROLE dro_probe SUPERUSER")
        with psycopg.connect(probing._target(HERE, production.server.port)) as inside:
            assert inside.info.user == "dro_probe"
            with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                inside.execute("CREATE TABLE changed ()")
