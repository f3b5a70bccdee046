"""The behaviour of Aurora: refusals, filters, defaults, durations."""
