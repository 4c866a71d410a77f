"""What carries a projection.

Each indicator's change shared out exactly among its causes by Shapley values.
"""
