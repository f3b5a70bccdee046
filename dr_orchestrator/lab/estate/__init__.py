"""A company in a fresh lab: what it has, as its estate file says, how it is made, and what keeps it alive."""
