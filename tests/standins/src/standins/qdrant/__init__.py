"""A Qdrant server over Qdrant's own engine, for tests and demos of bots that keep their knowledge on a server.

It answers the REST calls of one node without a cluster: collections, points, filters, queries with prefetches and
fusion, aliases, snapshots, API keys and tokens. What it does not know it refuses. `qdrant-client` is its judge.
"""

from standins.qdrant.access import Keys
from standins.qdrant.standin import QdrantStandIn

__all__ = ["Keys", "QdrantStandIn"]
