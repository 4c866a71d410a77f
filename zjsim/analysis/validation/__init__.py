"""Tests of the model as a page of rows with thresholds.

Structure, extreme conditions, behaviour, accounts, numerics, mutation; `suite` lists and runs them.
"""
