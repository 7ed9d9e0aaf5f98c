"""Who may import whom: the house rules, read off the source itself."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GROUND = (
    "errors",
    "intervals",
    "work_rules",
    "shift_rules",
    "presence",
    "domain",
    "headcount",
    "budget_lines",
    "schema",
    "metrics",
    "config",
)
STAGES = ("telephony", "forecast", "staffing", "scheduling", "capacity", "reports", "store")
ALLOWED = {
    "errors": set(),
    "intervals": set(),
    "work_rules": set(),
    "shift_rules": {"intervals"},
    "presence": {"intervals"},
    "domain": {"intervals", "work_rules", "shift_rules", "presence"},
    "headcount": set(),
    "budget_lines": set(),
    "schema": {"errors", "budget_lines"},
    "metrics": {"domain"},
    "config": {"errors", "intervals", "domain", "headcount", "work_rules", "presence"},
    "queueing": {"errors"},
    **{stage: set(GROUND) - {"config"} for stage in STAGES},
    "pipeline": {*GROUND, *STAGES, "queueing"},
    "cli": {*GROUND, "pipeline", "reports"},
    "__main__": {"cli"},
}
for stage in ("staffing", "capacity"):
    ALLOWED[stage] |= {"queueing"}
DOORS = {
    "pulp": ("scheduling", "capacity"),
    "highspy": ("scheduling", "capacity"),
    "statsmodels": ("forecast",),
    "sqlalchemy": ("store",),
    "alembic": ("store",),
    "openpyxl": ("reports/excel", "telephony/excel"),
    "rich": ("reports/console", "cli"),
    "typer": ("cli",),
    "numba": ("queueing",),
    "httpx": ("telephony", "pipeline/nights/hooks"),
    "distributed": ("pipeline/executor",),
    "holidays": ("intervals",),
    "icalendar": ("reports/calendars",),
    "jinja2": ("reports", "pipeline/launching"),
    "pyarrow": ("store",),
}


def imports(path: Path) -> set[str]:
    """Absolute names that a file imports; those for type checkers are left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    checked = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in checked:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 1, f"{path}: only neighbours in a folder may be named relatively"
    return found


SOURCES = sorted((ROOT / "wfm").rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT / "wfm")))
def test_a_room_imports_only_what_it_may(path: Path) -> None:
    """Every import keeps to the layers, and every library to its door."""
    inside = path.relative_to(ROOT / "wfm")
    room = inside.parts[0].removesuffix(".py")
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "wfm" and len(parts) > 1 and parts[1] != room:
            assert parts[1] in ALLOWED[room] | {"__version__"}, f"{inside} imports {name}"
        elif parts[0] in DOORS:
            doors = DOORS[parts[0]]
            assert any(str(inside).startswith(door) for door in doors), f"{inside}: {parts[0]}"


def test_no_room_is_called_utils() -> None:
    """Names say what a file is for."""
    shapeless = {"utils", "common", "helpers", "core", "base", "manager"}
    assert not [path for path in SOURCES if path.stem in shapeless]


def test_help_loads_nothing_heavy() -> None:
    """``wfm --help`` imports none of the big libraries."""
    code = (
        "import sys; sys.argv = ['wfm', '--help']\n"
        "from wfm.cli.app import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = {'numpy', 'pandas', 'pulp', 'highspy', 'statsmodels', 'scipy', 'numba',"
        " 'openpyxl', 'sqlalchemy', 'matplotlib', 'jinja2', 'httpx', 'distributed'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "forecast" in done.stdout
