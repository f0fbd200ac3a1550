"""Memory asked for before it is needed: what a check reads lies scattered, and most of its time it waited for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

_BYTES = ir.IntType(8).as_pointer()
_NUMBER = ir.IntType(32)
_TO_READ, _KEEP, _DATA = 0, 3, 1


def _ahead(_typing: Any, array: Any, _place: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, given[0]).data
        where = builder.bitcast(builder.gep(data, [given[1]]), _BYTES)
        kind = ir.FunctionType(ir.VoidType(), [_BYTES, _NUMBER, _NUMBER, _NUMBER])
        fetch: Any = cgutils.get_or_insert_function
        builder.call(
            fetch(builder.module, kind, "llvm.prefetch.p0"),
            [where, _NUMBER(_TO_READ), _NUMBER(_KEEP), _NUMBER(_DATA)],
        )
        return context.get_dummy_value()

    return types.void(array, types.intp), generate


ahead = cast(Callable[[NDArray[Any], int], None], intrinsic(_ahead))
"""Has the processor fetch an element of an array, counted row by row from 0, while other work goes on: `ahead(array,
place)`, in compiled functions alone."""
