"""AWS: one restorer for each kind of resource, behind a guard that lets nothing but a run's own copies be changed."""
