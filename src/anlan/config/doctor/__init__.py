"""What `anlan doctor` looks at. Every check says what it found and, if bad, what to do."""
