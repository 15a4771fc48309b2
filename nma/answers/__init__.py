"""Fit → answers: relative effects, rankings, heterogeneity. Each number is computed here, once."""
