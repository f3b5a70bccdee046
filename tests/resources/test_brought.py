"""A table that is to come into another account: what no import makes is told before, what did not arrive after."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest

from dr_orchestrator.aws.calls.api import Refused
from dr_orchestrator.domain.copy import Copy, Place, Source
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.dynamodb_table import exporting
from dr_orchestrator.resources.dynamodb_table import table as described_table
from dr_orchestrator.resources.dynamodb_table.exporting import Into
from dr_orchestrator.resources.dynamodb_table.importing import ImportedTable
from dr_orchestrator.resources.dynamodb_table.name import NAME
from tests.support.estate import REGION, RUN, TABLE, Estate

COPY = Copy(NAME, f"dro-{RUN}-x", REGION, RUN, "d", "s", source=Source(NAME, TABLE.id, Place("", REGION)))
INTO = Into("exports", "222222222222")


def table(made: Estate, name: str) -> ImportedTable:
    return ImportedTable(Resource("sessions", NAME, name, REGION), None, made.toolkit, INTO)


def test_local_indexes_are_told_with_the_way_that_copies_them(made: Estate) -> None:
    """No import makes one: told by the first look, with what to write, and nothing is asked for."""
    named = {"AttributeName": "pk", "KeyType": "HASH"}
    made.client("dynamodb").create_table(
        TableName="with-local-index",
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in ("pk", "sk", "at")],
        KeySchema=[named, {"AttributeName": "sk", "KeyType": "RANGE"}],
        LocalSecondaryIndexes=[
            {
                "IndexName": "by-time",
                "KeySchema": [named, {"AttributeName": "at", "KeyType": "RANGE"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    (look,) = (each for each in table(made, "with-local-index").preflight_checks(COPY) if each.name == "local indexes")
    with pytest.raises(NotRecoverable, match="which no import makes: by-time") as told:
        look.perform()
    assert "fill: items" in told.value.hint


@pytest.mark.parametrize(
    ("imported", "refused", "said"),
    [(99, 1, "of 100 items of sessions 99 were imported, 1 refused"), (98, 0, "98 were imported"), (100, 0, "")],
)
def test_every_item_that_was_exported_has_to_arrive(made: Estate, imported: int, refused: int, said: str) -> None:
    """One that was refused, or lost, is told: the copy is not what production was."""
    export: Any = exporting.planned(COPY)
    known = mock.Mock(identity=mock.Mock(arn="arn:export"))
    told = {"ImportedItemCount": imported, "ErrorCount": refused}
    with (
        mock.patch.object(type(made.toolkit.proofs), "intended", lambda _, copy: known if copy == export else None),
        mock.patch.object(exporting, "described", lambda *_: {"ItemCount": 100}),
    ):
        if said:
            with pytest.raises(NotMeasured, match=said):
                table(made, TABLE.id)._raise_unless_whole(COPY, told)
        else:
            table(made, TABLE.id)._raise_unless_whole(COPY, told)


@pytest.mark.parametrize("export", [None, {}])
def test_what_nobody_counted_is_not_whole(made: Estate, export: dict[str, int] | None) -> None:
    """Where AWS knows the export no more, or not its items, nothing shows that they are all there."""
    known = mock.Mock(identity=mock.Mock(arn="arn:export"))
    told = {"ImportedItemCount": 100, "ErrorCount": 0}
    with (
        mock.patch.object(type(made.toolkit.proofs), "intended", lambda *_: known),
        mock.patch.object(exporting, "described", lambda *_: export),
        pytest.raises(NotMeasured, match="does not tell how many items of sessions"),
    ):
        table(made, TABLE.id)._raise_unless_whole(COPY, told)


def test_an_import_that_is_there_already_is_awaited_by_its_job() -> None:
    """AWS says that the table exists, for its answer was lost: it is not ready before its import has ended."""
    summary = {"ImportArn": "arn:import", "S3BucketSource": {"S3KeyPrefix": f"{COPY.id}/AWSDynamoDB/1/data/"}}
    exists = Refused("it exists")
    exists.code = "ResourceInUseException"
    toolkit, there = mock.Mock(), {"TableName": COPY.id, "TableArn": "arn:table", "TableId": "t-1"}
    toolkit.proofs.record.return_value.identity.arn = "arn:table/x/export/1"
    toolkit.at.return_value.account.api.return_value.call.side_effect = exists
    brought = ImportedTable(Resource("sessions", NAME, TABLE.id, REGION), None, toolkit, INTO)
    with (
        mock.patch.object(described_table, "describe", lambda *_: there),
        mock.patch.object(exporting, "listed", lambda *_: iter([summary])),
        mock.patch.object(ImportedTable, "_creation", lambda _: {}),
    ):
        asked = brought.restore(mock.Mock(), COPY)
    assert (asked.job, asked.identity) == ("arn:import", None)
