"""Early warning in four colours: an index that says, factor by factor, why it stands where it does.

A design of the product; weights, scores and thresholds are data (`facts/warning/index.csv`).
"""
