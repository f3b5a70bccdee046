"""The objects of Aurora: clusters, their instances, what they can be restored from, and the data behind them."""
