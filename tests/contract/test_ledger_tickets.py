"""What the ledger promises of tickets: one sync has each at a time, by the ledger's clock, and nothing is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from sqlalchemy import text

from dr_orchestrator.domain.findings.acts import Note
from dr_orchestrator.domain.tickets.ticket import Held, Item, Seen, Ticket
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import ClaimLost, UsageError
from dr_orchestrator.ledger import engine as opened
from dr_orchestrator.ledger import patience
from dr_orchestrator.ledger import tickets as under_test
from dr_orchestrator.ledger.engine import LedgerDefect, Unanswered, create
from dr_orchestrator.ledger.ledger import SqlLedger, connect
from dr_orchestrator.ledger.tickets import SqlOutbox
from dr_orchestrator.ledger.times import BootTimes, this_boot
from tests.support.fakes import FakeClock
from tests.support.ledger_samples import START, write
from tests.support.ledgers import BY_MIGRATIONS
from tests.support.tracked import DAY, HOUR, found, run

TRACKER, SPAN = "jira-cloud https://acme.example.com DR", timedelta(minutes=10)


@pytest.fixture
def clock(ledger: SqlLedger) -> FakeClock:
    """The clock of claims: whatever database it is, a test's here; three findings are in the ledger."""
    made = FakeClock()
    ledger.tickets.times = BootTimes(made, this_boot())
    for name in ("a", "b", "c"):
        write(ledger, run(f"r-{name}", START, Verdict.FAILED, drill=name, findings=[found(name)], measured=False))
    return made


def outbox(ledger: SqlLedger, holder: str = "one:1", tracker: str = TRACKER) -> SqlOutbox:
    return ledger.tickets.outbox(tracker, holder)


def claimed(ledger: SqlLedger, holder: str = "one:1", at: int = 0) -> Item:
    mine = outbox(ledger, holder)
    got = mine.claim(mine.items()[at], "dro-key", SPAN)
    assert isinstance(got, Item)
    return got


def kept(ledger: SqlLedger, **changes: object) -> Ticket:
    ticket = claimed(ledger).ticket
    assert ticket is not None
    made = replace(ticket, **changes)  # type: ignore[arg-type]
    outbox(ledger).keep(made, timedelta())
    return made


def test_what_is_kept_is_read_back(ledger: SqlLedger, clock: FakeClock) -> None:
    """Every field; one row a finding and tracker, and another tracker knows nothing of it."""
    whole = Ticket(
        finding=1,
        tracker=TRACKER,
        key="dro-key",
        intended_at=START,
        tries=1,
        drafted=4,
        looks=2,  # type: ignore[arg-type]
        remote="10012",
        ref="DR-12",
        url="https://acme.example.com/browse/DR-12",
        made_at=START + HOUR,
        told=3,
        telling="dro-mark",
        lapse=START + DAY,
        moved="open",
        owner="payments",
        status="To Do “now”",
        closed=True,
        seen_at=START,
        gone="10011",
        gone_at=START,
        bare=True,
        error="why",
        tried_at=START + HOUR,
        synced_at=START,
    )
    assert claimed(ledger).number == 1
    outbox(ledger).keep(whole, SPAN)
    assert outbox(ledger).items()[0].ticket == whole
    assert outbox(ledger, tracker="github x y/z").items()[0].ticket is None
    assert ledger.queries.tickets([(found("a").fingerprint, False)]) == {(found("a").fingerprint, False): [whole]}
    assert ledger.queries.tickets([("f00d", False)]) == {}


def test_a_ticket_is_one_syncs_at_a_time(ledger: SqlLedger, clock: FakeClock) -> None:
    """Whoever comes second is told who has it and for how long; when that is over it is theirs, and the first is told
    so when it writes.
    """
    mine = claimed(ledger).ticket
    assert mine is not None
    clock.sleep(60)
    other = outbox(ledger, "two:2")
    item = other.items()[0]
    assert other.claim(item, "dro-key", SPAN) == Held("one:1", SPAN - timedelta(seconds=60))
    clock.sleep(SPAN.total_seconds())
    assert isinstance(other.claim(item, "dro-key", SPAN), Item)
    with pytest.raises(ClaimLost, match="dro-key is another sync's by now"):
        outbox(ledger).keep(replace(mine, remote="1", intended_at=START), SPAN)
    assert other.items()[0].ticket == mine


def test_each_word_holds_it_for_longer_and_the_last_lets_go(ledger: SqlLedger, clock: FakeClock) -> None:
    """A pause is a hold that nobody shortens."""
    mine, other = claimed(ledger).ticket, outbox(ledger, "two:2")
    assert mine is not None
    clock.sleep(500)
    outbox(ledger).keep(mine, SPAN)
    clock.sleep(500)
    assert isinstance(other.claim(other.items()[0], "k", SPAN), Held)
    outbox(ledger).keep(mine, timedelta())
    assert isinstance(other.claim(other.items()[0], "k", SPAN), Item)


def test_of_many_that_claim_at_once_one_gets_it(ledger: SqlLedger, clock: FakeClock) -> None:
    """By the database, and not by luck."""
    item = outbox(ledger).items()[0]
    with ThreadPoolExecutor(8) as threads:
        got = [*threads.map(lambda n: outbox(ledger, f"n:{n}").claim(item, "k", SPAN), range(8))]
    assert sum(isinstance(each, Item) for each in got) == 1
    assert {type(each) for each in got} == {Item, Held}


def test_a_servers_own_clock_times_claims(ledger: SqlLedger) -> None:
    """Without a test's hand on it."""
    write(ledger, run("r-a", START, Verdict.FAILED, drill="a", findings=[found("a")], measured=False))
    item = outbox(ledger).items()[0]
    assert isinstance(outbox(ledger).claim(item, "k", SPAN), Item)
    held = outbox(ledger, "two:2").claim(item, "k", SPAN)
    assert isinstance(held, Held)
    assert timedelta() < held.left <= SPAN


def test_a_claim_brings_the_newest(ledger: SqlLedger, clock: FakeClock) -> None:
    """What another sync wrote since the list was read, and what became of the finding: no list is too old."""
    item = outbox(ledger).items()[0]
    kept(ledger, remote="7", intended_at=START, told=1)
    ledger.findings.act([item.finding.key], Note("news"), "ada", START + 2 * HOUR)
    got = outbox(ledger, "two:2").claim(item, "k", SPAN)
    assert isinstance(got, Item)
    assert got.ticket is not None
    assert got.ticket.remote == "7"
    assert [each.entry.text for each in got.news] == ["news"]


def test_what_is_told_already_is_no_news(ledger: SqlLedger, clock: FakeClock) -> None:
    """Of each finding those entries that its ticket does not tell, in order."""
    (first, second, _) = outbox(ledger).items()
    assert [each.entry.act.value for each in first.news] == ["raised"]
    kept(ledger, told=first.news[0].number)
    assert outbox(ledger).items()[0].news == ()
    assert outbox(ledger).items()[1].news == second.news


def test_a_claim_is_had_though_the_database_died_of_it(
    ledger: SqlLedger, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was written and not answered is found to be one's own."""
    monkeypatch.setattr(patience, "SHORTEST_S", 0.0)
    whole, lost = opened.transaction, [True]
    item = outbox(ledger).items()[0]

    class Dying:
        """A transaction that is written, and whose answer is lost the first time."""

        def __init__(self, engine: object) -> None:
            self._inner = whole(engine)  # type: ignore[arg-type]

        def __enter__(self) -> object:
            return self._inner.__enter__()

        def __exit__(self, *told: object) -> None:
            self._inner.__exit__(*told)  # type: ignore[arg-type]
            if lost and told[0] is None:
                lost.clear()
                raise Unanswered("gone")

    with mock.patch.object(under_test, "transaction", Dying):
        assert isinstance(outbox(ledger).claim(item, "k", SPAN), Item)
        lost.append(True)
        got = outbox(ledger).items()[1]
        assert isinstance(outbox(ledger).claim(got, "k", SPAN), Item)


def test_how_tickets_stand_is_read_back_for_many_at_once(ledger: SqlLedger, clock: FakeClock) -> None:
    """It settles an error; of one that has another id by now it says nothing."""
    kept(ledger, remote="7", intended_at=START, error="why")
    seen = Seen("7", "DR-7", "https://x", "Done", True)
    outbox(ledger).saw({1: seen, 2: seen}, START + DAY)
    outbox(ledger).saw({}, START)
    ticket, none = (each.ticket for each in outbox(ledger).items()[:2])
    assert ticket is not None
    assert (ticket.status, ticket.closed, ticket.ref, ticket.error) == ("Done", True, "DR-7", "")
    assert ticket.seen_at == ticket.synced_at == START + DAY
    assert none is None
    outbox(ledger).saw({1: replace(seen, remote="8", status="Reopened")}, START + DAY)
    assert outbox(ledger).items()[0].ticket == ticket


def test_an_old_list_overrules_nothing_later(ledger: SqlLedger, clock: FakeClock) -> None:
    """Neither what another sync read since, nor its error, nor a ticket that somebody holds."""
    seen = Seen("7", "DR-7", "https://x", "To Do", False)
    mine = kept(ledger, remote="7", intended_at=START, status="Done", closed=True, seen_at=START + HOUR)
    for at in (START, START + HOUR):
        outbox(ledger).saw({1: seen}, at)
    assert outbox(ledger).items()[0].ticket == mine
    failed = kept(ledger, seen_at=START, error="why", tried_at=START + HOUR)
    outbox(ledger).saw({1: seen}, START + HOUR / 2)
    assert outbox(ledger).items()[0].ticket == failed
    claimed(ledger, "two:2")
    outbox(ledger).saw({1: seen}, START + DAY)
    assert outbox(ledger).items()[0].ticket == failed
    clock.sleep(SPAN.total_seconds())
    outbox(ledger).saw({1: seen}, START + DAY)
    assert outbox(ledger).items()[0].ticket.status == "To Do"  # type: ignore[union-attr]


def test_a_word_lets_one_be_asked_for_again(ledger: SqlLedger, clock: FakeClock) -> None:
    """One that was asked for twice while nobody answered: it is looked for first, for its intent is kept."""
    key = (found("a").fingerprint, False)
    kept(ledger, intended_at=START, tries=1)
    with pytest.raises(UsageError):
        ledger.tickets.make_anew(key, TRACKER)
    kept(ledger, tries=2, looks=3, error="ask")
    ledger.tickets.make_anew(key, TRACKER)
    ticket = outbox(ledger).items()[0].ticket
    assert ticket is not None
    assert (ticket.tries, ticket.looks, ticket.error, ticket.intended_at) == (0, 0, "", START)


def test_anew_is_for_what_was_deleted_alone(ledger: SqlLedger, clock: FakeClock) -> None:
    """Of any other it is refused with what to do; the old id is kept, which a lagging search may still find."""
    key = (found("a").fingerprint, False)
    for _ in range(2):
        with pytest.raises(UsageError, match="no ticket is known that was deleted") as told:
            ledger.tickets.make_anew(key, TRACKER)
        assert "dro tickets sync" in told.value.hint
        kept(ledger, remote="7", intended_at=START)
    kept(ledger, remote="", gone="7", gone_at=START, error="deleted")
    ledger.tickets.make_anew(key, TRACKER)
    ticket = outbox(ledger).items()[0].ticket
    assert ticket is not None
    assert (ticket.gone, ticket.gone_at, ticket.error) == ("7", None, "")


def test_a_word_waits_for_whoever_makes_it(ledger: SqlLedger, clock: FakeClock) -> None:
    """While a sync has the ticket nothing of it is changed, and the person is told whose it is, and for how long."""
    key = (found("a").fingerprint, False)
    for stands in ({"gone": "7", "gone_at": START}, {"intended_at": START, "tries": 2}):
        before = kept(ledger, **stands)
        assert claimed(ledger, "two:2").ticket == before
        clock.sleep(60)
        with pytest.raises(UsageError, match=r"two:2 has it, for 540 s") as told:
            ledger.tickets.make_anew(key, TRACKER)
        assert "say so again" in told.value.hint
        assert outbox(ledger).items()[0].ticket == before
        clock.sleep(SPAN.total_seconds())
        ledger.tickets.make_anew(key, TRACKER)
        ticket = outbox(ledger).items()[0].ticket
        assert ticket is not None
        assert (ticket.gone_at, ticket.tries) == (None, 0)
        kept(ledger, gone="", gone_at=None, intended_at=None)


def test_the_view_tells_of_tickets(ledger: SqlLedger, clock: FakeClock, database_url: str) -> None:
    """BI reads of each finding's ticket where it is, how it stands, and why it is not up to date."""
    asked = "SELECT * FROM v_ticket"
    told = []
    engine = create(database_url)
    for stands in (
        {"error": "why"},
        {"intended_at": START},
        {"intended_at": START, "remote": "7", "ref": "DR-7", "url": "https://x", "status": "Done", "closed": True},
        {"intended_at": None, "remote": "", "gone": "7", "gone_at": START},
    ):
        kept(ledger, **stands)
        with engine.connect() as connection:
            (row,) = connection.execute(text(asked)).mappings()
        told.append(row)
    engine.dispose()
    assert [each["standing"] for each in told] == ["none", "in doubt", "there", "lost"]
    assert (told[0]["error"], told[0]["tracker"], told[0]["finding_state"]) == ("why", TRACKER, "open")
    assert (told[2]["ref"], told[2]["status"], bool(told[2]["closed"])) == ("DR-7", "Done", True)
    finding = outbox(ledger).items()[0].finding
    assert (told[3]["fingerprint"], told[3]["service"]) == (finding.fingerprint, finding.service)


def test_a_ledger_has_a_name_of_its_own(ledger: SqlLedger, clock: FakeClock, database_url: str, tmp_path: Path) -> None:
    """The same to each sync of it, to whoever opens it again, and in a backup; another one has another."""
    names = {outbox(ledger, holder).ledger for holder in ("one:1", "two:2")}
    again = connect(database_url)
    assert names == {again.tickets.outbox(TRACKER, "x").ledger}
    again.close()
    engine = create(f"sqlite:///{tmp_path / 'other.db'}")
    BY_MIGRATIONS(engine)  # what tests connect to is a copy of one that was made once
    other = SqlLedger(engine)
    assert {*names, other.tickets.outbox(TRACKER, "x").ledger} != names
    other.close()


def test_the_database_refuses_a_ticket_that_nobody_meant(
    ledger: SqlLedger, clock: FakeClock, database_url: str
) -> None:
    """The intent is written before its answer, whoever writes it."""
    claimed(ledger)
    engine = create(database_url)
    with pytest.raises(LedgerDefect), opened.transaction(engine) as connection:
        connection.execute(text("UPDATE ticket SET remote = '7'"))
    engine.dispose()
