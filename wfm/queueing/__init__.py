"""How many agents, and what service they give: numbers in, numbers out.

Start with :func:`performance` (service of n agents) and :func:`required_agents` (fewest agents for
a target); both take arrays and know Erlang B, C and A. :func:`carried_per_hour` turns the question
round, :func:`neighbours` shows one agent fewer and more. :mod:`wfm.queueing.cases` does the same
on tables.

Past Erlang, each in a module of its own:

==================== ==========================================================================
general_patience     any law of patience (patience_law: lognormal, Weibull, read off data)
handle_time_law      handle times that are not exponential, approximately
priority             important callers first
redials              who hangs up dials again
finite_lines         a limited number of lines
uncertain_rate       the rate known only as a distribution; staffing for it
chat                 several contacts at a time
blending             outbound work beside inbound calls
patience             mean patience and its law from recorded calls
time_varying         days that move: forward equations, lag, modified offered load
simulation           everything at once: skills, routing, redials, transfers, changing staff
simulated_staffing   agents moved until the simulated callers get what was promised
chat_simulation      a day of chats, agents with several at a time, changing staff
extended_cases       the models above as rows of a table
==================== ==========================================================================

The formulas stand once, in :mod:`wfm.queueing.kernels`; a few cases are answered by them as plain
Python, many by the same files compiled (:mod:`wfm.queueing.compiled`). Importing this package loads
neither the compiler nor pandas.
"""

from wfm.queueing.capacity import carried_per_hour, neighbours
from wfm.queueing.performance import MODELS, Performance, performance
from wfm.queueing.required import DEFINITIONS, PARTS, Requirement, required_agents

__all__ = [
    "DEFINITIONS",
    "MODELS",
    "PARTS",
    "Performance",
    "Requirement",
    "carried_per_hour",
    "neighbours",
    "performance",
    "required_agents",
]
