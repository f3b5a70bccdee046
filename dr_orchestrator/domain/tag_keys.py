"""The keys of the tags that say whose a resource is."""

from __future__ import annotations

from dataclasses import dataclass

MAKER_NAME_TAG = "aws:cloudformation:stack-name"
"""The tag by which AWS names what made a resource: the word of who else says nothing."""

READER = "dr-drill:reader"
"""The tag by which a machine says that it is the drills' own: it may have their copies, and run commands on them."""


@dataclass(frozen=True)
class TagKeys:
    """The keys of the tags that say whose a resource is, the first that it wears counts; likewise tier, owner and whom
    to reach.
    """

    service: tuple[str, ...] = (
        *("service", "Service", "dr-drill:of", "app", "App", "application", "Application", "system", "System"),
        MAKER_NAME_TAG,
    )
    tier: tuple[str, ...] = ("tier", "Tier", "dr-tier", "DRTier", "criticality", "Criticality")
    owner: tuple[str, ...] = ("owner", "Owner", "team", "Team")
    contact: tuple[str, ...] = ("contact", "Contact", "email", "Email", "slack", "Slack")
