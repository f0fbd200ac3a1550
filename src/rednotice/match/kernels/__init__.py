"""The inner loops of the check, compiled by numba when first needed and kept for the next start; free of the GIL."""
