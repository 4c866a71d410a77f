"""How results are shown, in Chinese and English; the only home of matplotlib.

Rooms, each importing only those before it: words, tables, charts, workbook and model, output,
document.
"""

from zjsim.surroundings import guard_imports

guard_imports()
