"""PostgreSQL and NATS as they come from PyPI, started and stopped by the program itself, on loopback only."""
