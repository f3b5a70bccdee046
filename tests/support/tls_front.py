"""TLS before a PostgreSQL that has none: the pip-installed one is built without it. As RDS speaks, then handed on."""

from __future__ import annotations

import contextlib
import datetime
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_SSL_REQUEST = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")


@dataclass(frozen=True)
class Authority:
    """An authority, and the certificates that it gives."""

    name: x509.Name
    key: ec.EllipticCurvePrivateKey
    file: Path

    @classmethod
    def made(cls, folder: Path, name: str) -> Authority:
        key = ec.generate_private_key(ec.SECP256R1())
        made = cls(_name(name), key, folder / f"{name}.pem")
        made.file.write_bytes(made._certificate(made.name, key, host=""))
        return made

    def certify(self, host: str, folder: Path) -> Path:
        """A file with a key and a certificate for a host."""
        key, file = ec.generate_private_key(ec.SECP256R1()), folder / f"{host}.pem"
        form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        file.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
        with file.open("ab") as more:
            more.write(self._certificate(_name(host[:60]), key, host))
        return file

    def _certificate(self, name: x509.Name, key: ec.EllipticCurvePrivateKey, host: str) -> bytes:
        now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
        built = x509.CertificateBuilder().subject_name(name).issuer_name(self.name).public_key(key.public_key())
        built = built.serial_number(x509.random_serial_number()).not_valid_before(now - day).not_valid_after(now + day)
        built = built.add_extension(x509.BasicConstraints(ca=not host, path_length=None), critical=True)
        if host:
            built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        return built.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


@contextlib.contextmanager
def tls_front(port: int, certificate: Path) -> Iterator[int]:
    """Within: a port of this machine at which the server of another one is reached by TLS, and in no other way."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_serve, args=(server, port, context), daemon=True).start()
        yield int(server.getsockname()[1])


def _serve(server: socket.socket, port: int, context: ssl.SSLContext) -> None:
    with contextlib.suppress(OSError):  # it is closed when the test is over
        while True:
            asking, _ = server.accept()
            threading.Thread(target=_speak, args=(asking, port, context), daemon=True).start()


def _speak(asking: socket.socket, port: int, context: ssl.SSLContext) -> None:
    with asking, contextlib.suppress(OSError):
        if asking.recv(len(_SSL_REQUEST), socket.MSG_WAITALL) != _SSL_REQUEST:
            return
        asking.sendall(b"S")
        with (
            context.wrap_socket(asking, server_side=True) as secured,
            socket.create_connection(("127.0.0.1", port)) as to,
        ):
            back = threading.Thread(target=_hand_on, args=(to, secured), daemon=True)
            back.start()
            _hand_on(secured, to)
            back.join(5)


def _hand_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
