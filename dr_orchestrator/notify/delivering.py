"""Sends the messages that wait, each once: what is in doubt is left to a person, what was refused is tried again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dr_orchestrator.documents.wordings import WrongWording
from dr_orchestrator.domain.notices.notice import GIVEN_UP, Delivery, Letter, State, pause_after
from dr_orchestrator.domain.notices.policy import NoticePolicy
from dr_orchestrator.domain.notices.ports import Doubtful, Outbox, Post, Refused
from dr_orchestrator.domain.notices.text import Message, Unmarked
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.errors import DroError
from dr_orchestrator.notify.wording import message_of

CLAIM = timedelta(minutes=5)
"""How long a message is the process's that began it: longer than any send may take."""

Addresses = Callable[[str], str]
"""The URL of a channel; UsageError, which names where it should be, where this process has none."""


@dataclass
class Delivered:
    """The work of a round: the ids of messages that were sent, and why others were not, by id; `waits` are those that
    wait for the end of quiet hours, `stale` those that are no news any more, and never sent.
    """

    sent: list[str] = field(default_factory=list)
    waits: dict[str, str] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    stale: dict[str, str] = field(default_factory=dict)


class Delivering:
    """One round over the messages that wait; `clock` tells the time of the record."""

    def __init__(self, outbox: Outbox, post: Post, policy: NoticePolicy, url_of: Addresses, clock: Clock) -> None:
        self._outbox, self._post, self._policy = outbox, post, policy
        self._url_of, self._clock = url_of, clock

    def perform(self, go_on: Callable[[], bool] = lambda: True) -> Delivered:
        """Send all that may be sent now, the oldest first; `go_on` is asked before each."""
        done = Delivered()
        for each in self._outbox.waiting():
            if not go_on():
                break
            self._one(each, done)
        return done

    def _one(self, of: Letter, done: Delivered) -> None:
        now, delivery = self._clock.now(), of.delivery
        # A person who has one sent anew knows how old it is.
        if (until := self._policy.news_until(of.notice)) <= now and not delivery.person:
            self._settled(of, until, now, done)
            return
        waits = delivery.not_before
        if waits is not None and now < waits:
            done.left[delivery.id] = f"{delivery.error}: tried again at {waits:%Y-%m-%d %H:%M} UTC"
            return
        if held := self._policy.held_until(of.notice.event, now):
            done.waits[delivery.id] = f"quiet hours: until {held:%Y-%m-%d %H:%M} UTC"
            return
        try:
            said, url = self._said(of), self._url_of(delivery.channel)
        except (WrongWording, DroError) as wrong:
            self._put_off(of, wrong.message if isinstance(wrong, DroError) else f"its template: {wrong}", done)
            return
        begun = self._outbox.begin(delivery, said, now, CLAIM)
        if begun is None:
            return
        self._sent(of, begun, said, url, done)

    def _settled(self, of: Letter, until: datetime, now: datetime, done: Delivered) -> None:
        why = f"stale: it was news until {until:%Y-%m-%d %H:%M} UTC, and was not sent by then"
        self._outbox.put_off(of.delivery, why, now, None, State.SETTLED)
        done.stale[of.delivery.id] = why

    def _said(self, of: Letter) -> Message:
        """The message, in the words in which it was tried first: one message an event."""
        if of.delivery.title:
            return Message(of.delivery.title, of.delivery.body)
        return message_of(of.notice, self._policy)

    def _put_off(self, of: Letter, why: str, done: Delivered) -> None:
        """Nothing was sent: it waits for whoever mends it, for a day from when it was raised."""
        now = self._clock.now()
        began = of.delivery.first_tried_at or of.notice.raised_at
        over = now - began > GIVEN_UP
        self._outbox.put_off(of.delivery, why, now, None, State.FAILED if over else State.WAITING)
        done.left[of.delivery.id] = f"{why}; given up" if over else why

    def _sent(self, of: Letter, begun: Delivery, said: Message, url: str, done: Delivered) -> None:
        try:
            self._post.send(url, said, urgent=of.notice.event.urgent)
        except (Refused, Unmarked) as refused:
            self._refused(begun, refused.message, done)
        except Doubtful as doubt:
            self._outbox.end(begun, State.UNKNOWN, self._clock.now(), doubt.message)
            done.left[begun.id] = f"nobody knows whether it arrived ({doubt.message}): `dro notices again {begun.id}`"
        else:
            self._outbox.end(begun, State.SENT, self._clock.now())
            done.sent.append(begun.id)

    def _refused(self, begun: Delivery, why: str, done: Delivered) -> None:
        now = self._clock.now()
        again = now + pause_after(begun.tries)
        if again - _since(begun, now) > GIVEN_UP:
            self._outbox.end(begun, State.FAILED, now, why)
            done.left[begun.id] = f"given up after {begun.tries} tries: {why}"
            return
        self._outbox.end(begun, State.WAITING, now, why, again)
        done.left[begun.id] = f"{why}: tried again at {again:%Y-%m-%d %H:%M} UTC"


def _since(of: Delivery, now: datetime) -> datetime:
    return of.first_tried_at or now
