"""The quarter's programme report: leadership's page, the facts behind it, and both for programs."""
