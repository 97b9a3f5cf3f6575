"""The walkable network: streets as tables, points attached along edges, gates by an explicit policy.

Nothing here searches; the searches live in `corridor._kernel` and are called by `corridor.access` and
`corridor.isochrones` on the state graph that `corridor.network.states` makes of a network.
"""

from corridor.network.attach import ATTACHED, attach, attached
from corridor.network.build import build_network
from corridor.network.export import from_networkx, to_networkx
from corridor.network.model import GatesPolicy, Network, bare, piece_lengths_dm
from corridor.network.saved import read_network, write_network
from corridor.network.transfer import Placer, transfer

__all__ = [
    "ATTACHED",
    "GatesPolicy",
    "Network",
    "Placer",
    "attach",
    "attached",
    "bare",
    "build_network",
    "from_networkx",
    "piece_lengths_dm",
    "read_network",
    "to_networkx",
    "transfer",
    "write_network",
]
