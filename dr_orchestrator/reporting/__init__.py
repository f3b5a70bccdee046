"""Reports of runs and exercises, rendered from ledger records only: HTML, Markdown, JSON."""
