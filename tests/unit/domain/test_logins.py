"""A login in libpq's words: how far TLS is asked for, and to whom a password is told."""

from __future__ import annotations

from dataclasses import replace

from dr_orchestrator.domain.service import VERIFIED, Login

LOGIN = Login("db.example.com", 5432, "orders", "dro", "hush")


def test_a_password_is_told_to_whom_an_authority_vouches_for() -> None:
    """In full where the authorities are known; else only proven to be known, and never in plain text."""
    assert "sslmode" not in LOGIN.parameters
    verified = replace(LOGIN, tls=VERIFIED, ca="rds-ca.pem").parameters
    assert (verified["sslmode"], verified["sslrootcert"]) == (VERIFIED, "rds-ca.pem")
    assert "require_auth" not in verified
    assert replace(LOGIN, tls="require").parameters["require_auth"] == "scram-sha-256,md5"


def test_only_the_addresses_that_were_looked_up_are_connected_to() -> None:
    """One host for each; the password is in no text of it."""
    told = replace(LOGIN, addresses=("10.0.0.1", "10.0.0.2")).parameters
    assert (told["host"], told["hostaddr"]) == ("db.example.com,db.example.com", "10.0.0.1,10.0.0.2")
    assert "hush" not in repr(LOGIN)
