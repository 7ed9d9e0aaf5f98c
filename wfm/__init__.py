"""wfm: the open workforce-management planner for contact centres.

The folders follow the planning cycle: :mod:`wfm.telephony` brings interval history in,
:mod:`wfm.store` keeps it, :mod:`wfm.forecast` looks ahead, :mod:`wfm.staffing` turns contacts into
agents with the help of :mod:`wfm.queueing`, :mod:`wfm.scheduling` builds shifts and gives them to
people, :mod:`wfm.reports` hands them out. :mod:`wfm.pipeline` joins the stages, :mod:`wfm.cli`
is the door.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
