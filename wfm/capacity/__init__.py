"""Months and years: need, headcount, hiring, money, risk, site.

:func:`work_out_need` staffs typical and peak weeks interval by interval; :func:`capacity_plan`
sets supply against it, month by month, with what it costs.
"""

from wfm.capacity.inputs import CapacityInputs
from wfm.capacity.need import Need, QueueWeek, Staffer, opening_counts, work_out_need
from wfm.capacity.plan import CapacityPlan, capacity_plan, totals

__all__ = [
    "CapacityInputs",
    "CapacityPlan",
    "Need",
    "QueueWeek",
    "Staffer",
    "capacity_plan",
    "opening_counts",
    "totals",
    "work_out_need",
]
