"""Documentation drawn from the model itself.

Stock-and-flow and causal-loop diagrams, and the generated pages with their census of gaps.
"""
