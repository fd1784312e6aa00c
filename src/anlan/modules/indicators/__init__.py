"""Indicators of dual prevention: weekly score, rates, analysis, self-evaluation, incentives."""
