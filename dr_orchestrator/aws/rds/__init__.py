"""The kits of all that RDS runs: the network that copies are put into, and what RDS writes down of them."""
