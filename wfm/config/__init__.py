"""wfm.toml, the page a planner reads every day, as frozen objects.

:func:`load` reads the file, refuses unknown keys and tells all problems at once, each with its
line. :mod:`wfm.config.units` knows how durations, hours and clock spans are written,
:mod:`wfm.config.lines` where a key stands, :mod:`wfm.config.section` how one table is read.
"""

from wfm.config.load import CONFIG_NAME, Config, ForecastSettings, load, parse

__all__ = ["CONFIG_NAME", "Config", "ForecastSettings", "load", "parse"]
