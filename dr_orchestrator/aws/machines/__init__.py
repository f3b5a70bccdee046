"""Machines of EC2 on which scripts are run by Systems Manager: those that read copies, and those that are copies."""

PART_OF = "dr-drill:machine"
"""The tag by which a volume, or a network interface, says which copy of a machine it was made with, and ends with."""

NAMED = "Name"
"""The tag under which EC2's consoles show a name: AWS itself names what it makes by nothing but an id of its own."""
