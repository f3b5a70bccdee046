"""A seal over files: a signed list of their SHA-256 (in-toto, in a DSSE envelope, by Ed25519), checked offline."""

from __future__ import annotations

import base64
import binascii
import errno
import hashlib
import json
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from dr_orchestrator.errors import UsageError

TYPE = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_MOST = 64 * 1024 * 1024


class BrokenSeal(UsageError):
    """A seal that does not hold: files, or their list, are not what was signed."""


@dataclass(frozen=True)
class Sealed:
    """A list that was signed, and by whom: `signer` is the fingerprint of the key, `digest` that of the list."""

    files: Mapping[str, str]
    predicate_type: str
    predicate: Mapping[str, Any]
    signer: str
    digest: str


def make_key(path: Path) -> str:
    """Make a key in a new file that its owner alone may read; return its fingerprint."""
    key = Ed25519PrivateKey.generate()
    written = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(f"{path} is there already", "a key is made once; name another file for another") from None
    except OSError as wrong:
        raise UsageError(f"{path} cannot be written: {wrong.strerror}", "name a file that this user may make") from None
    with os.fdopen(handle, "wb") as file:
        file.write(written)
        file.flush()
        os.fsync(file.fileno())
    return fingerprint(key.public_key())


def read_key(path: Path) -> Ed25519PrivateKey:
    """The key of a file; UsageError where it is none, or others may read it."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        written = read(path, follow=True)
    except OSError as wrong:
        raise UsageError(f"{path} cannot be read: {wrong.strerror}", "make a key: dro contacts key") from None
    except BrokenSeal as wrong:
        raise UsageError(wrong.message, "make a key: dro contacts key") from None
    if mode & 0o077:
        raise UsageError(f"{path} may be read by others than its owner", f"chmod 600 {path}, or make another key")
    try:
        key = load_pem_private_key(written, None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"{path} holds no Ed25519 key", "make one: dro contacts key")
    return key


def read_public(path: Path) -> Ed25519PublicKey:
    """The public key of a file; BrokenSeal where it is none."""
    try:
        key = load_pem_public_key(read(path, follow=True))
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise BrokenSeal(f"{path} holds no Ed25519 public key", "take it from whoever made the export")
    return key


def known(path: Path) -> str:
    """The fingerprint of a file's key, whether it holds the whole of it or its public part."""
    if b"PUBLIC KEY" in read(path, follow=True):
        return fingerprint(read_public(path))
    return fingerprint(read_key(path).public_key())


def fingerprint(key: Ed25519PublicKey) -> str:
    """The SHA-256 of a public key."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()


def public_pem(key: Ed25519PrivateKey) -> str:
    """The public key as a file."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def sealed(folder: Path, names: list[str], kind: str, predicate: Mapping[str, Any], key: Ed25519PrivateKey) -> str:
    """The envelope over files of a folder."""
    subject = [{"name": name, "digest": {"sha256": digest_of(read(folder / name))}} for name in sorted(names)]
    statement = {"_type": STATEMENT, "subject": subject, "predicateType": kind, "predicate": predicate}
    body = json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    signature = {"keyid": fingerprint(key.public_key()), "sig": _b64(key.sign(_pae(body)))}
    return json.dumps({"payload": _b64(body), "payloadType": TYPE, "signatures": [signature]}, indent=2) + "\n"


def opened(folder: Path, envelope: str, public: Ed25519PublicKey) -> Sealed:
    """Hold the files of a folder to an envelope; BrokenSeal, which names the file, where one is not what was signed."""
    said, body = _statement(read(folder / envelope), public, folder / envelope)
    files = {each["name"]: each["digest"]["sha256"] for each in said["subject"]}
    for name, digest in files.items():
        if not _NAME.fullmatch(name):
            raise BrokenSeal(f"the list of {folder / envelope} names a file outside of the folder", "trust none of it")
        if digest_of(read(folder / name)) != digest:
            raise BrokenSeal(f"{folder / name} is not what was signed", "trust none of it; export the contacts anew")
    return Sealed(files, said["predicateType"], said["predicate"], fingerprint(public), digest_of(body))


def _statement(written: bytes, public: Ed25519PublicKey, path: Path) -> tuple[dict[str, Any], bytes]:
    try:
        envelope = json.loads(written)
        body = base64.b64decode(envelope["payload"], validate=True)
        signatures = [base64.b64decode(each["sig"], validate=True) for each in envelope["signatures"]]
        if envelope["payloadType"] != TYPE or not _signed(body, signatures, public):
            raise BrokenSeal(f"{path} is not signed by this key", "trust none of it; export the contacts anew")
        said: dict[str, Any] = json.loads(body)
        whole = said["_type"] == STATEMENT and isinstance(said["predicate"], dict)
        whole = whole and isinstance(said["predicateType"], str)
        whole = whole and all(isinstance(each["digest"]["sha256"], str) for each in said["subject"])
        whole = whole and all(isinstance(each["name"], str) for each in said["subject"])
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error, RecursionError):
        raise BrokenSeal(f"{path} is no envelope of signed files", "export the contacts anew") from None
    if not whole:
        raise BrokenSeal(f"{path} signs something else than files", "export the contacts anew")
    return said, body


def _signed(body: bytes, signatures: list[bytes], public: Ed25519PublicKey) -> bool:
    for each in signatures:
        try:
            public.verify(each, _pae(body))
        except InvalidSignature:
            continue
        return True
    return False


def _pae(body: bytes) -> bytes:
    """The bytes that are signed: of a DSSE envelope, its type and its body with their lengths."""
    kind = TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body)


def digest_of(data: bytes) -> str:
    """The SHA-256 of bytes."""
    return hashlib.sha256(data).hexdigest()


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def read(path: Path, *, follow: bool = False) -> bytes:
    """The bytes of a file: no device's, no pipe's, and no link's but where it may `follow`; BrokenSeal else."""
    try:
        # A pipe would keep us until somebody writes to it.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW))
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise BrokenSeal(f"{path} is no regular file", "trust none of it")
            found = file.read(_MOST + 1)
    except OSError as wrong:
        told = f"{path} is a link" if wrong.errno == errno.ELOOP else f"{path} cannot be read: {wrong.strerror}"
        raise BrokenSeal(told, "name the folder of an export, with all of its files") from None
    if len(found) > _MOST:
        raise BrokenSeal(f"{path} is larger than any file of contacts", "trust none of it")
    return found
