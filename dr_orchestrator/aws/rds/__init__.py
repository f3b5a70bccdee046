"""What all that RDS runs has in common: the network that copies are put into, and what RDS writes down of them."""
