"""What trajectories mean for a plan: progress, verdicts, probabilities and the audit."""
