"""Networks with a known truth, and how well an analysis finds it."""

from nma.simulation.plan import Plan, Truth, plan_of
from nma.simulation.spec import Simulation, load_simulation
from nma.simulation.study import SCHEMA, Request, study

__all__ = ["SCHEMA", "Plan", "Request", "Simulation", "Truth", "load_simulation", "plan_of", "study"]
