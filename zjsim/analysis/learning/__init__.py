"""Learning: what was known when, what a year's figures taught, and how good the forecasts were."""
