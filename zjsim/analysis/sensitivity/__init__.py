"""Which inputs decide the verdicts.

Designs on the unit cube, one-at-a-time changes, global methods, and switching values.
"""
