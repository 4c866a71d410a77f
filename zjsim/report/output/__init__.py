"""What a command leaves on disk.

The folder of a run, files for other tools (IAMC, Parquet, netCDF, .cin, XMILE), and the gallery of
charts by name.
"""
