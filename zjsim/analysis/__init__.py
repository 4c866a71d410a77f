"""Questions that need many runs.

Rooms: uncertainty, sensitivity, history, batch, decomposition, validation.
"""
