"""What changes points, sources, rules and alarms: one file a noun."""
