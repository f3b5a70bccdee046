"""What Aurora holds: clusters, their instances, what they can be restored from, and the data behind them."""
