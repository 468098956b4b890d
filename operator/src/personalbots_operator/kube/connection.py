"""How to reach the API server: the pod's service account, or a kubeconfig when run by hand.

kopf's own login functions are used for both kopf and our own calls: no client library is needed, whose import alone
would take 19 MB.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import kopf

TOKEN_LIFE: Final = timedelta(minutes=5)
"""The kubelet renews a service account's token long before it expires: reading it again this often is enough."""


class NoCluster(Exception):  # noqa: N818 - it says what is missing
    """There is neither a service account nor a kubeconfig."""


def connection() -> kopf.ConnectionInfo:
    """Where the API server is and how to log in, read anew.

    Raises:
        NoCluster: nothing says where the cluster is.
    """
    settings = kopf.OperatorSettings()
    found = kopf.login_with_service_account(settings=settings) or kopf.login_with_kubeconfig(settings=settings)
    if found is None:
        raise NoCluster("there is no service account here, and KUBECONFIG names no file")
    return found


def login(**_: Any) -> kopf.ConnectionInfo:  # noqa: ANN401 - kopf's protocol
    """Login handler of kopf: the same connection, to be asked for again when the token may have been renewed."""
    return replace(connection(), expiration=datetime.now(UTC) + TOKEN_LIFE)
