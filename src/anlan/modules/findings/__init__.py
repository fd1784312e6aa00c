"""Findings (隐患): one funnel from report to closure, and major accident hazards among them."""
