"""What a home takes up: what may go, what is allowed, and what a run will need."""
