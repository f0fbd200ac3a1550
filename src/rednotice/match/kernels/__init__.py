"""The inner loops of the check, compiled by numba when first needed and kept for the next start; free of the GIL.

What is compiled holds the code of other modules of this package, and numba looks at the date of one file alone: so it
is kept in a folder that is named by what all of them say, and a changed one is compiled anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

_HERE = Path(__file__).parent
_SAID = hashlib.sha256(b"".join(source.read_bytes() for source in sorted(_HERE.glob("*.py")))).hexdigest()[:12]
_OPTIONS: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "_nrt": False}

numba.config.CACHE_DIR = str(_HERE / "__pycache__" / f"compiled-{_SAID}")  # type: ignore[attr-defined]

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compiles a function that Python calls, or that makes arrays."""
    return cast(Function, numba.njit(function, cache=True, nogil=True))


def inner(function: Function) -> Function:
    """Compiles a function that only compiled ones call, and that makes no array.

    References are not counted in it, which took most of the time. numba does the same in its compiler for graphics
    cards; the option is numba's own, so the lock pins the version.
    """
    return cast(Function, numba.njit(function, nogil=True, **_OPTIONS))


def inlined(function: Function) -> Function:
    """Compiles as `inner` does, into whatever calls it: to hand on a hundred arrays takes longer than a short loop."""
    return cast(Function, numba.njit(function, nogil=True, forceinline=True, **_OPTIONS))
