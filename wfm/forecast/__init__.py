"""History in, forecast out: contacts by interval with bands, and handle time.

:func:`forecast` reads each queue's history into a grid of days × slots (``grid``), lets the
models of ``models`` forecast from past origins (``trials``), weighs them by how they did
(``choice``), blends them and puts bands round the blend from its own errors (``bands``).
The strongest of the models keeps level and shape apart: ``day_level`` says how many contacts a
day brings, ``profile`` how they spread over it. :func:`backtest` repeats all of that at past
origins and tells the accuracy beside last week's values, the mean of eight same weekdays and
the Poisson floor. Outages, odd days, shifts of level and own events are told (``cleaning``,
``events``), planners' changes are a layer (``adjustments``), ``intraday`` and ``day_curves``
correct a day that has begun, ``paths`` draws whole courses of what may come, ``new_queue`` stands
in for a history, ``long_range`` looks months and years ahead, and ``accuracy`` compares what was
handed out with what came. Time is the wall clock of the centre; no time zone, file or clock is used
here.
"""

from wfm.forecast.accuracy import accuracy_by_lead
from wfm.forecast.adjustments import Adjustment, How, adjusted, adjusted_forecast
from wfm.forecast.backtest import backtest
from wfm.forecast.benchmark import BENCHMARKS
from wfm.forecast.calendar import DayKind, Days, Event, QueueCalendar, Treat, Verdict
from wfm.forecast.demand import Demand, demand_table, demanded
from wfm.forecast.drivers import Drivers
from wfm.forecast.explain import ForecastParts, Part, explain_forecast
from wfm.forecast.forecasting import Forecast, forecast
from wfm.forecast.handle_time_backtest import backtest_aht
from wfm.forecast.intraday import DayUpdate, rest_of_day
from wfm.forecast.intraday_backtest import backtest_intraday
from wfm.forecast.intraday_learning import DayKnowledge, learn_day_knowledge
from wfm.forecast.long_range import CASES, Grain, GrowthCase, LongRange, long_range
from wfm.forecast.models import AUTO, DRIVEN, MODELS
from wfm.forecast.new_queue import NewQueueForecast, forecast_new_queue, read_sibling
from wfm.forecast.paths import PathSource, sample_paths
from wfm.forecast.queue_tables import QueueWork, Window

__all__ = [
    "AUTO",
    "BENCHMARKS",
    "CASES",
    "DRIVEN",
    "MODELS",
    "Adjustment",
    "DayKind",
    "DayKnowledge",
    "DayUpdate",
    "Days",
    "Demand",
    "Drivers",
    "Event",
    "Forecast",
    "ForecastParts",
    "Grain",
    "GrowthCase",
    "How",
    "LongRange",
    "NewQueueForecast",
    "Part",
    "PathSource",
    "QueueCalendar",
    "QueueWork",
    "Treat",
    "Verdict",
    "Window",
    "accuracy_by_lead",
    "adjusted",
    "adjusted_forecast",
    "backtest",
    "backtest_aht",
    "backtest_intraday",
    "demand_table",
    "demanded",
    "explain_forecast",
    "forecast",
    "forecast_new_queue",
    "learn_day_knowledge",
    "long_range",
    "read_sibling",
    "rest_of_day",
    "sample_paths",
]
