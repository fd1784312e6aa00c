"""The only door for writing judgements and commitments."""
