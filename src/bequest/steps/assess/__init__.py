"""What can be said of each person and each record: facts, in bulk. What can go wrong: findings."""
