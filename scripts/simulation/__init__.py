"""What the score and the flags can do and cannot: tried on invented relationships, and on real meetings."""
