"""Pictures, written beside the benchmarks: calibration.svg and cost.svg. Text stays text, so that they are small."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.matching.data import BESIDE

if TYPE_CHECKING:
    from benchmarks.matching.calibration import Band
    from benchmarks.matching.cost import Cost

ABSENT = "No picture: matplotlib is not installed; make bench installs it."
SOFT, RED, BLUE = "#999999", "#b3261e", "#1f5fa8"


def calibration(bands: Sequence[Band], what: str) -> str:
    """Score against the share that was right, with counts and where the share may lie (95 in 100, Wilson)."""
    if not (begin := _begin()):
        return ABSENT
    figure, (axes, counts) = begin(2, 1, figsize=(6.4, 6.2), sharex=True, height_ratios=(4, 1))
    axes.plot([0, 1], [0, 1], color=SOFT, linewidth=1, linestyle="--", label="what a score says")
    scores, shares = [band.score for band in bands], [band.right for band in bands]
    spans = np.array([_wilson(band.right, band.matches) for band in bands]).T
    errors = np.abs(spans - np.array(shares))
    axes.errorbar(scores, shares, yerr=errors, color=BLUE, marker="o", capsize=3, label="right (95 % interval)")
    axes.set(xlim=(-0.04, 1.04), ylim=(-0.02, 1.02), ylabel="share that was right")
    axes.set_title(f"What a score is worth ({what})", fontsize=10)
    axes.legend(loc="upper left", frameon=False)
    counts.bar(scores, [band.matches for band in bands], width=0.05, color=BLUE)
    for band in bands:
        counts.annotate(
            f"{band.matches:,}", (band.score, band.matches), (0, 3), textcoords="offset points", ha="center"
        )
    counts.set(yscale="log", xlabel="score (mean of a band)", ylabel="matches")
    counts.margins(y=0.25)
    counts.minorticks_off()
    counts.yaxis.set_major_formatter(_plainly)
    return _written(figure, "calibration.svg")


def cost(costs: Sequence[Cost], speed: float) -> str:
    """Time of a check and memory against size, with the limit that memory sets."""
    if not (begin := _begin()):
        return ABSENT
    from benchmarks.matching.cost import limits

    figure, (times, memory) = begin(1, 2, figsize=(10.4, 5.0))
    sizes = [cost.size for cost in costs]
    limit = 1000 * np.array([limits(cost, speed) for cost in costs])
    slow = [float(np.quantile(cost.times, 0.99)) for cost in costs]
    _line(times, sizes, slow, "99 in 100 are faster", RED, above=True)
    _line(times, sizes, [float(np.median(cost.times)) for cost in costs], "median", BLUE, above=False)
    if np.isfinite(limit).all():
        label = f"limit: bytes touched over {speed / 1e9:.0f} GB/s,\na cache line to a whole page for each page"
        times.fill_between(sizes, limit[:, 0], limit[:, 1], color=SOFT, alpha=0.4, linewidth=0, label=label)
    times.set_title("A check, milliseconds of one core", fontsize=10)
    _line(memory, sizes, [cost.resident for cost in costs], "resident, with names' dictionary", RED, above=True)
    _line(memory, sizes, [cost.files for cost in costs], "mapped files", BLUE, above=False)
    memory.set_title("Memory, MB", fontsize=10)
    for axes in (times, memory):
        axes.set(xscale="log", yscale="log", xlabel="persons listed", xticks=sizes)
        axes.margins(x=0.15, y=0.12)
        axes.minorticks_off()
        axes.xaxis.set_major_formatter(_plainly)
        axes.yaxis.set_major_formatter(_plainly)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2, frameon=False)
    return _written(figure, "cost.svg")


def _line(axes: Any, sizes: Sequence[int], values: Sequence[float], label: str, colour: str, *, above: bool) -> None:
    axes.plot(sizes, values, marker="o", color=colour, label=label)
    for size, value in zip(sizes, values, strict=True):
        shown = f"{value:,.0f}" if value >= 20 else f"{value:.1f}"
        place = (0, 6 if above else -14)
        axes.annotate(shown, (size, value), place, textcoords="offset points", ha="center", color=colour)


def _plainly(value: float, _place: int) -> str:
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


def _begin() -> Any:
    if importlib.util.find_spec("matplotlib") is None:
        return None
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update(
        {
            "svg.fonttype": "none",
            "svg.hashsalt": "rednotice",
            "font.family": "sans-serif",
            "font.size": 9,
            "axes.axisbelow": True,
            "axes.grid": True,
            "grid.color": "#e6e6e6",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "figure.constrained_layout.use": True,
        }
    )
    from matplotlib import pyplot

    return pyplot.subplots


def _written(figure: Any, name: str) -> str:
    from matplotlib import pyplot

    place: Path = BESIDE / name
    figure.savefig(place, metadata={"Date": None, "Creator": None})
    pyplot.close(figure)
    return f"Drawn: {place.relative_to(BESIDE.parent)}"


def _wilson(share: float, count: int, z: float = 1.96) -> tuple[float, float]:
    """Where a share lies that was counted so."""
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return middle - half, middle + half
