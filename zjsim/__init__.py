"""zjsim: can a five-year plan's targets be met, under which policies, how sure, and why?

>>> import zjsim
>>> plan = zjsim.open_plan("zhejiang")
>>> runs = zjsim.simulate(plan, "baseline")
>>> result = zjsim.assess(plan, runs)
>>> len(result.rows)
10
"""

from __future__ import annotations

import lazy_loader

from zjsim.version import __version__ as __version__

# The names and their homes stand in __init__.pyi; each is imported when first asked for, so
# that `import zjsim` costs nothing that the caller does not use.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
