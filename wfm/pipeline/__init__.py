"""One use case per file: read, call a stage, write.

:mod:`~wfm.pipeline.intake.ingest` imports history, :mod:`~wfm.pipeline.forecast`,
:mod:`~wfm.pipeline.staff` and :mod:`~wfm.pipeline.schedule` run one stage each,
:mod:`~wfm.pipeline.plan` runs them in one go under one run id and writes the roster workbook. What
belongs together has a room: ``intake``, ``nights``, ``budget`` and ``launching``.
"""
