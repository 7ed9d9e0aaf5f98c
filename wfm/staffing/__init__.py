"""From contacts to agents: the requirement by interval and the service that follows from it.

:func:`staff` turns a forecast into agents per interval with a queue's model and target;
:func:`expected_service` says what a given number of agents would give; :func:`under_price` what
a missing one costs and :func:`under_steps` what each further one does; :func:`explain` shows the
service at one agent fewer and one more; :func:`service_pieces` what each further agent gives to the
service of a whole day; :func:`stressed` what remains of it on a bad day.
"""

from wfm.staffing.explain import Explanation, explain
from wfm.staffing.period import service_pieces
from wfm.staffing.requirement import staff
from wfm.staffing.service import expected_service, total_service, under_price, under_steps
from wfm.staffing.stress import Stressed, stressed

__all__ = [
    "Explanation",
    "Stressed",
    "expected_service",
    "explain",
    "service_pieces",
    "staff",
    "stressed",
    "total_service",
    "under_price",
    "under_steps",
]
