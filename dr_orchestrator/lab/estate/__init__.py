"""The sample company: what it has, how it is put into a fresh lab, and the writer that keeps it alive."""
