"""The inner loops of the check, compiled by numba when first needed and kept for the next start; free of the GIL.

What is compiled holds the code of other modules of this package, and numba looks at the date of one file alone: so it
is kept in a folder that is named by what all of them say, and a changed one is compiled anew.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from numba import config, njit

_HERE = Path(__file__).parent
_SAID = hashlib.sha256(b"".join(source.read_bytes() for source in sorted(_HERE.glob("*.py")))).hexdigest()[:12]

config.CACHE_DIR = str(_HERE / "__pycache__" / f"compiled-{_SAID}")

compiled = njit(cache=True, nogil=True)
"""Compiles a function that Python calls, or that makes arrays."""
inner = njit(nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False)
"""Compiles a function that only compiled ones call, and that makes no array. References are not counted in it: that took
most of the time. numba does the same in its compiler for graphics cards; the option is its own, so the lock pins it."""
