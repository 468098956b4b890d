"""How to reach the API server: by the pod's service account, or by a kubeconfig when it is started by hand.

kopf's own login functions serve both kopf and the operator's own calls. A client library would take 19 MB for its
import alone.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import kopf

TOKEN_LIFE: Final = timedelta(minutes=5)
"""How often the token is read again: the kubelet renews it long before it expires."""


class NoClusterError(Exception):
    """There is neither a service account nor a kubeconfig."""


def connection() -> kopf.ConnectionInfo:
    """Where the API server is and how to log in, read anew.

    Raises:
        NoClusterError: there is neither a service account nor a kubeconfig.
    """
    settings = kopf.OperatorSettings()
    found = kopf.login_with_service_account(settings=settings) or kopf.login_with_kubeconfig(settings=settings)
    if found is None:
        raise NoClusterError("there is no service account here, and KUBECONFIG names no file")
    return found


def login(**_: Any) -> kopf.ConnectionInfo:  # noqa: ANN401 - kopf's protocol
    """Login handler for kopf: the same connection, which expires when the token may have been renewed.

    Raises:
        NoClusterError: there is neither a service account nor a kubeconfig.
    """
    return replace(connection(), expiration=datetime.now(UTC) + TOKEN_LIFE)
