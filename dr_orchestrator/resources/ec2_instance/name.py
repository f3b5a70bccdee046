"""The name of the type in drill files, in the ledger and in reports, and the tag by which a copy is found."""

NAME = "ec2-instance"

NAMED = "Name"
"""The tag under which EC2's consoles show a name: AWS itself names a machine by nothing but an id of its own."""

STANDARD = "vCPU of standard machines"
"""The quota that its copies count against, where they are of a standard family."""
