"""What happens to whom: the decision table people approve, and the population it is applied to."""
