"""A simulation study as plain data: the content of ``simulation.json``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nma.errors import FitError
from nma.parallel import HERE, Executors, spread
from nma.simulation.performance import calibration, quantity_rows, ranking_row, share
from nma.simulation.plan import Plan
from nma.simulation.trial_run import Network, Piece, tried
from nma.vocab import Engine

SCHEMA = "nma-simulation/1"


@dataclass(frozen=True)
class Request:
    """How many networks, by which engine, from which seed, where."""

    networks: int
    engine: Engine = Engine.EXACT
    seed: int = 1
    executors: Executors = HERE
    done: Callable[[int], None] = lambda count: None


def study(plan: Plan, request: Request, provenance: Mapping[str, Any]) -> dict[str, Any]:
    """Simulate networks, fit each, and say how well the truth was found.

    Fits that miss the gate count like the others, so that nobody selects the easy networks; their share is given.

    Raises
    ------
    FitError
        Not one network has a posterior.
    InputError
        There is no scheduler where one was asked for.
    """
    pieces = [Piece(plan, request.engine, request.seed, number) for number in range(request.networks)]
    every = spread(tried, pieces, request.executors, request.done)
    found = [one for one in every if isinstance(one, Network)]
    refused = Counter(one for one in every if isinstance(one, str))
    if not found:
        raise FitError(f"no network has a posterior: {refused.most_common(1)[0][0]}")
    rows = quantity_rows(plan, found, request.seed)
    return {
        "schema": SCHEMA,
        **plan.plain(),
        "networks": request.networks,
        "engine": str(request.engine),
        "from_priors": plan.truth is None,
        "refused": [{"reason": reason, "networks": times} for reason, times in refused.most_common()],
        **share("missed_gate", np.array([not one.converged for one in found])),
        "quantities": rows,
        "ranking": ranking_row(plan, found),
        "calibration": calibration(rows, len(found)) if plan.truth is None else None,
        "provenance": dict(provenance),
    }
