"""Many runs of one scenario: the unit of work, what is kept on disk, and the whole of it."""
