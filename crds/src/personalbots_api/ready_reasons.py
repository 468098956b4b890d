"""The reasons of `Ready`: why a bot polls Telegram, or does not."""

from typing import Final

from personalbots_api.reason import ConditionStatus, Phase, ReadyReason, Reason, Severity


def _ready(  # noqa: PLR0913 - a row of a table, by keyword
    name: ReadyReason,
    *,
    phase: Phase,
    sentence: str,
    meaning: str,
    remedy: str,
    status: ConditionStatus = "False",
    severity: Severity = "Warning",
) -> Reason:
    return Reason(
        condition="Ready",
        name=name,
        status=status,
        phase=phase,
        severity=severity,
        sentence=sentence,
        meaning=meaning,
        remedy=remedy,
    )


_NOTHING: Final = "Nothing."

READY: Final = (
    _ready(
        "Starting",
        phase="Starting",
        severity="Normal",
        sentence="The bot is starting; it has not reached Telegram yet.",
        meaning="The pod is there and the bot in it has not completed its first getUpdates call.",
        remedy="Wait a few seconds. If it stays so, look at `kubectl logs` of the pod.",
    ),
    _ready(
        "Polling",
        phase="Running",
        status="True",
        severity="Normal",
        sentence="The bot polls Telegram.",
        meaning="A getUpdates call has come back recently.",
        remedy=_NOTHING,
    ),
    _ready(
        "Restarting",
        phase="Starting",
        severity="Normal",
        sentence="The bot is being started again: {cause}.",
        meaning="The old pod is going, since the resource changed, a restart was asked for, or the pod was finished; "
        "the new one is made when the old one is gone.",
        remedy="Wait until the old pod is gone, at most some seconds.",
    ),
    _ready(
        "Asleep",
        phase="Sleeping",
        severity="Normal",
        sentence="The bot sleeps, since nobody has written to it for {after}. It looks for messages every {every}, "
        "and stays awake when there are some.",
        meaning="The resource says `sleep`, and nobody has written for so long: there is no pod until the bot looks "
        "for messages again. What was written meanwhile is answered then.",
        remedy="Nothing. To have it awake at once, restart it (the annotation `personalbots.io/restartedAt`, or "
        "/restart in the master bot).",
    ),
    _ready(
        "Stopped",
        phase="Stopped",
        severity="Normal",
        sentence="The bot is stopped, as spec.state says.",
        meaning="The resource says `state: Stopped`: there is no pod; volume and settings stay.",
        remedy="Set spec.state to Running (or /resume in the master bot) to have it back.",
    ),
    _ready(
        "Terminating",
        phase="Terminating",
        severity="Normal",
        sentence="The bot is being deleted.",
        meaning="The resource was deleted and its pod or its knowledge is being removed.",
        remedy="Wait. If it stays so, look at the events of the resource.",
    ),
    _ready(
        "Unschedulable",
        phase="Pending",
        sentence="No node can take the bot's pod: {detail}. Lower spec.resources, loosen spec.pod's node selector, "
        "affinity or tolerations, or add nodes.",
        meaning="The scheduler finds no node with enough CPU and memory that the pod's scheduling fields allow.",
        remedy="Lower `spec.resources.requests`, loosen `spec.pod.nodeSelector`, `affinity` and `tolerations`, or add "
        "nodes. The pod is scheduled by itself once there is room.",
    ),
    _ready(
        "VolumePending",
        phase="Pending",
        sentence="The bot's volume {volume} is not ready: {detail}. Check that the storage class exists and can make "
        "volumes of this size.",
        meaning="The volume claim is not bound, or the volume cannot be attached or mounted.",
        remedy="Look at `kubectl describe pvc`: does the storage class of `spec.knowledge.storage` exist, is there "
        "space, is the old node still holding the volume? It goes on by itself then.",
    ),
    _ready(
        "ImagePullFailed",
        phase="Pending",
        sentence="The image {image} cannot be pulled: {detail}. Check the name and tag in spec.image and the "
        "registry's credentials.",
        meaning="The kubelet cannot get the bot's image, or its name is none.",
        remedy="Correct `spec.image` (or the operator's default image); for a private registry name its Secret in "
        "`spec.pod.imagePullSecrets`. The kubelet tries again by itself.",
    ),
    _ready(
        "SecretMissing",
        phase="Pending",
        sentence="A Secret that the bot needs is not there: {detail}. Make it, or correct its name and key in the "
        "resource.",
        meaning="A Secret, or the key inside it, that the resource names does not exist in its namespace.",
        remedy="Make the Secret with that key, or correct `spec.telegram.tokenSecretRef`, `spec.llm.apiKeySecretRef` "
        "or `spec.knowledge.qdrant.apiKeySecretRef`. The pod starts by itself once it is there.",
    ),
    _ready(
        "TokenRefused",
        phase="Failed",
        sentence="Telegram refused the bot's token. Ask @BotFather for a new one and put it under key {key} of Secret "
        "{secret}; the bot tries again by itself.",
        meaning="Telegram answers 401: the token was revoked, the bot was deleted, or the token is not whole.",
        remedy="Get a new token from @BotFather (`/token`), put it into the Secret, and restart the bot to have it "
        "back at once; else it is back when the kubelet tries next (at most five minutes).",
    ),
    _ready(
        "TokenHeldElsewhere",
        phase="Running",
        sentence="Another program polls Telegram with the bot's token, and Telegram serves only one. Stop the other "
        "program (or remove its webhook), or get a new token from @BotFather; the bot keeps trying.",
        meaning="Telegram answers 409 to getUpdates: a program outside this cluster uses the same token, or a webhook "
        "is set for it.",
        remedy="Stop the other program. If you do not know it, have @BotFather revoke the token (`/revoke`) and put "
        "the new one into the Secret.",
    ),
    _ready(
        "TokenConflict",
        phase="Failed",
        sentence="PersonalBot {other} holds the same Telegram bot and is older, so it keeps it. Give this one a token "
        "of its own, or delete the other.",
        meaning="Two resources hold tokens of one Telegram bot. The older keeps it; the newer has no pod.",
        remedy="Give the newer resource a token of its own, or delete the older: then the newer starts by itself.",
    ),
    _ready(
        "QuotaExceeded",
        phase="Failed",
        sentence="The owner has more bots than the {limit} that are allowed here; older ones go first. Delete one of "
        "them, or ask who runs the operator for more.",
        meaning="The operator's configuration allows each owner a number of bots. Older bots have their pods, this one "
        "has none.",
        remedy="Delete a bot of the same owner: then this one starts by itself. Or raise `operator.quota.botsPerOwner` "
        "of the chart, or the owner's own number in `operator.quota.exceptions`.",
    ),
    _ready(
        "TelegramUnreachable",
        phase="Running",
        sentence="The bot cannot reach Telegram at {url}: {detail}. It keeps trying.",
        meaning="The Bot API server does not answer, or its name is not found.",
        remedy="Check `spec.telegram.apiUrl`, the cluster's way out to the Internet, and network policies. The bot "
        "goes on by itself when Telegram answers.",
    ),
    _ready(
        "NotPolling",
        phase="Running",
        sentence="The bot's process lives, but its calls to Telegram no longer come back: {detail}.",
        meaning="The bot runs and no getUpdates call has completed for too long.",
        remedy="It recovers by itself or its liveness check ends it. If it stays so, restart it and look at its log.",
    ),
    _ready(
        "OutOfMemory",
        phase="Failed",
        sentence="The bot was killed for using more than its {limit} of memory. Raise spec.resources.limits.memory; "
        "the bot is started again by itself.",
        meaning="The container went over its memory limit and the kernel ended it (OOMKilled, exit code 137).",
        remedy="Raise `spec.resources.limits.memory`: a bot needs about 80Mi at rest and some tens more for a large "
        "document.",
    ),
    _ready(
        "CrashLoop",
        phase="Failed",
        sentence="The bot keeps ending (exit code {exit_code}, {restarts} restarts): {detail}. It is started again "
        "with growing pauses; the log of its last run says more.",
        meaning="The bot's container ends again and again, and the kubelet waits longer each time.",
        remedy="Read `kubectl logs --previous` of the pod (or /debug in the master bot). Exit code 70 is a bug: report "
        "it with the log.",
    ),
    _ready(
        "BadArguments",
        phase="Failed",
        sentence="The bot refused how it was started: {detail}. Check spec.image and spec.pod.env.",
        meaning="The bot ended with exit code 64: the image is of another version than the operator, or a variable "
        "is wrong.",
        remedy="Use a bot image of the operator's own version, and check `spec.pod.env`.",
    ),
    _ready(
        "PodRefused",
        phase="Pending",
        sentence="The cluster refused the bot's pod: {detail}. Ask who runs the cluster about the namespace's quota "
        "and policies; it is tried again by itself.",
        meaning="The API server did not let the pod be made: a quota, a limit range, Pod Security or an admission "
        "webhook.",
        remedy="Read the sentence: raise the quota, lower `spec.resources`, or correct what the policy names.",
    ),
    _ready(
        "PodNameTaken",
        phase="Pending",
        sentence="A pod called {pod} is there that is not this bot's. Delete or rename it; the bot starts by itself "
        "then.",
        meaning="The bot's pod name is used by a pod that somebody else made; it is left alone.",
        remedy="Delete that pod, or give the resource another name.",
    ),
    _ready(
        "Evicted",
        phase="Pending",
        sentence="The bot's pod was evicted from its node ({detail}); a new one is being made.",
        meaning="The node was short of memory or disk, was drained, or needed room for a pod of higher priority.",
        remedy="Nothing: it is made again. If it comes often, raise `spec.resources.requests` to what the bot uses.",
    ),
    _ready(
        "NodeLost",
        phase="Pending",
        sentence="The node {node} that ran the bot is gone or does not answer; a new pod is made when the cluster has "
        "removed the old one.",
        meaning="The pod's node is not ready or no longer exists. A second pod is never started while the first may "
        "live.",
        remedy="Nothing if the node comes back or is removed from the cluster. A node that is dead for good: delete "
        "its Node object.",
    ),
    _ready(
        "PodStuck",
        phase="Pending",
        sentence="The bot's old pod was told to go and is still there: {detail}. A new one is made when it is gone.",
        meaning="The old pod has ended, but a finalizer that another program put on it keeps it. A second pod is never "
        "made while the first is there.",
        remedy="See to the program that set the finalizer, or take the finalizer off the pod yourself.",
    ),
    _ready(
        "InvalidSpec",
        phase="Failed",
        sentence="The resource cannot be used as it is: {detail}. Correct it and apply it again.",
        meaning="The resource was accepted by an older schema and does not fit this version.",
        remedy="Correct the fields that the sentence names and apply the resource again.",
    ),
)
