"""The life of a finding: raised, worked on, and closed by a retest, or for a while by a person's word."""
