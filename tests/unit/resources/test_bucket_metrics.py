"""The metrics of a bucket: what CloudWatch tells in part is asked for again, and no size is no weight of nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from dr_orchestrator.errors import Transient
from dr_orchestrator.resources.s3_bucket.objects.metrics import Stored, stored
from tests.support.told_aws import ToldAws

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
DAY = datetime(2026, 11, 19, tzinfo=UTC)


def result(number: int, *values: float, status: str = "Complete") -> dict[str, Any]:
    return {"Id": f"m{number}", "Timestamps": [DAY] * len(values), "Values": list(values), "StatusCode": status}


def counted(*results: dict[str, Any]) -> Stored | None:
    given = {each["Id"] for each in results}
    rest = (result(number) for number in range(9) if f"m{number}" not in given)
    told = ToldAws({"GetMetricData": {"MetricDataResults": [*results, *rest]}})
    return stored(told.account(), "orders", NOW)


def test_a_metric_that_is_complete_on_its_last_page_is_whole() -> None:
    """On those before it is PartialData, which is no fault."""
    found = counted(result(0, 7.0, status="PartialData"), result(0), result(1, 900.0), result(3, 100.0))
    assert found == Stored(DAY, 7, 1000)


@pytest.mark.parametrize("status", ["PartialData", "InternalError", "Forbidden"])
def test_what_is_not_told_whole_is_asked_for_again(status: str) -> None:
    """Its values so far would be taken for all that there are."""
    with pytest.raises(Transient, match=status):
        counted(result(0, 7.0), result(1, 900.0, status=status))


def test_a_metric_that_is_not_answered_is_asked_for_again() -> None:
    """Nothing of it is not a bucket without objects."""
    told = ToldAws({"GetMetricData": {"MetricDataResults": [result(0, 7.0)]}})
    with pytest.raises(Transient, match="nothing"):
        stored(told.account(), "orders", NOW)


def test_objects_of_which_no_size_is_told_do_not_weigh_nothing() -> None:
    """S3 tells each metric by itself; no count at all is none."""
    assert counted(result(0, 7.0)) == Stored(DAY, 7, None)
    assert counted() is None
