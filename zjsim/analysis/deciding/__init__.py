"""From verdict to decision.

What it takes to meet the targets, what turns each verdict, and where in the uncertain world a
plan fails.
"""
