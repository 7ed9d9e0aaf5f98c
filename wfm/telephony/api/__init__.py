"""Clouds that are asked for days that are over, by their HTTP interfaces.

:mod:`http_api` asks, waits and asks again; :mod:`connect_api` and :mod:`genesys_api` know what to
ask; the answers are the same JSON that :mod:`wfm.telephony.connect_metrics` and
:mod:`wfm.telephony.genesys` read from files. The only place that knows httpx.
"""

from wfm.telephony.api.connect_api import ask_connect
from wfm.telephony.api.genesys_api import GenesysAnswers, ask_genesys
from wfm.telephony.api.http_api import ApiError, RetryPolicy
from wfm.telephony.api.sigv4 import AwsKeys

__all__ = ["ApiError", "AwsKeys", "GenesysAnswers", "RetryPolicy", "ask_connect", "ask_genesys"]
