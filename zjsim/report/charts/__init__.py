"""Charts: each takes data and returns Axes or a Figure.

The house style and font, the board, charts of runs and ensembles; nothing here writes a file
except `figures`.
"""
