"""A worked plug-in of dicu: a policy, a term, an observer and a figure."""
