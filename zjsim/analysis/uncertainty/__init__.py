"""How sure a verdict is.

Statistics of an ensemble and the number of runs they need.
"""
