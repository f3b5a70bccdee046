"""The hosts to which a text connects, however it is written: each of them, and nothing else of it."""

from __future__ import annotations

import pytest

from dr_orchestrator.aws.template.reading.addresses import connected, on_the_web

CONNECTED = {
    "db.corp.example": ["db.corp.example"],
    "broker-1.corp.example:9092, broker-2.corp.example:9092": ["broker-1.corp.example", "broker-2.corp.example"],
    "jdbc:mysql:loadbalance://${D.Endpoint.Address}:3306,db.corp.example:3306/x?a=b": [
        "${D.Endpoint.Address}",
        "db.corp.example",
    ],
    "jdbc:postgresql://user:secret@db.corp.example:5432/x": ["db.corp.example"],
    "jdbc:sqlserver://db.corp.example:1433;databaseName=x": ["db.corp.example"],
    "jdbc:oracle:thin:@db.corp.example:1521:x": ["db.corp.example"],
    "jdbc:oracle:thin:@//db.corp.example:1521/x": ["db.corp.example"],
    "(DESCRIPTION=(ADDRESS=(PROTOCOL=tcp)(HOST=db.corp.example)(PORT=1521)))": ["db.corp.example"],
    "mongodb://u:{{resolve:secretsmanager:a/b:SecretString:c}}@one.example,two.example": [
        "one.example",
        "two.example",
    ],
    "jdbc:sqlite:orders": [],
    "": [],
}


@pytest.mark.parametrize("text", CONNECTED)
def test_each_host_of_a_text_is_found(text: str) -> None:
    """Of one address, of alternatives, of a list of brokers; of a file none."""
    assert list(connected(text)) == CONNECTED[text]


def test_hosts_on_the_web_are_found_in_any_text() -> None:
    """In upper case, too, behind a login, and where AWS puts a part in."""
    text = (
        'a "https://u:p@one.example/x" HTTPS://two.example:8443 https://${Api}.execute-api.${AWS::Region}.amazonaws.com'
    )
    assert list(on_the_web(text)) == ["one.example", "two.example", "${Api}.execute-api.region.amazonaws.com"]
