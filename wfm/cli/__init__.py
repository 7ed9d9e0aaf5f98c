"""The command line: one thin file per command group, :mod:`wfm.cli.app` joins them.

Nothing heavy is imported before a command runs, so that ``wfm --help`` is quick.
"""
