"""Errors: one line per problem, the exit codes of the command line, the way back from a worker."""

import pickle

import pytest

from wfm import errors
from wfm.errors import InputError, Problem, WfmError


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (Problem("is odd"), "is odd"),
        (Problem("is odd", "a.csv"), "a.csv: is odd"),
        (Problem("is odd", "a.csv", 3), "a.csv:3: is odd"),
        (Problem("is odd", column="n"), "n: is odd"),
        (
            Problem("is odd", "a.csv", 3, "n", "7", "make it even"),
            "a.csv:3: n: is odd, found '7'; make it even",
        ),
    ],
)
def test_a_problem_is_one_line(problem, line):
    """What is not known leaves no trace in the line."""
    assert str(problem) == line


def test_all_problems_in_one_error():
    """Each problem is a line of the message, in the order given."""
    error = InputError([Problem("first"), Problem("second")])
    assert str(error) == "first\nsecond"
    assert [problem.what for problem in error.problems] == ["first", "second"]
    assert InputError("plain").problems == (Problem("plain"),)


def test_problems_survive_a_worker_process():
    """An error that comes back pickled still has all its problems."""
    error = pickle.loads(pickle.dumps(InputError([Problem("a", "f", 2), Problem("b")])))
    assert error.problems == (Problem("a", "f", 2), Problem("b"))


def test_exit_codes_are_the_documented_ones():
    """Each kind of error has its own code, as drawn in the docstring."""
    codes = {
        kind.__name__: kind.exit_code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, WfmError)
    }
    assert codes == {
        "WfmError": 1,
        "UsageError": 2,
        "InputError": 3,
        "StoreError": 4,
        "PlanError": 5,
        "LockedError": 6,
        "GateError": 7,
        "PartialError": 8,
    }
    for name, code in codes.items():
        assert any(
            name in line and f" {code} " in line for line in (errors.__doc__ or "").splitlines()
        )
