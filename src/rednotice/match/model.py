"""What each feature of a comparison counts, in log odds: fitted on pairs of names, and written by `benchmarks.fit`."""

from __future__ import annotations

import json
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from rednotice.match.kernels import pairing
from rednotice.match.kernels.pairing import FEATURES, KNOWN_NAME, LEVELS, UNKNOWN, WORTH

REST = (
    "MINOR_MET ASKED_MISSED ASKED_MISSED_WORTH ASKED_MISSED_KNOWN ASKED_MINOR_MISSED LISTED_LEFT LISTED_LEFT_WORTH "
    "LISTED_MINOR_LEFT INITIAL_MISSED OTHER_ORDER ONE_OF_SEVERAL LONE SIZE ALWAYS "
    "FIRST_FIRST FIRST_LAST LAST_FIRST LAST_LAST SOLE_FIRST_FIRST SOLE_FIRST_LAST SOLE_LAST_FIRST SOLE_LAST_LAST "
    "ASKED_SHARE LISTED_SHARE SPELT_APART SPELT_APART_WORTH LEAST_NEAR"
).split()
"""The features that are no level, by the names that `kernels.pairing` gives them."""


def load(text: str) -> NDArray[np.float32]:
    """The model as `kernels.search.find` takes it, shape (FEATURES,), from JSON as `dump` writes it."""
    said = json.loads(text)
    model = np.zeros(FEATURES, np.float32)
    for level, counts in enumerate(said["levels"]):
        model[[UNKNOWN + level, KNOWN_NAME + level, WORTH + level]] = counts
    for name in REST:
        model[getattr(pairing, name)] = said["rest"][name]
    return model


def dump(model: NDArray[np.float32], fitted_on: str) -> str:
    """A model as JSON: of each level what a pair counts whose word is unknown, whose word is known, and a nat of it."""
    columns = (UNKNOWN, KNOWN_NAME, WORTH)
    levels = [[round(float(model[column + level]), 3) for column in columns] for level in range(LEVELS)]
    rest = {name: round(float(model[getattr(pairing, name)]), 3) for name in REST}
    return json.dumps({"fitted_on": fitted_on, "levels": levels, "rest": rest}, indent=1)


MODEL = load(files("rednotice.match").joinpath("model.json").read_text("utf-8"))
