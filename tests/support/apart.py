"""An account of its own for replicas, as tiers.yaml names it: production's is the lab's."""

from dr_orchestrator.lab.cloud.world import ACCOUNT

OTHER = "222222222222"
READ, MAKE = (f"arn:aws:iam::{ACCOUNT}:role/dro-{each}" for each in ("read", "copy"))
ROLES = f"roles: {{source: '{READ}', drill: '{MAKE}'}}\n"
THERE = f"roles: {{source: '{READ}', drill: '{MAKE}', elsewhere: ['arn:aws:iam::{OTHER}:role/dro']}}\n"
APART = f'replica: {{place: drill-account, account: "{OTHER}"}}\n'
