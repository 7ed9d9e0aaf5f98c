"""The formulas, one number at a time: plain Python that also compiles.

Every function here works on floats and is decorated with :func:`wfm.queueing.kernels.mode.kernel`.
Imported as ``wfm.queueing.kernels`` the decorator does nothing, so that a single case is answered
without a compiler. :mod:`wfm.queueing.compiled` loads the same files a second time with a decorator
that compiles; that is how large arrays are evaluated. One source, two speeds.

================== ============================================================================
incomplete_gamma   the two ratios every Erlang formula is made of
erlang             loss and waiting without abandonment, with their smallest agents
erlang_a           waiting with abandonment, its measures and its smallest agents
forward            the law of the number of contacts as it moves in time
line_simulation    one queue, event by event
centre_simulation  a whole centre, event by event, on the heap and lines of event_heap
chat_simulation    a day of chats, event by event
================== ============================================================================

Modules here import one another relatively (``from .mode import kernel``); an absolute import would
tie the compiled copy to the plain one.
"""
