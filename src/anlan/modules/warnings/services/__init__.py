"""What computes, moves and tells of warnings: one file a noun."""
