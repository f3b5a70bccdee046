"""A lab on a virtual clock, and clients that reach it without retrying."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from dr_orchestrator.lab import Lab
from dr_orchestrator.waiting import stops
from dr_orchestrator.wiring.lab import serve
from tests.support.fakes import FakeClock

_SESSION = boto3.Session(aws_access_key_id="lab", aws_secret_access_key="lab", region_name="us-east-1")


class LeapingClock:
    """A clock that runs as the machine's, and many times as fast while it is slept on: no stall of a machine counts.

    Its pace is that of the machine, by which real servers tell their age; but it is not the machine's own.
    """

    pace = 1.001
    leaps = 600.0

    def __init__(self) -> None:
        self._start, self._real, self._leapt = datetime.now(UTC), time.monotonic(), 0.0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        with self._lock:
            return self._elapsed()

    def sleep(self, seconds: float) -> None:
        """Sleep; of several who do so at once the longest is what counts."""
        until = self.monotonic() + max(0.0, seconds)
        stops.sleep(max(0.0, seconds) / self.leaps)
        with self._lock:
            self._leapt += max(0.0, until - self._elapsed())

    def _elapsed(self) -> float:
        return time.monotonic() - self._real + self._leapt


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def lab(clock: FakeClock) -> Iterator[Lab]:
    with serve(clock) as running:
        yield running


def client(lab_or_endpoint: Any, service: str) -> Any:
    """A client of a lab; a refused call fails at once."""
    endpoint = getattr(lab_or_endpoint, "endpoint", lab_or_endpoint)
    config = Config(retries={"total_max_attempts": 1}, read_timeout=20)
    return _SESSION.client(service, endpoint_url=endpoint, config=config)


def refused(call: Callable[..., Any], **given: Any) -> str:
    """The error code that a call is refused with."""
    try:
        call(**given)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    raise AssertionError("the call was not refused")


def get(url: str, **headers: str) -> tuple[int, Any]:
    """Status and JSON of a GET."""
    answer = httpx.get(url, headers=headers, timeout=20, trust_env=False)
    return answer.status_code, answer.json()


def wait_while(clock: Any, state: str, look: Callable[[], str], step: float = 5.0) -> timedelta:
    """Sleep until what `look` returns is no longer `state`; how long that took."""
    began = clock.now()
    while look() == state:
        clock.sleep(step)
        assert clock.now() - began < timedelta(hours=3), f"still {state}"
    return clock.now() - began


def outlast(clock: Any, state: str, look: Callable[[], str]) -> None:
    """Wait until what `look` returns is no longer `state`: real servers take real seconds, whatever the clock says."""
    deadline = time.monotonic() + 90
    while look() == state:
        assert time.monotonic() < deadline, f"still {state}"
        clock.sleep(100)
