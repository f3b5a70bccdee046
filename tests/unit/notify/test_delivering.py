"""A round of messages: what becomes of each, whatever fails, whoever is killed, and in which hour it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator.domain.notices.event import Event
from dr_orchestrator.domain.notices.notice import Delivery, Raised, State
from dr_orchestrator.domain.notices.policy import Channel, NoticePolicy, Wording
from dr_orchestrator.domain.notices.quiet import QuietHours
from dr_orchestrator.domain.notices.seeing import utc
from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger.ledger import SqlLedger, connect
from dr_orchestrator.ledger.notices import SqlLetters
from dr_orchestrator.ledger.times import BootTimes, this_boot
from dr_orchestrator.notify.delivering import CLAIM, Delivered, Delivering
from tests.support.fakes import FakeClock
from tests.support.receivers.posts import Arrivals, Failing, Scripted

POLICY = NoticePolicy({"team": Channel("team")})
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def clock() -> FakeClock:
    """The time, of the record and of claims."""
    return FakeClock()


@pytest.fixture
def ledger(tmp_path: Path, clock: FakeClock) -> Iterator[SqlLedger]:
    """A ledger of a file."""
    made = connect(f"sqlite:///{tmp_path / 'ledger.db'}")
    made.notices.times = BootTimes(clock, this_boot())
    yield made
    made.close()


def tell(ledger: SqlLedger, clock: FakeClock, *keys: str, event: Event = Event.HELD, of: NoticePolicy = POLICY) -> None:
    facts = [
        {"what": each, "id": each, "why": "w", "at": "", "cleanup": "", "reasons": [], "copies": []} for each in keys
    ]
    seen = [Raised(event, (key,), each, clock.now()) for key, each in zip(keys, facts, strict=True)]
    ledger.notices.raise_(seen, of, clock.now())


def deliver(
    ledger: SqlLedger,
    clock: FakeClock,
    post: Any,
    policy: NoticePolicy = POLICY,
    holder: str = "one:1",
    url_of: Callable[[str], str] = lambda name: f"json://{name}",
) -> Delivered:
    return Delivering(ledger.notices.outbox(holder), post, policy, url_of, clock).perform()


def one(ledger: SqlLedger) -> Delivery:
    return ledger.notices.listed()[0].delivery


def test_each_is_sent_once(ledger: SqlLedger, clock: FakeClock) -> None:
    """The oldest first; another round sends nothing."""
    post = Scripted()
    tell(ledger, clock, "a", "b")
    assert deliver(ledger, clock, post).sent == ["1.team", "2.team"]
    assert deliver(ledger, clock, post).sent == []
    assert [each.title for each in post.said] == ["EXERCISE: a is held", "EXERCISE: b is held"]
    assert one(ledger).state is State.SENT


@pytest.mark.parametrize("word", ["slow", "lost"])
def test_what_nobody_knows_is_left_to_a_person(ledger: SqlLedger, clock: FakeClock, word: str) -> None:
    """It is told, never sent again unasked, and sent anew by a person's word, in the same words."""
    post = Scripted([word])
    tell(ledger, clock, "a")
    assert "dro notices again 1.team" in deliver(ledger, clock, post).left["1.team"]
    clock.sleep(3 * 86400)
    assert deliver(ledger, clock, post) == Delivered()
    assert one(ledger).state is State.UNKNOWN
    ledger.notices.again("1.team", "ada")
    changed = replace(POLICY, wordings={Event.HELD: Wording("another")})
    assert deliver(ledger, clock, post, changed).sent == ["1.team"]
    assert post.said[-1].title == "EXERCISE: a is held"


def test_what_was_refused_is_tried_again_and_given_up_after_a_day(ledger: SqlLedger, clock: FakeClock) -> None:
    """After longer and longer pauses, an hour at most; not before; what failed is told, and is sent no more."""
    post = Scripted(["refused"] * 1000)
    tell(ledger, clock, "a")
    pauses = []
    while one(ledger).state is not State.FAILED:
        deliver(ledger, clock, post)
        if (again := one(ledger).not_before) is not None:
            tried = sum(post.arrivals.asked.values())
            pauses.append(again - clock.now())
            clock.sleep((again - clock.now()).total_seconds() - 1)
            assert "tried again at" in deliver(ledger, clock, post).left["1.team"]
            assert sum(post.arrivals.asked.values()) == tried
            clock.sleep(1)
    assert pauses[:7] == [MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE, 16 * MINUTE, 32 * MINUTE, HOUR]
    assert timedelta(hours=22) < sum(pauses, timedelta()) <= timedelta(days=1)
    assert one(ledger).error == "answered 503"
    asked = sum(post.arrivals.asked.values())
    clock.sleep(86400)
    deliver(ledger, clock, post)
    assert sum(post.arrivals.asked.values()) == asked


def test_a_refusal_that_passes_is_sent_once(ledger: SqlLedger, clock: FakeClock) -> None:
    """Refused, refused, taken."""
    post = Scripted(["refused", "refused"])
    tell(ledger, clock, "a")
    for _ in range(5):
        deliver(ledger, clock, post)
        clock.sleep(600)
    assert post.arrivals.got.total() == 1


def test_a_channel_without_a_url_keeps_nobody_else_waiting(ledger: SqlLedger, clock: FakeClock) -> None:
    """It is told where the URL should be, and given up a day after it was raised."""
    two = NoticePolicy({"team": Channel("team"), "void": Channel("void")})

    def url_of(name: str) -> str:
        if name == "void":
            raise UsageError("VOID is not set", "set it")
        return name

    tell(ledger, clock, "a", of=two)
    done = deliver(ledger, clock, Scripted(), two, url_of=url_of)
    assert (done.sent, done.left) == (["1.team"], {"1.void": "VOID is not set"})
    clock.sleep(86401)
    assert deliver(ledger, clock, Scripted(), two, url_of=url_of).left == {"1.void": "VOID is not set; given up"}
    states = {each.delivery.channel: each.delivery.state for each in ledger.notices.listed()}
    assert states == {"team": State.SENT, "void": State.FAILED}


def test_a_template_that_cannot_be_filled_in_is_told(ledger: SqlLedger, clock: FakeClock) -> None:
    """And sent once somebody has mended it."""
    tell(ledger, clock, "a")
    wrong = replace(POLICY, wordings={Event.HELD: Wording(body="{{ nothing }}")})
    assert "'nothing' is undefined" in deliver(ledger, clock, Scripted(), wrong).left["1.team"]
    assert deliver(ledger, clock, Scripted()).sent == ["1.team"]


def test_quiet_hours_keep_all_but_what_is_urgent(ledger: SqlLedger, clock: FakeClock) -> None:
    """It is sent at their end, and not a second before."""
    quiet = replace(POLICY, quiet=QuietHours(timedelta(hours=8), timedelta(hours=10), "UTC"))
    tell(ledger, clock, "a")
    tell(ledger, clock, "b", event=Event.LEFTOVERS)
    done = deliver(ledger, clock, Scripted(), quiet)
    assert done.sent == ["2.team"]
    assert done.waits == {"1.team": "quiet hours: until 2026-11-20 10:00 UTC"}
    clock.sleep(3599)
    assert deliver(ledger, clock, Scripted(), quiet).sent == []
    clock.sleep(1)
    assert deliver(ledger, clock, Scripted(), quiet).sent == ["1.team"]


def test_what_is_no_news_any_more_is_never_sent(ledger: SqlLedger, clock: FakeClock) -> None:
    """A week after it was raised it is settled, and told so; a person's word counts more."""
    post = Scripted(["slow"])
    tell(ledger, clock, "known")
    deliver(ledger, clock, post)
    tell(ledger, clock, "a")
    clock.sleep(7 * 86400 - 1)
    assert deliver(ledger, clock, Scripted(["refused"])).left
    clock.sleep(1)
    ledger.notices.again("1.team", "ada")
    done = deliver(ledger, clock, post)
    assert (done.sent, [*done.stale], done.left) == (["1.team"], ["2.team"], {})
    assert (one(ledger).state, one(ledger).error[:6]) == (State.SETTLED, "stale:")


def test_a_reminder_is_stale_as_its_window_opens(ledger: SqlLedger, clock: FakeClock) -> None:
    """Quiet hours that end later do not bring it when the window has passed."""
    quiet = replace(POLICY, quiet=QuietHours(timedelta(hours=8), timedelta(hours=20), "UTC"))
    opens = clock.now() + HOUR
    facts = {"drills": ["a"], "opens": utc(opens), "closes": utc(opens + HOUR), "left": "1 h"}
    ledger.notices.raise_([Raised(Event.REMINDER, ("w",), facts, clock.now())], quiet, clock.now())
    assert [*deliver(ledger, clock, Scripted(), quiet).waits] == ["1.team"]
    clock.sleep(3600)
    assert [*deliver(ledger, clock, Scripted(), quiet).stale] == ["1.team"]
    assert one(ledger).state is State.SETTLED


def test_a_reminder_is_stale_as_the_next_one_of_its_window_is_due(ledger: SqlLedger, clock: FakeClock) -> None:
    """Quiet hours that end later bring that one alone; whoever has no other is told by the one that there is."""
    quiet = replace(
        POLICY, quiet=QuietHours(timedelta(hours=8), timedelta(hours=20), "UTC"), remind_before=(24 * HOUR, HOUR)
    )
    opens = clock.now() + timedelta(hours=1, minutes=30)
    for name, each in (("w", opens), ("v", opens + 24 * HOUR)):
        facts = {"drills": ["a"], "opens": utc(each), "closes": utc(each + HOUR), "left": "1 d"}
        ledger.notices.raise_([Raised(Event.REMINDER, (name,), facts, clock.now())], quiet, clock.now())
    assert [*deliver(ledger, clock, Scripted(), quiet).waits] == ["1.team", "2.team"]
    clock.sleep(1800)
    done = deliver(ledger, clock, Scripted(), quiet)
    assert ([*done.stale], [*done.waits]) == (["1.team"], ["2.team"])


class Killed(BaseException):
    """The process is dead."""


def killed_at(number: int, post: Scripted) -> tuple[ExitStack, list[int]]:
    """Within: the process dies at its so-manieth boundary, before or after a write to the ledger or a send."""
    passed, stack = [0], ExitStack()

    def boundary() -> None:
        passed[0] += 1
        if passed[0] == number:
            raise Killed

    def around(act: Callable[..., Any]) -> Callable[..., Any]:
        def between(*given: Any, **named: Any) -> Any:
            boundary()
            done = act(*given, **named)
            boundary()
            return done

        return between

    for name in ("waiting", "begin", "end"):
        stack.enter_context(mock.patch.object(SqlLetters, name, around(getattr(SqlLetters, name))))
    stack.enter_context(mock.patch.object(post, "send", around(post.send)))
    return stack, passed


def test_whoever_is_killed_anywhere_nothing_is_sent_twice_or_lost(tmp_path: Path) -> None:
    """At each boundary: a message arrives once, or is told to be unknown; the others are sent by the next."""
    number, died = 0, True
    while died:
        number += 1
        clock = FakeClock()
        ledger = connect(f"sqlite:///{tmp_path / f'{number}.db'}")
        ledger.notices.times = BootTimes(clock, this_boot())
        tell(ledger, clock, "a", "b", "c")
        post = Scripted()
        stack, passed = killed_at(number, post)
        with stack, suppress(Killed):
            deliver(ledger, clock, post)
        died = passed[0] >= number
        deliver(ledger, clock, post, holder="two:2")
        clock.sleep(CLAIM.total_seconds())
        deliver(ledger, clock, post, holder="three:3")
        assert max(post.arrivals.asked.values()) == 1
        states = [each.delivery.state for each in ledger.notices.listed()]
        assert {*states} <= {State.SENT, State.UNKNOWN}
        assert states.count(State.UNKNOWN) <= 1
        arrived = {key for (_, title), _ in post.arrivals.got.items() for key in title.split()[1]}
        known = {each.notice.key for each in ledger.notices.listed() if each.delivery.state is State.SENT}
        assert known <= arrived
        ledger.close()
    assert number == 1 + 2 * (1 + 3 * 3)


def test_five_hundred_events_with_three_in_ten_failing(ledger: SqlLedger, clock: FakeClock) -> None:
    """Each arrives exactly once, or is told to be unknown and was asked to be sent once since; none is left."""
    keys = [f"e{number}" for number in range(500)]
    tell(ledger, clock, *keys)
    arrivals = Arrivals()
    for seed in range(40):
        deliver(ledger, clock, Failing(seed, arrivals), holder=f"n:{seed}")
        clock.sleep(3600)
    found = ledger.notices.listed()
    assert {each.delivery.state for each in found} == {State.SENT, State.UNKNOWN}
    assert arrivals.got.total() == len(arrivals.got)
    sent = {each.delivery.title for each in found if each.delivery.state is State.SENT}
    assert sent <= {title for _, title in arrivals.got}
    unknown = [each for each in found if each.delivery.state is State.UNKNOWN]
    assert 10 < len(unknown) < 120
    assert len(found) == 500
