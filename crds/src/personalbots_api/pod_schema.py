"""Schemas of the pod fields that `spec.pod` passes on: Kubernetes' own structure, with a bound on every list.

They are plain data, since nothing here reads these fields: the operator passes them on to the pod. Source: the PodSpec
reference, https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#scheduling
"""

from typing import Any, Final

Schema = dict[str, Any]


def _string(description: str, *, longest: int = 253, **more: object) -> Schema:
    return {"type": "string", "maxLength": longest, "description": description, **more}


def _integer(description: str, **more: object) -> Schema:
    return {"type": "integer", "format": "int32", "description": description, **more}


def _list(items: Schema, description: str, *, most: int, **more: object) -> Schema:
    return {"type": "array", "items": items, "maxItems": most, "description": description, **more}


def _object(properties: Schema, description: str, *required: str) -> Schema:
    schema: Schema = {"type": "object", "properties": properties, "description": description}
    return schema | ({"required": list(required)} if required else {})


def _requirement(*operators: str) -> Schema:
    return _object(
        {
            "key": _string("Key of the label.", longest=317),
            "operator": _string("How the label is compared.", enum=list(operators)),
            "values": _list(_string("A value.", longest=63), "Values to compare with.", most=64),
        },
        "A condition on a label.",
        "key",
        "operator",
    )


def _weight() -> Schema:
    return _integer("How much it counts, 1 to 100.", minimum=1, maximum=100)


_LABEL_SELECTOR: Final = _object(
    {
        "matchLabels": {
            "type": "object",
            "additionalProperties": {"type": "string", "maxLength": 63},
            "maxProperties": 32,
            "description": "Labels that must be there.",
        },
        "matchExpressions": _list(
            _requirement("In", "NotIn", "Exists", "DoesNotExist"), "Conditions that must all hold.", most=32
        ),
    },
    "Selects pods by their labels.",
)
_LABEL_KEYS: Final = _list(_string("A label's key.", longest=317), "Labels whose values are the pod's own.", most=16)

_NODE_TERM: Final = _object(
    {
        "matchExpressions": _list(
            _requirement("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"), "Conditions on the labels.", most=32
        ),
        "matchFields": _list(
            _requirement("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"), "Conditions on the fields.", most=32
        ),
    },
    "Conditions on a node that must all hold.",
)
_POD_TERM: Final = _object(
    {
        "labelSelector": _LABEL_SELECTOR,
        "matchLabelKeys": _LABEL_KEYS,
        "mismatchLabelKeys": _LABEL_KEYS,
        "namespaces": _list(_string("A namespace.", longest=63), "Namespaces to look in.", most=32),
        "namespaceSelector": _LABEL_SELECTOR,
        "topologyKey": _string("Label of nodes whose value says what counts as the same place.", longest=317),
    },
    "Pods, and the place that counts as near them.",
    "topologyKey",
)


def _pod_affinity(description: str) -> Schema:
    weighted = _object(
        {"weight": _weight(), "podAffinityTerm": _POD_TERM}, "A wish and its weight.", "weight", "podAffinityTerm"
    )
    return _object(
        {
            "requiredDuringSchedulingIgnoredDuringExecution": _list(_POD_TERM, "What must hold.", most=16),
            "preferredDuringSchedulingIgnoredDuringExecution": _list(weighted, "What is wished for.", most=16),
        },
        description,
    )


AFFINITY: Final = _object(
    {
        "nodeAffinity": _object(
            {
                "requiredDuringSchedulingIgnoredDuringExecution": _object(
                    {"nodeSelectorTerms": _list(_NODE_TERM, "Terms of which one must hold.", most=16)},
                    "What the node must be.",
                    "nodeSelectorTerms",
                ),
                "preferredDuringSchedulingIgnoredDuringExecution": _list(
                    _object(
                        {"weight": _weight(), "preference": _NODE_TERM},
                        "A wish and its weight.",
                        "weight",
                        "preference",
                    ),
                    "What is wished for.",
                    most=16,
                ),
            },
            "Nodes that the pod wants.",
        ),
        "podAffinity": _pod_affinity("Pods that it wants to be near."),
        "podAntiAffinity": _pod_affinity("Pods that it wants to be away from."),
    },
    "Nodes and neighbours that the pod wants or avoids, as in a pod's spec.affinity.",
)

TOLERATION: Final = _object(
    {
        "key": _string("Key of the taint; empty, with operator Exists, is every taint.", longest=317),
        "operator": _string("How the taint's value is compared.", enum=["Exists", "Equal", "Lt", "Gt"]),
        "value": _string("Value of the taint.", longest=63),
        "effect": _string(
            "Effect that is tolerated; without it, all.", enum=["NoSchedule", "PreferNoSchedule", "NoExecute"]
        ),
        "tolerationSeconds": {
            "type": "integer",
            "format": "int64",
            "description": "How long a NoExecute taint is tolerated; without it, for ever.",
        },
    },
    "A taint that the pod tolerates.",
)

TOPOLOGY_SPREAD_CONSTRAINT: Final = _object(
    {
        "maxSkew": _integer("How uneven the spread may be.", minimum=1),
        "topologyKey": _string("Label of nodes whose values are the places to spread over.", longest=317),
        "whenUnsatisfiable": _string("What happens when it cannot be.", enum=["DoNotSchedule", "ScheduleAnyway"]),
        "labelSelector": _LABEL_SELECTOR,
        "matchLabelKeys": _LABEL_KEYS,
        "minDomains": _integer("Least number of places.", minimum=1),
        "nodeAffinityPolicy": _string("Whether node affinity counts.", enum=["Honor", "Ignore"]),
        "nodeTaintsPolicy": _string("Whether taints count.", enum=["Honor", "Ignore"]),
    },
    "How pods are spread over the values of one node label.",
    "maxSkew",
    "topologyKey",
    "whenUnsatisfiable",
)
