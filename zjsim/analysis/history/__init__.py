"""The model held against what was published.

Outturns by year of publication, partial models of a sector, calibration, discrepancies, hindcasts
and naive forecasts.
"""
