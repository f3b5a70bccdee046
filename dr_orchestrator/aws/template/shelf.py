"""The place in a bucket where templates lie for CloudFormation that it does not take in a call."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

SETTING = "write `replica: {bucket: NAME}` in tiers.yaml, with a bucket of the account and region of replicas"


@dataclass(frozen=True)
class Shelf:
    """The templates of one copy in a bucket: named by the copy and by what they hold, so that none is another."""

    bucket: str
    region: str
    copy_id: str

    @property
    def prefix(self) -> str:
        """The beginning of all keys of the copy."""
        return f"{self.copy_id}/"

    def key(self, text: str) -> str:
        """The key of a template."""
        return f"{self.prefix}{hashlib.sha256(text.encode()).hexdigest()[:40]}.json"

    def url(self, text: str) -> str:
        """The URL by which CloudFormation finds a template."""
        domain = "amazonaws.com.cn" if self.region.startswith("cn-") else "amazonaws.com"
        return f"https://{self.bucket}.s3.{self.region}.{domain}/{self.key(text)}"
