"""The documentation's own tools, which live beside the pages."""

import importlib.util
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"


def load(name):
    """A module of the docs folder by name."""
    if name not in sys.modules:
        found = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
        module = importlib.util.module_from_spec(found)
        sys.modules[name] = module
        found.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def blocks():
    return load("blocks")


@pytest.fixture(scope="session")
def generate(blocks):
    load("gallery")
    load("measured")
    load("explorer_picture")
    return load("generate")
