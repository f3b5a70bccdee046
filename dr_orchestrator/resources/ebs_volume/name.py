"""The name of the type in drill files, in the ledger and in reports, and the tags that its drills know."""

NAME = "ebs-volume"

NAMED = "Name"
"""The tag under which EC2's consoles show a name: AWS itself names a volume by nothing but an id of its own."""
