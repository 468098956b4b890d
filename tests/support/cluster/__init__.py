"""For tests on a cluster: the installation, the API server, operators of this checkout, and nodes that are played."""
