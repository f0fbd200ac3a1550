"""PostgreSQL, where the truth is: the office's database and a node's, each behind its unit of work."""
