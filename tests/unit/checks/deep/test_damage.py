"""What is damaged is found: held to by real servers with garbage in their files."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.proof import AMCHECK, CHECKSUMS, Integrity, WholeRead
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome
from tests.support.damage import damaged
from tests.support.deep_copies import ask, checks_of
from tests.support.postgres_server import Server

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("deep")]
COPY = Copy("rds-instance", "dro-x", "us-east-1", "x", "d", "s")
READ = WholeRead("whole", timedelta(minutes=5))
ALL = Integrity("integrity", require=(AMCHECK, CHECKSUMS))


def performed(check: WholeRead | Integrity, url: str) -> CheckResult:
    (result,) = checks_of(url).perform(check, COPY, ())
    return result


def toast(url: str, what: str = "reltoastrelid") -> str:
    return str(ask(url, f"SELECT {what}::regclass::text FROM pg_class WHERE relname = 'orders'")[0][0])


def test_a_sound_copy_is_whole(plain_copy: Server, rich_copy: Server) -> None:
    """Tables are, and their indexes where the server has what reads them; else that is told."""
    rich, plain = performed(READ, rich_copy.url), performed(READ, plain_copy.url)
    assert (rich.outcome, plain.outcome) == (Outcome.PASSED, Outcome.PASSED)
    assert (rich.figures["whole"], plain.figures["whole"]) == (True, True)
    assert "of 3 tables (100 %) read" in plain.observed
    assert (rich.figures["indexes_left"], plain.figures["indexes_left"]) == (0, 2)
    assert "indexes not read (2, 0.1 MB): the server has no extension pg_prewarm" in plain.observed
    size = sum(row[0] for row in ask(rich_copy.url, "SELECT pg_table_size(oid) FROM pg_class WHERE relkind = 'r'"))
    assert 0.5 * size < plain.figures["bytes_read"] <= size


def test_a_damaged_block_of_a_table_fails_both(plain_copy: Server, rich_copy: Server) -> None:
    """With extensions and without: the block is named, and the other tables are read all the same."""
    for server in (plain_copy, rich_copy):
        with damaged(server, server.url, "orders", block=3):
            read = performed(READ, server.url)
            assert read.outcome is Outcome.FAILED
            assert "1 damaged: public.orders" in read.observed
            assert "invalid page in block 3 of relation" in read.observed
            assert not read.figures["whole"]
            assert 0 < read.figures["share"] < 1
    with damaged(rich_copy, rich_copy.url, "orders", block=3):
        integrity = performed(ALL, rich_copy.url)
    assert integrity.outcome is Outcome.FAILED
    assert "table public.orders: invalid page in block 3" in integrity.observed


def test_damage_in_what_a_table_keeps_elsewhere_fails(plain_copy: Server) -> None:
    """A count of rows, or a scan of the table alone, would not have seen it."""
    with damaged(plain_copy, plain_copy.url, toast(plain_copy.url), block=5):
        assert ask(plain_copy.url, "SET enable_indexscan = off", "SELECT count(*) FROM orders") == [(2000,)]
        read = performed(READ, plain_copy.url)
    assert read.outcome is Outcome.FAILED
    assert "invalid page in block 5" in read.observed


def test_a_damaged_index_fails_both(rich_copy: Server) -> None:
    """No table is damaged, and queries by that index are."""
    with damaged(rich_copy, rich_copy.url, "by_note", block=2):
        read, integrity = performed(READ, rich_copy.url), performed(ALL, rich_copy.url)
    assert (read.outcome, integrity.outcome) == (Outcome.FAILED, Outcome.FAILED)
    assert "public.by_note: invalid page in block 2" in read.observed
    assert "index public.by_note: invalid page in block 2" in integrity.observed


def test_an_index_that_lies_is_found_by_amcheck(rich_copy: Server) -> None:
    """Its blocks are sound, each by its checksum, and it lacks rows that its table has."""
    url = rich_copy.url
    ask(url, "CREATE TABLE lied (id int)", "CREATE INDEX lying ON lied (id)")
    ask(url, "UPDATE pg_index SET indisready = false, indisvalid = false WHERE indexrelid = 'lying'::regclass")
    ask(url, "INSERT INTO lied SELECT generate_series(1, 10)")
    try:
        invalid = performed(ALL, url)
        ask(url, "UPDATE pg_index SET indisready = true, indisvalid = true WHERE indexrelid = 'lying'::regclass")
        lying = performed(ALL, url)
        assert performed(READ, url).outcome is Outcome.PASSED
    finally:
        ask(url, "DROP TABLE lied")
    assert (invalid.outcome, lying.outcome) == (Outcome.FAILED, Outcome.FAILED)
    assert "index public.lying is invalid" in invalid.observed
    assert "index public.lying: heap tuple" in lying.observed


def test_a_sample_finds_damage_or_says_what_it_is_worth(plain_copy: Server) -> None:
    """Every block is drawn once: damage is met. Of fewer, the same seed draws the same again."""
    everything = WholeRead("sample", timedelta(minutes=5), sample=10_000)
    with damaged(plain_copy, plain_copy.url, "customers"):
        assert performed(everything, plain_copy.url).outcome is Outcome.FAILED
    some = performed(WholeRead("sample", timedelta(minutes=5), sample=9), plain_copy.url)
    assert some.outcome is Outcome.PASSED
    assert (some.figures["sampled"], some.figures["whole"]) == (9, False)
    assert 0 < some.figures["at_most_share"] < 1
    assert f"seed {some.figures['seed']}" in some.observed


def test_nothing_of_it_stays(rich_copy: Server) -> None:
    """Extensions that are made for it are gone again; those that are restored stay, and are used."""
    extensions = "SELECT extname FROM pg_extension ORDER BY 1"
    performed(READ, rich_copy.url)
    performed(ALL, rich_copy.url)
    assert ask(rich_copy.url, extensions) == [("plpgsql",)]
    ask(rich_copy.url, "CREATE EXTENSION pg_prewarm", "CREATE EXTENSION amcheck")
    try:
        read, integrity = performed(READ, rich_copy.url), performed(ALL, rich_copy.url)
        assert (read.outcome, integrity.outcome) == (Outcome.PASSED, Outcome.PASSED)
        assert read.figures["indexes_left"] == 0
        with damaged(rich_copy, rich_copy.url, toast(rich_copy.url), block=1):
            assert performed(READ, rich_copy.url).outcome is Outcome.FAILED
    finally:
        ask(rich_copy.url, "DROP EXTENSION pg_prewarm", "DROP EXTENSION amcheck")


def test_a_login_without_rights_is_told(rich_copy: Server) -> None:
    """What it may not read could not be told: no failure of the data. Nobody is a superuser in RDS."""
    url = rich_copy.url
    ask(url, "CREATE ROLE reader LOGIN PASSWORD 'correct-horse'", "GRANT SELECT ON orders TO reader")
    mine = url.replace("//dro:", "//reader:")
    try:
        read, integrity = performed(READ, mine), performed(ALL, mine)
        ask(url, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
        whole = performed(READ, mine)
    finally:
        ask(url, "DROP OWNED BY reader", "DROP ROLE reader")
    assert (read.outcome, integrity.outcome) == (Outcome.INCONCLUSIVE, Outcome.INCONCLUSIVE)
    assert "not read: public.customers: permission denied for table customers" in read.observed
    assert (
        "amcheck not asked: the extension amcheck is not installed, and the login may not make it" in integrity.observed
    )
    assert whole.outcome is Outcome.PASSED
    assert "the extension pg_prewarm is not installed, and the login may not make it" in whole.observed


def test_making_an_extension_runs_nothing_of_the_restored_data(rich_copy: Server) -> None:
    """An event trigger of it that cannot be kept from running keeps the extension from being made, and is named."""
    url = rich_copy.url
    ask(
        url,
        "CREATE FUNCTION spring() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''sprung''; END'",
        "CREATE EVENT TRIGGER trap ON ddl_command_start EXECUTE FUNCTION spring()",
        "ALTER EVENT TRIGGER trap ENABLE ALWAYS",
    )
    try:
        read, integrity = performed(READ, url), performed(ALL, url)
    finally:
        ask(url, "DROP EVENT TRIGGER trap", "DROP FUNCTION spring()")
    assert (read.outcome, integrity.outcome) == (Outcome.PASSED, Outcome.INCONCLUSIVE)
    told = "would run event triggers of the restored data: trap"
    assert told in read.observed
    assert told in integrity.observed


def test_a_sequence_behind_its_column_fails(plain_copy: Server) -> None:
    """The next row would be refused: the copy is of no use to write to."""
    url, check = plain_copy.url, Integrity("integrity")
    ask(url, "CREATE TABLE numbered (id serial PRIMARY KEY)", "INSERT INTO numbered VALUES (7)")
    try:
        behind = performed(check, url)
        ask(url, "SELECT setval('numbered_id_seq', 7)")
        level = performed(check, url)
    finally:
        ask(url, "DROP TABLE numbered")
    assert (behind.outcome, level.outcome) == (Outcome.FAILED, Outcome.PASSED)
    assert "sequence public.numbered_id_seq stands at its start, and numbered.id at 7" in behind.observed
