"""Creates what the tests and the demo run on: the engine, kind, the images, the stand-ins, the chart.

Standard library only, so that it runs before anything is installed. On the command line: ``python -m cluster --help``.
From tests::

    import cluster

    here = cluster.Context.read()
    cluster.up(here)                                   # engine, tools, node image, kind; quick if all of it exists
    refs = cluster.images.load(here)                   # {"bot": "personalbots/bot:3f2a…", "operator": …, …}
    cluster.deploy.standins(here, refs)
    cluster.deploy.chart(here, refs, cluster.deploy.for_standins())
    cluster.kube.kubectl(here, "get", "pods", "-A")
"""

from cluster import deploy, images, kube, tools
from cluster.context import Context, ToolingError
from cluster.kind import down, up

__all__ = ["Context", "ToolingError", "deploy", "down", "images", "kube", "tools", "up"]
