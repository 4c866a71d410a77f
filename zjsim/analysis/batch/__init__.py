"""Studies: a matrix of cases run in shards that survive a kill.

`study_file` goes from file to table, `layout` and `planning` cut into shards, `batch` runs them,
`journal` remembers those that are finished, `batch_summary` sums up, `lock` keeps one writer.
"""
