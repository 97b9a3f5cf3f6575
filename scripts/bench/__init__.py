"""The engine against its peers: the same work, the same machine, one run, answers compared cell by cell.

W1  distance to the nearest opportunity of each of 14 categories, for every node, within 1,200 m
W2  opportunities within 400, 800 and 1,200 m and the sum of exp(-4 d / 1200), for every node and category
W4  5, 10 and 15 minute isochrones of 20 origins

Networks are the literature's toy: a jittered grid of 58 m, 26.5 % of the links dropped, the largest component, whole
decimetres, ids shuffled; 0.05 opportunities a node in 14 skewed categories. "arrays" is arrays in, arrays out after
preparation, which is what the peers' calls are as well; "table" is the public call with everything in it. Seconds
are CPU seconds with one thread and wall seconds with more, the best of a few runs. "~": measured on a sample of the
origins and scaled up. A further work is one more module with a function (work, peers, board), named in `__main__`.
"""
