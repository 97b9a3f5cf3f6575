"""The engine against its peers: the same work, the same machine, one run, answers compared cell by cell.

W1  distance to the nearest opportunity of each of 14 categories, for every node, within 1,200 m
W2  opportunities within 400, 800 and 1,200 m and the sum of exp(-4 d / 1200), for every node and category
W3  a thousand scenarios one after another, W1 and W2 exact after each
W4  5, 10 and 15 minute isochrones of 20 origins

Networks are the literature's toy: a jittered grid of 58 m, 26.5 % of the links dropped, the largest component, whole
decimetres, ids shuffled; 0.05 opportunities a node in 14 skewed categories; and, where an OSM extract lies at hand,
all its buildings × all categories. "arrays" is arrays in, arrays out after preparation, which is what the peers' calls
are as well; "table" is the public call with everything in it. Seconds are CPU seconds with one thread and wall seconds
with more, the best of a few runs. "~": measured on a sample and scaled up. Every peer runs in a process of its own
and is stopped when its time is over: "> 90". Megabytes are the peak of the process, with Python, the libraries and the
tables it was given; of 1m nodes those are without points, lines and names, which no search reads
(`corridor.network.bare`). A further work is one more module with a function (work, board), named in `races`.
"""
