"""How a step is executed: by threads (numba) or by objects (Mesa agents), with the same bytes as result.

The engine `shards` is `threads` on each of many processes: what they say to one another is in `dicu.compute.mpi`, what
part of the population each has in `dicu.population.shard`, and what crosses them in `dicu.commit.across` and
`dicu.behaviour.across`.
"""
