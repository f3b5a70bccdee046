"""A program is lent the credentials of a role as the agent of a container lends them: to it alone, and anew in time."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from unittest import mock

import httpx
import pytest
from botocore.credentials import ContainerProvider

from dr_orchestrator.aws.access.lending import PLACE, WORD, lending
from dr_orchestrator.aws.access.roles import AssumedRole
from dr_orchestrator.checks.deep.command.output import Output
from dr_orchestrator.errors import NotMeasured

ROLE = "arn:aws:iam::222222222222:role/dro-elsewhere"
HOUR = timedelta(hours=1)


class Clock:
    """The time of the role, and of who asks for it."""

    def __init__(self) -> None:
        self.time, self.taken_on = datetime(2026, 11, 20, 9, tzinfo=UTC), 0

    def now(self) -> datetime:
        return self.time

    def sts(self) -> Any:
        """An STS that gives each caller another hour."""
        return SimpleNamespace(call=lambda *_, **__: {"Credentials": self._made()})

    def _made(self) -> Mapping[str, Any]:
        self.taken_on += 1
        told = {name: f"{name}-{self.taken_on}" for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")}
        return {**told, "Expiration": self.time + HOUR}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@contextmanager
def lent(clock: Clock) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Within: what a program is told, and what has been told as secret so far."""
    learned: list[str] = []
    with lending(AssumedRole(ROLE, "dro", clock.sts, clock.now), learned.extend) as variables:
        yield variables, learned


def asked(variables: Mapping[str, str], word: str | None) -> int:
    headers = {} if word is None else {"Authorization": word}
    return httpx.get(variables[PLACE], headers=headers, trust_env=False).status_code


def test_an_sdk_finds_them_by_itself_and_asks_anew_before_they_end(clock: Clock) -> None:
    """By AWS's own client: three hours are three sessions at least, and each is good when it is used."""
    with lent(clock) as (variables, _):
        found = ContainerProvider(environ=variables).load()
        with mock.patch("botocore.credentials._local_now", clock.now):
            found._time_fetcher = clock.now
            seen = []
            for _ in range(36):
                seen.append(found.get_frozen_credentials().access_key)
                clock.time += timedelta(minutes=5)
    assert len(dict.fromkeys(seen)) >= 4
    assert seen == sorted(seen, key=lambda key: int(key.rpartition("-")[2]))


def test_nobody_else_on_the_machine_is_lent_them(clock: Clock) -> None:
    """Without the word of the environment, or with another, there is no answer but a refusal, and no login."""
    with lent(clock) as (variables, _):
        assert [asked(variables, word) for word in (None, "", "another", f"{variables[WORD]}x")] == [403] * 4
        assert clock.taken_on == 0
        assert asked(variables, variables[WORD]) == 200
        assert variables[PLACE].startswith("http://127.0.0.1:")


def test_what_is_secret_is_known_before_the_program_is_told(clock: Clock) -> None:
    """Also of the sessions that come later: whoever masks the program's output knows them in time."""
    with lent(clock) as (variables, learned):
        assert learned == [variables[WORD]]
        for number in (1, 2):
            assert asked(variables, variables[WORD]) == 200
            assert {f"SecretAccessKey-{number}", f"SessionToken-{number}"} <= {*learned}
            clock.time += HOUR


def test_a_role_that_cannot_be_taken_on_is_told_to_who_asks(clock: Clock) -> None:
    """A login that ended meanwhile is an answer, which the program's SDK tells; the next question is asked anew."""
    role = AssumedRole(ROLE, "dro", clock.sts, clock.now)
    failing = mock.patch.object(role, "get_frozen_credentials", side_effect=NotMeasured("the login has ended"))
    with lending(role, lambda _: None) as variables:
        with failing:
            assert asked(variables, variables[WORD]) == 503
        assert asked(variables, variables[WORD]) == 200


def test_nothing_listens_once_the_program_has_ended(clock: Clock) -> None:
    """Its address is free again, and its thread is gone."""
    with lent(clock) as (variables, _):
        pass
    with pytest.raises(httpx.ConnectError):
        asked(variables, variables[WORD])
    assert "lending" not in {each.name for each in threading.enumerate()}


def test_a_secret_that_is_learned_late_is_masked_from_then_on() -> None:
    """Also where it comes in two pieces, and was longer than any that was known before."""
    output = Output(["old-one"])
    output.add(b"first old-one ")
    output.learn(["a-much-longer-new-secret"])
    for piece in (b"then a-much-lon", b"ger-new-secret and old", b"-one"):
        output.add(piece)
    output.end()
    assert output.text == "first *** then *** and ***"
