"""The only door for reading monitoring rows, actor first: one file a noun."""
