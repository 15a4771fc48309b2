"""The rooms of the house: a floor imports only from floors below, and slow libraries have one door each."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import nma

PACKAGE = Path(nma.__file__).parent
FLOORS = [
    ("errors", "vocab", "yamlio", "parallel", "_version"),
    ("registry", "analysis"),
    ("languages", "project", "revisions", "schema", "staging", "starting", "swap"),
    ("evidence",),
    ("fitting",),
    ("answers",),
    ("sweeps", "simulation"),
    ("output", "exchange"),
    (
        "comparing",
        "desk",
        "serving",
        "judging",
        "sides",
        "stored",
        "workflow",
        "diagnosis",
        "sweeping",
        "simulating",
        "listing",
    ),
    ("terminal", "cli", "__main__"),
]
"""From the ground up. ``project`` stands above registry and analysis, because it hands out both."""

FLOOR = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
DOORS = {
    "pymc": {"fitting/quiet.py", "fitting/transforms.py"},
    "pytensor": {"fitting/nuts.py", "fitting/transforms.py"},
    "nutpie": {"fitting/nuts.py"},
    "arviz": {"fitting/quiet.py", "fitting/posterior.py"},
    "matplotlib": {"output/draw/"},
    "jinja2": {"output/pages.py", "output/shelf.py"},
    "networkx": {"evidence/network.py"},
    "ruamel": {"yamlio.py", "registry/"},
    "filelock": {"registry/writing.py"},
    "prompt_toolkit": {"desk/asking.py"},
    "typer": {"cli/"},
    "openpyxl": {"exchange/workbooks.py"},
    "bibtexparser": {"output/citing/bibtex.py"},
    "pylatexenc": {"output/citing/bibtex.py"},
    "docx": {"output/paste/word.py"},
    "defusedxml": {"exchange/revman5.py"},
    "distributed": {"parallel.py"},
}


def _folders(doors):
    """Doors that are whole folders: their names end in a slash."""
    return tuple(door for door in doors if door.endswith("/"))


def modules():
    return sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py" or path.parent != PACKAGE)


def imports(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(path):
    relative = path.relative_to(PACKAGE).parts
    return relative[0].removesuffix(".py")


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_floor_imports_only_from_floors_below(path):
    own = room(path)
    assert own in FLOOR, f"{own} has no floor"
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "nma" and len(parts) > 1 and parts[1] in FLOOR and parts[1] != own:
            assert FLOOR[parts[1]] <= FLOOR[own], f"{own} imports {name} from above"


@pytest.mark.parametrize("library", sorted(DOORS))
def test_each_library_has_its_doors(library):
    found = {
        str(path.relative_to(PACKAGE)) for path in modules() for name in imports(path) if name.split(".")[0] == library
    }
    doors = DOORS[library]
    assert not [path for path in found if path not in doors and not path.startswith(_folders(doors))]
    assert found, f"nothing imports {library}: is it still needed?"


def test_no_python_file_lives_in_the_data_folders():
    root = PACKAGE.parent
    assert not [path for folder in ("studies", "models", "reports") for path in (root / folder).rglob("*.py")]


def test_public_names_are_sorted_and_exist():
    assert nma.__all__ == sorted(nma.__all__)
    for name in nma.__all__:
        assert getattr(nma, name) is not None
    with pytest.raises(AttributeError):
        nma.no_such_name  # noqa: B018


def test_importing_the_package_loads_none_of_the_slow_libraries():
    slow = {"pymc", "pytensor", "arviz", "numpy", "pandas", "matplotlib", "pydantic"}
    code = f"import sys, nma; print(sorted({slow!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
