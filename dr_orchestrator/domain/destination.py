"""The place in which a drill's copy is to stand, where that is not beside its source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Destination:
    """A region, and another account where the copy is to stand in one; `account` is empty for that of the source.

    `key` is the key of KMS there under which a copied snapshot is encrypted, empty where none is declared; `lent` the
    one of that region, of the source's account, under which it is shared with another account. `option_group` and
    `parameter_group` are those of the copy there: AWS keeps them by region. Where copies of the recovery points are
    `standing` there already, they are taken, and nothing is brought.
    """

    region: str
    account: str = ""
    key: str = ""
    lent: str = ""
    option_group: str = ""
    parameter_group: str = ""
    standing: bool = False

    def __str__(self) -> str:
        return f"{self.region} of account {self.account}" if self.account else self.region
