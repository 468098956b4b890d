"""What tests share: worlds in memory, other people's servers, the installation on a cluster and ways to look at it."""
