"""Words and numbers as a reader sees them.

The bilingual catalogue, number formats, source lists, and how text is broken into lines and
text tables.
"""
