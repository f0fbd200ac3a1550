"""The documentation; `docs.generate` makes the parts of it that follow from the code."""
