"""Runs every benchmark, or those named: python -m benchmarks [circulation] [refill] ..."""

from __future__ import annotations

import platform
import sys
from datetime import UTC, datetime

from rich.console import Console

from benchmarks import audit, bureaus, circulation, evidence, matching, publication, refill

BENCHMARKS = {
    "circulation": circulation.run,
    "bureaus": bureaus.run,
    "publication": publication.run,
    "refill": refill.run,
    "audit": audit.run,
    "evidence": evidence.run,
    "matching": matching.run,
}

if __name__ == "__main__":
    wanted = sys.argv[1:] or list(BENCHMARKS)
    unknown = [name for name in wanted if name not in BENCHMARKS]
    if unknown:
        sys.exit(f"no benchmark {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}")
    console = Console(width=140)
    console.print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.machine()}, Python {platform.python_version()}")
    for name in wanted:
        BENCHMARKS[name](console)
