"""Texts that make a whole model file of a few equations."""

CONTROL = """
INITIAL TIME = 0 ~ Year ~|
FINAL TIME = 10 ~ Year ~|
TIME STEP = 0.25 ~ Year ~|
SAVEPER = TIME STEP ~ Year ~|
"""


def xmile_text(variables: str) -> str:
    """A whole XMILE file around some variables."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">\n'
        '<sim_specs time_units="Year"><start>0</start><stop>10</stop><dt>0.25</dt></sim_specs>\n'
        f"<model><variables>\n{variables}\n</variables></model></xmile>\n"
    )
