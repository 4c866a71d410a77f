"""Questions of many runs about a bare model file, from a small YAML of ranges."""
