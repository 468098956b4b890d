"""Generates the chart's values.yaml and README from its values.schema.json, the one place for values and defaults."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

Schema = Mapping[str, Any]


def values_file(schema: Schema, *, note: str) -> str:
    """values.yaml: every value with its default, its description above it."""
    return f"# {note}\n" + "".join(_values(schema, indent=""))


def _values(schema: Schema, *, indent: str) -> Iterator[str]:
    for name, value in schema["properties"].items():
        if "properties" in value:
            yield f"{indent}# {value['description']}\n{indent}{name}:\n"
            yield from _values(value, indent=indent + "  ")
        elif "default" in value:
            yield f"{indent}# {value['description']}\n{indent}{name}: {json.dumps(value['default'])}\n"


def readme(schema: Schema, *, note: str) -> str:
    """README.md: how to install, what stays, and the table of values."""
    rows = "\n".join(
        f"| `{path}` | `{json.dumps(value['default'])}` | {value['description'].replace('|', chr(92) + '|')} |"
        for path, value in _leaves(schema, "")
    )
    return f"<!-- {note} -->\n{_README}\n{rows}\n"


def _leaves(schema: Schema, prefix: str) -> Iterator[tuple[str, Schema]]:
    for name, value in schema["properties"].items():
        if "properties" in value:
            yield from _leaves(value, f"{prefix}{name}.")
        elif "default" in value:
            yield f"{prefix}{name}", value


_README: Final = """# The personalbots chart

Installs the PersonalBot resource, the operator that makes a pod of each, and the master bot that people talk to.

```sh
kubectl create namespace personalbots
kubectl -n personalbots create secret generic master-bot --from-file=telegram-token=token.txt
helm install personalbots charts/personalbots -n personalbots
```

`token.txt` holds what @BotFather gave for the master bot, without a line end. Without a master bot:
`--set masterBot.enabled=false`.

## What stays

`helm uninstall personalbots -n personalbots` removes the operator, the master bot and their rights. The CRD, every
PersonalBot, the bots' namespace with its Secrets and volumes stay, and the bots go on running; the same `helm install`
takes them up again. To remove them too, for good:

```sh
kubectl delete pbot --all -n bots
kubectl delete namespace bots
kubectl delete crd personalbots.personalbots.io
```

Delete the resources while the operator still runs: a bot with `deletionPolicy: Delete` on a Qdrant server needs it.

## Rights

The operator works in the bots' namespace, in those of `operator.scope.namespaces`, or, with
`operator.scope.wholeCluster`, everywhere. It has no right on Secrets. Elsewhere it may only take its finalizer off a
PersonalBot (`operator.scope.finalizersEverywhere`), so that a namespace that is deleted goes, and write conditions of
its own Deployment and Events beside the release. The master bot may create, patch and delete Secrets in the bots'
namespace, never get or list them; but the API server answers a patch with the whole Secret, so that who took the
master bot over could read those whose names they know.

Who may create a PersonalBot in a namespace may have any Secret of that namespace mounted into an image of their choice,
as with pods: give `edit` in the bots' namespace to nobody who must not.

## Values

| value | default | meaning |
| --- | --- | --- |"""
