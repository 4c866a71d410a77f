"""The explorer: a page on which the levers of a plan, or the constants of a model, are moved.

What the page says of a plan is composed here as plain data; its code is in ``explorer/`` of the
repository and is built into ``assets``.
"""
