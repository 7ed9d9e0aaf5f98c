"""The formulas of :mod:`wfm.queueing.kernels`, compiled.

This package has one module of its own, :mod:`wfm.queueing.compiled.mode`; every other name is
looked up among the files of ``kernels``, which are thereby loaded a second time with the compiling
decorator. Machine code is kept on disk, so only the first process after an installation compiles.
"""

from pathlib import Path

__path__ = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "kernels")]
