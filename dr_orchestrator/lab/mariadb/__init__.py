"""A real MariaDB behind simulated instances of MariaDB and MySQL: images of its files, its binary log up to a mark."""
