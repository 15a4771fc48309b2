"""The second engine: the posterior by quadrature and importance sampling, without Markov chains and without PyMC.

``normal`` is the contrast-level posterior in closed form, ``density`` its quadrature over τ. ``engine`` makes a
:class:`nma.fitting.Fit` of either likelihood.
"""

from nma.fitting.exact.engine import fit_exact

__all__ = ["fit_exact"]
