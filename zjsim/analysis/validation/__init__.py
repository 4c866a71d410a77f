"""The tests that the field demands of a system-dynamics model, each with its threshold."""
