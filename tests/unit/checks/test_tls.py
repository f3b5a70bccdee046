"""TLS to a real PostgreSQL: verified by the authorities that are named, for the name that AWS told; or encrypted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from dr_orchestrator.checks.connection import asking
from dr_orchestrator.domain.service import ENCRYPTED, VERIFIED, Login
from dr_orchestrator.errors import LoginRefused, NotMeasured
from tests.support.logins import login_of
from tests.support.tls_front import Authority, tls_front

HOST = "copy.abcdef.us-east-1.rds.amazonaws.com"
There = tuple[Login, Authority, Authority]


@pytest.fixture(scope="module")
def there(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[There]:
    """The login to a server with a certificate for HOST, the authority that gave it, and another one."""
    folder, login = tmp_path_factory.mktemp("tls"), login_of(postgres_server)
    ours, another = Authority.made(folder, "ours"), Authority.made(folder, "another")
    with tls_front(login.port, ours.certify(HOST, folder)) as port:
        yield replace(login, host=HOST, addresses=("127.0.0.1",), port=port), ours, another


def test_a_server_is_believed_that_the_authority_vouches_for(there: There) -> None:
    """By the name that AWS told, at the one address that was compared with production's."""
    login, ours, _ = there
    with asking(replace(login, tls=VERIFIED, ca=str(ours.file)), "a test") as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        assert connection.pgconn.ssl_in_use


def test_another_authority_or_another_name_is_told_nothing(there: There) -> None:
    """Whoever answers in the copy's place gets no password; that is no refused login, and no next one is tried."""
    login, ours, another = there
    verified = replace(login, tls=VERIFIED, ca=str(ours.file))
    for other, why in (
        (replace(verified, ca=str(another.file)), "certificate verify failed"),
        (replace(verified, host="other.rds.amazonaws.com"), "does not match host name"),
    ):
        with pytest.raises(NotMeasured, match=why) as told, asking(other, "a test"):
            pass
        assert not isinstance(told.value, LoginRefused)


def test_authorities_that_are_not_there_are_told(there: There) -> None:
    """A file that was deleted is not taken for a reason to verify less."""
    login = replace(there[0], tls=VERIFIED, ca="/nowhere/rds-ca.pem")
    with pytest.raises(NotMeasured, match="does not exist"), asking(login, "a test"):
        pass


def test_without_authorities_it_is_encrypted_all_the_same(there: There) -> None:
    """And the password is proven to whoever answers, never told."""
    login = replace(there[0], tls=ENCRYPTED)
    with asking(login, "a test") as connection:
        assert connection.pgconn.ssl_in_use
    assert login.parameters["require_auth"] == "scram-sha-256,md5"


def test_in_a_lab_libpqs_own_default_holds(there: There) -> None:
    """Nothing of TLS is said where nothing was asked for."""
    assert {"sslmode", "sslrootcert", "require_auth"} & there[0].parameters.keys() == set()


def test_a_refused_login_is_told_from_what_is_not_reached(postgres_server: str) -> None:
    """A wrong password, and a role that is not there, may be mended by another login; a dead port is not."""
    login = login_of(postgres_server)
    for refused in (replace(login, password="wrong"), replace(login, user="nobody")):
        with pytest.raises(LoginRefused, match="authentication failed"), asking(refused, "a test"):
            pass
    with pytest.raises(NotMeasured) as told, asking(replace(login, port=1), "a test"):
        pass
    assert not isinstance(told.value, LoginRefused)


def test_what_a_query_is_told_passes_for_no_refused_login(postgres_server: str) -> None:
    """The restored data may say what it likes: only a connection that was never made was refused."""
    with pytest.raises(NotMeasured) as told, asking(login_of(postgres_server), "a test") as connection:
        connection.execute("SELECT pg_has_role('nobody', 'usage')")
    assert 'role "nobody" does not exist' in told.value.message
    assert not isinstance(told.value, LoginRefused)
