"""Nights without a pager: bring in, look, forecast, staff, compare, re-plan, tell."""
