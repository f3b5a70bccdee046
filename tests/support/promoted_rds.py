"""RDS with a standing replica and the run's own, which a test has do as it says."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any
from unittest import mock

from dr_orchestrator.aws.calls.api import Refused
from dr_orchestrator.aws.rds import replicas
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import Watcher
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.resources.rds_instance.promotion import RdsPromotion
from tests.support.fakes import FakeClock

STANDING = Resource("orders-eu", "rds-instance", "orders-eu", "eu-central-1")
OF = Resource("orders", "rds-instance", "orders-prod", "us-east-1")
COPY: Any = mock.Mock(id="dro-r-orders-eu", tags={})
BUSY = Refused("is not in available state", call="rds:PromoteReadReplica")
BUSY.code = "InvalidDBInstanceState"
REPLICATES = {"StatusType": "read replication", "Normal": True, "Status": "replicating"}
STOPPED = {"StatusType": "read replication", "Normal": False, "Status": "error", "Message": "row not found"}


class Rds:
    """RDS with the standing replica and the run's, each as a test says, on a clock that a test moves."""

    def __init__(self) -> None:
        self.clock, self.calls = FakeClock(), list[str]()
        arn = "arn:aws:rds:eu-central-1:1:db:"
        self.standing: dict[str, Any] = {
            "DBInstanceIdentifier": "orders-eu",
            "DBInstanceArn": f"{arn}orders-eu",
            "DBInstanceStatus": "available",
            replicas.SOURCE: "arn:aws:rds:us-east-1:1:db:orders-prod",
        }
        self.own: dict[str, Any] = {
            "DBInstanceIdentifier": COPY.id,
            "DBInstanceArn": f"{arn}{COPY.id}",
            "DbiResourceId": "db-1",
            "DBInstanceStatus": "available",
            "Endpoint": {"Address": "copy", "Port": 5432},
            replicas.SOURCE: "orders-eu",
            "StatusInfos": [REPLICATES],
            "TagList": [],
        }
        self.answers: list[Exception | None] = []
        self.lags: dict[str, float] = {}
        self.alone = True
        self.api = api = mock.Mock(
            call=self.call, named=self.named, pages=self.pages, endpoint="aws", region="eu-central-1"
        )
        self.toolkit = mock.Mock(clock=self.clock, ceiling=7200.0, account=mock.Mock(api=lambda _: api, pinned=""))
        self.toolkit.pause = self.clock.sleep
        self.toolkit.beforehand = lambda: self.toolkit
        self.toolkit.wait_beforehand = partial(Toolkit.wait_beforehand, self.toolkit)
        self.toolkit.patiently = lambda ask: ask()
        self.toolkit.seconds_since = lambda _: 0.0
        self.toolkit.watcher = Watcher(self.clock)
        self.toolkit.wait_until_ready = self.wait
        self.toolkit.ask = lambda create, _quota: create()
        self.promotion = RdsPromotion(STANDING, None, self.toolkit, lambda _: self.alone, of=OF)
        self.promotion.held = lambda _: self.clock.now() - timedelta(minutes=1)

    def wait(self, feed: Any, copy: Any, states: Any, ready: Any) -> Any:
        return self.toolkit.watcher.wait(feed, copy.id, states, ceiling=7200.0, observe=lambda _: None, ready=ready)

    def named(self, operation: str, *_: Any, **given: Any) -> dict[str, Any]:
        self.calls += [] if operation.startswith("Describe") else [operation]
        return self.standing if given.get("DBInstanceIdentifier") == "orders-eu" else self.own

    def pages(self, *_: Any, **__: Any) -> list[dict[str, Any]]:
        return [self.own]

    def call(self, operation: str, **given: Any) -> dict[str, Any]:
        if operation == "GetMetricStatistics":
            lag = self.lags.get(given["Dimensions"][0]["Value"])
            told = {"Timestamp": self.clock.now(), "Minimum": lag, "Maximum": lag}
            return {"Datapoints": [] if lag is None else [told]}
        self.calls.append(operation)
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        if operation == "PromoteReadReplica":
            self.own.pop(replicas.SOURCE)
        return {}

    def at(self, seconds: float, does: Any) -> None:
        """Have something happen once the clock stands so much later."""
        until, sleep = self.clock.monotonic() + seconds, self.clock.sleep

        def slept(span: float) -> None:
            sleep(span)
            if self.clock.monotonic() >= until:
                does()

        self.toolkit.pause = slept
        mock.patch.object(self.clock, "sleep", slept).start()
