"""The Excel workbook: one module per group of sheets.

`workbook` writes it, `workbook_file` holds formats and sheet names, `workbook_figures` the sheets
with figures.
"""
