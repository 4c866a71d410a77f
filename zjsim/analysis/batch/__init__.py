"""Studies: a matrix of cases run in shards that survive a kill.

`study_file` goes from file to table, `batch` runs, `batch_summary` sums up, `lock` keeps one
writer.
"""
