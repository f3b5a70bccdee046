"""What Aurora allows and how long it takes: refusals, filters, defaults, durations."""
