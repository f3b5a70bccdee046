"""What the ledger promises of notices: an event is raised once, a message is one process's, and nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from dr_orchestrator.domain.contacts.export import Exported
from dr_orchestrator.domain.notices.event import Event
from dr_orchestrator.domain.notices.notice import Delivery, Letter, Raised, State
from dr_orchestrator.domain.notices.policy import Channel, NoticePolicy
from dr_orchestrator.domain.notices.text import Message
from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger.engine import LedgerDefect, create, transaction
from dr_orchestrator.ledger.ledger import SqlLedger, connect
from dr_orchestrator.ledger.notices import GRACE, SqlLetters
from dr_orchestrator.ledger.times import BootTimes, this_boot
from dr_orchestrator.notify.wording import message_of
from tests.support.fakes import FakeClock
from tests.support.ledger_samples import START
from tests.support.set_back import set_back

SPAN, HOUR, SAID = timedelta(minutes=5), timedelta(hours=1), Message("EXERCISE: t", "EXERCISE: b")
ONE = NoticePolicy({"team": Channel("team")})
TWO = NoticePolicy({"team": Channel("team"), "pager": Channel("pager", frozenset({Event.LEFTOVERS}))})


@pytest.fixture
def clock(ledger: SqlLedger) -> FakeClock:
    """The clock of claims: a test's, whatever database it is."""
    made = FakeClock()
    ledger.notices.times = BootTimes(made, this_boot())
    return made


def held(*keys: str, event: Event = Event.HELD) -> list[Raised]:
    return [Raised(event, (each,), {"what": each, "why": "", "at": ""}, START) for each in keys]


def raised(ledger: SqlLedger, seen: Sequence[Raised], policy: NoticePolicy = ONE) -> list[str]:
    return [each.key for each in ledger.notices.raise_(seen, policy, START)]


def box(ledger: SqlLedger, holder: str = "one:1") -> SqlLetters:
    return ledger.notices.outbox(holder)


def begun(ledger: SqlLedger, holder: str = "one:1") -> Delivery:
    mine = box(ledger, holder)
    got = mine.begin(mine.waiting()[0].delivery, SAID, START, SPAN)
    assert got is not None
    return got


def state(ledger: SqlLedger) -> Letter:
    return ledger.notices.listed()[0]


def test_an_event_is_raised_once(ledger: SqlLedger) -> None:
    """Whatever else is raised with it, and whatever its facts have become; of another event the key is another."""
    assert raised(ledger, held("a", "b")) == ["a", "b"]
    assert raised(ledger, held("b", "c")) == ["c"]
    assert raised(ledger, held("a", event=Event.RESUMED)) == ["a"]
    assert len(box(ledger).waiting()) == 4


def test_what_aborted_and_a_verdict_are_one_end(ledger: SqlLedger) -> None:
    """A verdict that is amended is not told a second time; who is told of verdicts is told what aborted."""
    policy = NoticePolicy({"team": Channel("team", frozenset({Event.VERDICT}))})
    assert raised(ledger, held("a", event=Event.ABORTED), policy) == ["a"]
    assert raised(ledger, held("a", event=Event.VERDICT), policy) == []


def test_of_many_that_raise_at_once_one_does(ledger: SqlLedger) -> None:
    """By the database, and not by luck."""
    with ThreadPoolExecutor(8) as threads:
        got = [*threads.map(lambda _: raised(ledger, held("a", "b")), range(8))]
    assert sorted(each for some in got for each in some) == ["a", "b"]
    assert len(ledger.notices.listed()) == 2


def test_each_channel_gets_its_own_events(ledger: SqlLedger) -> None:
    """One message a channel that is told of it; an event that none is told of is not kept."""
    assert raised(ledger, held("a", event=Event.LEFTOVERS), TWO) == ["a"]
    assert raised(ledger, held("b"), TWO) == ["b"]
    assert sorted(each.delivery.id for each in box(ledger).waiting()) == ["1.pager", "1.team", "2.team"]
    deaf = NoticePolicy({"pager": TWO.channels["pager"]})
    assert raised(ledger, held("c"), deaf) == []
    assert raised(ledger, held("c"), TWO) == ["c"]


def test_a_new_channel_is_told_no_old_news(ledger: SqlLedger) -> None:
    """Of what came about before it was declared, but for the hour before; and of rehearsals by consent alone."""
    old = replace(held("old")[0], happened_at=START - GRACE - timedelta(seconds=1))
    young = replace(held("young")[0], happened_at=START - GRACE)
    assert raised(ledger, [old, young, replace(held("lab")[0], simulated=True)]) == ["young"]
    assert raised(ledger, [replace(held("lab")[0], simulated=True)], replace(ONE, simulated=True)) == ["lab"]


def test_rehearsals_are_told_from_when_that_is_asked_for(ledger: SqlLedger) -> None:
    """None of those before, however often it is asked for and not; of what is real all."""
    day, willing = timedelta(days=1), replace(ONE, simulated=True)

    def lab(key: str, days: int) -> list[str]:
        at = START + days * day
        seen = [replace(held(key)[0], simulated=True, happened_at=START + (days - 1) * day)]
        seen += [replace(held(f"{key} now")[0], simulated=True, happened_at=at)]
        return [each.key for each in ledger.notices.raise_(seen, ONE if days % 2 == 0 else willing, at)]

    assert [lab("a", 0), lab("b", 1), lab("c", 2), lab("d", 3)] == [[], ["b now"], [], ["d now"]]


def test_a_digest_tells_each_item_once(ledger: SqlLedger) -> None:
    """The next one holds what is new alone; with nothing new there is none."""

    def digest(*items: str) -> list[Raised]:
        return [
            Raised(Event.OVERDUE, items, {"items": [f"told {each}" for each in items], "at": ""}, START, of="items")
        ]

    assert raised(ledger, digest("a", "b")) == ["a"]
    assert raised(ledger, digest("a", "b", "c")) == ["c"]
    assert raised(ledger, digest("b", "a")) == []
    assert [each.notice.facts["items"] for each in box(ledger).waiting()] == [["told a", "told b"], ["told c"]]


def test_a_long_digest_is_several_and_tells_each_item(ledger: SqlLedger) -> None:
    """None of its items is written as told that no message has room for."""
    items = [f"item {number}" for number in range(60)]
    seen = Raised(Event.OVERDUE, tuple(items), {"items": items, "at": ""}, START, of="items")
    assert len(raised(ledger, [seen])) > 1
    said = [message_of(each.notice, ONE).body.splitlines() for each in box(ledger).waiting()]
    assert {f"EXERCISE: - {each}" for each in items} <= {line for each in said for line in each}
    assert raised(ledger, [seen]) == []


def test_what_is_written_is_read_back(ledger: SqlLedger) -> None:
    """Facts with any letter, and all that became of a message."""
    odd = {"what": "Zoë 🎉\n“x”", "why": "", "at": ""}
    (made,) = ledger.notices.raise_([Raised(Event.HELD, ("k\x00k",), odd, START, False)], ONE, START)
    letter = state(ledger)
    assert (letter.notice.facts, letter.notice.number, letter.notice.raised_at) == (odd, made.number, START)
    assert raised(ledger, [Raised(Event.HELD, ("k\x00k",), odd, START)]) == []
    mine = begun(ledger)
    assert state(ledger).delivery == mine
    assert (mine.tries, mine.title, mine.tried_at, mine.first_tried_at) == (1, SAID.title, START, START)
    box(ledger).end(mine, State.WAITING, START, "answered 503", START + HOUR)
    assert (state(ledger).delivery.error, state(ledger).delivery.not_before) == ("answered 503", START + HOUR)
    again = begun(ledger)
    box(ledger).end(again, State.SENT, START + HOUR)
    assert (state(ledger).delivery.sent_at, state(ledger).delivery.tries) == (START + HOUR, 2)


def test_a_message_is_begun_by_one(ledger: SqlLedger, clock: FakeClock) -> None:
    """Of many at once, by the database; and nobody begins what was tried since they looked."""
    raised(ledger, held("a"))
    seen = box(ledger).waiting()[0].delivery
    with ThreadPoolExecutor(8) as threads:
        got = [*threads.map(lambda n: box(ledger, f"n:{n}").begin(seen, SAID, START, SPAN), range(8))]
    assert sum(each is not None for each in got) == 1
    mine = next(filter(None, got))
    holder = f"n:{got.index(mine)}"
    box(ledger, holder).end(mine, State.WAITING, START, "answered 503", START)
    assert box(ledger, "late:1").begin(seen, SAID, START, SPAN) is None


def test_of_a_silent_process_nobody_knows(ledger: SqlLedger, clock: FakeClock) -> None:
    """Its message is left to a person; where it speaks after all, its word counts; another's word does not."""
    raised(ledger, held("a"))
    mine = begun(ledger)
    clock.sleep(SPAN.total_seconds() - 1)
    assert box(ledger, "two:2").waiting() == []
    assert state(ledger).delivery.state is State.SENDING
    clock.sleep(1)
    assert box(ledger, "two:2").waiting() == []
    assert state(ledger).delivery.state is State.UNKNOWN
    box(ledger, "two:2").end(mine, State.FAILED, START, "not mine")
    assert state(ledger).delivery.state is State.UNKNOWN
    box(ledger).end(mine, State.SENT, START)
    assert state(ledger).delivery.state is State.SENT


def test_a_person_decides_of_what_failed_or_is_unknown(ledger: SqlLedger) -> None:
    """By name; who is kept. What waits, or was sent, is nobody's to decide; the one before speaks of it no more."""
    raised(ledger, held("a", "b"))
    with pytest.raises(UsageError, match="is waiting"):
        ledger.notices.again("1.team", "ada")
    mine = begun(ledger)
    box(ledger).end(mine, State.UNKNOWN, START, "cut")
    made = ledger.notices.again("1.team", "ada")
    assert (made.state, made.tries, made.person, made.first_tried_at) == (State.WAITING, 0, "ada", None)
    anew = begun(ledger, "two:2")
    box(ledger).end(mine, State.SENT, START)
    assert ledger.notices.listed()[-1].delivery.state is State.SENDING
    box(ledger, "two:2").end(anew, State.FAILED, START, "given up")
    assert ledger.notices.settle("1.team", "ada").state is State.SETTLED
    with pytest.raises(UsageError, match="is settled"):
        ledger.notices.again("1.team", "eve")
    for name in ("", "1", "1.other", "x.team", "²" * 3 + ".team", "9" * 40 + ".team"):
        with pytest.raises(UsageError, match="no message"):
            ledger.notices.again(name, "ada")


def test_a_message_that_is_not_tried_is_put_off(ledger: SqlLedger) -> None:
    """With why, and given up where that is said; not one that somebody else has."""
    raised(ledger, held("a"))
    seen = box(ledger).waiting()[0].delivery
    box(ledger).put_off(seen, "no URL", START, None, State.WAITING)
    assert state(ledger).delivery.error == "no URL"
    mine = begun(ledger)
    box(ledger, "two:2").put_off(seen, "no URL", START, None, State.FAILED)
    assert state(ledger).delivery == mine


def test_impossible_messages_are_refused(ledger: SqlLedger, database_url: str) -> None:
    """By the database itself: sent at no time, sent without words, in a state that is none."""
    raised(ledger, held("a"))
    engine = create(database_url)
    for change in ("state = 'sent'", "state = 'sending'", "state = 'lost'"):
        with pytest.raises(LedgerDefect), transaction(engine) as connection:
            connection.execute(text(f"UPDATE delivery SET {change}"))
    engine.dispose()


def test_exports_of_contacts_are_kept(ledger: SqlLedger) -> None:
    """The newest is the one that was written last."""
    assert ledger.contacts.newest() is None
    one = Exported(START, "ada", "/x", "d1", "m1", "k")
    ledger.contacts.keep(one)
    ledger.contacts.keep(replace(one, declared="d2"))
    assert ledger.contacts.newest() == replace(one, declared="d2")


def test_an_upgrade_brings_the_tables(ledger: SqlLedger, database_url: str) -> None:
    """A ledger from before has none of them, and loses nothing."""
    del ledger
    engine = create(database_url)
    with engine.begin() as connection:
        set_back(connection, "0027")
    engine.dispose()
    upgraded = connect(database_url)
    assert raised(upgraded, held("a")) == ["a"]
    assert upgraded.contacts.newest() is None
    upgraded.close()
