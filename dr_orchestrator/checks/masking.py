"""Texts of others as they may be kept: an answer, or a program's output, may tell logins, keys and tokens."""

from __future__ import annotations

import re

from dr_orchestrator.errors import without_secrets

_WORDS = (
    r"passw|passphrase|\bpwd|_pwd|secret|token|credential|authorization|cookie|salt"
    r"|(?:private|api|access|auth|signing|encryption|licen[sc]e)[_-]?key"
)
_NAMED = re.compile(rf"{_WORDS}|[a-z]Pwd|^pass$|_pass$", re.IGNORECASE)
_OF_NO_WORDS = re.compile(r"(?:Arn|ARN|Id|Ids|Identifier|Name|Type|Policy|Path|Url|URL|Endpoint|Count)$")
"""The ends of names that only name a secret, or say where one is had."""

_ASSIGNED = re.compile(
    rf"(?P<name>(?:{_WORDS}|_pass)[\w-]{{0,60}}[\"']?\s*(?:(?:[:=]|=>|<[^<>]*>)\s*)+[\"']?(?:(?:bearer|basic)\s+)?)"
    r"[^\s\"'<>,;&}]+",
    re.IGNORECASE,
)
_KEY = re.compile(
    r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*|-----BEGIN [^-]*PRIVATE KEY-----[^-]*"
)
"""Access keys of AWS, tokens that are signed JSON, and private keys, each known by its beginning."""


def is_secret(name: str) -> bool:
    """Tell whether a thing is a secret by its name."""
    return bool(_NAMED.search(name)) and not _OF_NO_WORDS.search(name)


def masked(text: str) -> str:
    """A text without logins in URLs, without keys, and without what stands behind the name of a secret."""
    return _KEY.sub("***", _ASSIGNED.sub(r"\g<name>***", without_secrets(text)))
