"""What the switch counted → interval history.

The only place that knows the words of switches and their exports. A reader takes a file apart
(:mod:`csv_table`, :mod:`excel_table`), gives every cell its kind (:mod:`typed_rows`, :mod:`clock`),
puts the rows on the plan's grid (:mod:`grid`, :mod:`fold`) and hands out
:data:`wfm.schema.INTERVAL_HISTORY` in UTC. Whatever cannot be right is refused, all of it at once,
with file, row and column (:mod:`findings`); what the user lets through by name is a row of the
issues.
"""

from wfm.telephony.findings import TOLERANCES
from wfm.telephony.interval_import import IntervalImport, read_csv, read_excel
from wfm.telephony.options import ImportOptions

__all__ = ["TOLERANCES", "ImportOptions", "IntervalImport", "read_csv", "read_excel"]
