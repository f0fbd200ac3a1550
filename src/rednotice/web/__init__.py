"""How programs and people reach the office and a node over HTTP."""
