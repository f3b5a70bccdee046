"""The names of the type and of a snapshot that a drill copies, in drill files, ledger and reports; and its tags."""

NAME, SNAPSHOT = "ebs-volume", "ebs-snapshot"

NAMED = "Name"
"""The tag under which EC2's consoles show a name: AWS itself names a volume by nothing but an id of its own."""

GP3 = "gp3"
"""The type of volumes whose storage has the quota that copies count against, by its GiB."""
