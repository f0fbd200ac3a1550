"""The nouns of the field: frozen data and validation of shape. No I/O, no clock, no rules of law."""
