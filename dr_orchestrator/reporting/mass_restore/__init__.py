"""Large-incident drills as pages, and for programs."""
