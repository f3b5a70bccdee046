"""The names of the type and of an image that a drill copies, in drill files, ledger and reports; and its tag."""

NAME, IMAGE = "ec2-instance", "ec2-image"

NAMED = "Name"
"""The tag under which EC2's consoles show a name: AWS itself names a machine by nothing but an id of its own."""

STANDARD = "vCPU of standard machines"
"""The quota that most copies count against: those of a standard family."""

QUOTAS = (
    STANDARD,
    *(f"vCPU of {each} machines" for each in ("F", "G and VT", "P", "X", "Inf", "Trn", "DL", "HPC", "high memory")),
)
"""All of them, a family of machines each."""
