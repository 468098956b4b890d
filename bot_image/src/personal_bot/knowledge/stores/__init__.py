"""Where chunks, records and vectors are kept: one interface, two engines, and what both have in common."""
