"""English texts below the cause and the remedy: how a bot is, where it runs, and what happened."""

from collections.abc import Mapping
from typing import Final

_DISK: Final = "its disk is being prepared"
_LEFT: Final = "it had to leave its server"
_NOT_LOADED: Final = "it cannot be loaded"


class Details:
    """The texts of /debug. What has no words here is shown as the servers say it."""

    how: str = "How it is"
    stage: str = "Stage: {stage}"
    stages: Mapping[str, str] = {
        "": "not looked at yet",
        "Pending": "waits for its place",
        "Starting": "starting",
        "Running": "running",
        "Sleeping": "asleep",
        "Stopped": "stopped",
        "Failed": "does not work",
        "Terminating": "being deleted",
    }
    conditions: Mapping[str, str] = {
        "Ready.True": "It hears people who write to it.",
        "Ready.False": "It does not hear people who write to it: {state}.",
        "Ready.Asleep": "It sleeps, and hears people when it next looks for messages.",
        "Ready.Unknown": "Nobody knows whether it hears people: {state}.",
        "LLMReady.True": "The AI service accepts its key.",
        "LLMReady.False": "The AI service gives it no answers: {state}.",
        "LLMReady.Unknown": "The AI service has not been asked yet.",
        "KnowledgeReady.True": "What it has read is ready.",
        "KnowledgeReady.False": "There is a problem with what it has read: {state}.",
        "KnowledgeReady.Unknown": "What it has read is not ready: {state}.",
    }
    lasts: str = "({ago})"
    restarts: str = "Restarts: {count}"
    end: str = "Last end: {ago} ago, {why} (exit code {code}, {reason})"
    ends: Mapping[str, str] = {
        "OOMKilled": "it needed more memory than it may have",
        "0": "it was asked to stop",
        "64": "its program was started wrongly",
        "70": "there is a fault in its program",
        "77": "Telegram refused its token",
        "137": "it was ended by force",
        "139": "there is a fault in its program",
        "143": "it was asked to stop",
        "": "its program ended unexpectedly",
    }

    where: str = "Where it runs"
    ready: str = "Its program runs and is ready."
    not_ready: str = "Its program is not ready yet."
    waits: str = "Its program is not ready: {why}."
    waiting: Mapping[str, str] = {
        "Unschedulable": "no server can take it at the moment",
        "ContainerCreating": "it is being set up",
        "PodInitializing": "it is being set up",
        "ErrImagePull": _NOT_LOADED,
        "ImagePullBackOff": _NOT_LOADED,
        "ErrImageNeverPull": _NOT_LOADED,
        "InvalidImageName": _NOT_LOADED,
        "CrashLoopBackOff": "there is a pause before the next try",
        "CreateContainerConfigError": "it cannot be set up",
        "CreateContainerError": "it cannot be set up",
        "RunContainerError": "it cannot be started",
    }
    nowhere: str = "Its program does not run."
    server: str = "Server {node}, program <code>{image}</code>"
    usage: str = "Memory {memory} of {memory_limit} ({percent}%), CPU {cpu} of {cpu_limit} cores"

    events: str = "What happened, newest first"
    event: str = "{sign}{ago} ago: {what}{times}"
    no_events: str = "nothing in the last hour"
    happened: Mapping[str, str] = {
        "Scheduled": "a server was found",
        "FailedScheduling": "no server could take it",
        "Pulling": "its program is being loaded",
        "Pulled": "its program is there",
        "Created": "its program was set up",
        "Started": "its program was started",
        "Killing": "its program was told to end",
        "BackOff": "a pause before the next try",
        "Failed": "its program could not be loaded or started",
        "Unhealthy": "its health check failed",
        "FailedMount": "its disk, token or key was not there",
        "FailedAttachVolume": "its disk could not be connected",
        "SuccessfulAttachVolume": "its disk was connected",
        "Provisioning": _DISK,
        "ExternalProvisioning": _DISK,
        "WaitForFirstConsumer": _DISK,
        "WaitForPodScheduled": _DISK,
        "ProvisioningSucceeded": "its disk is ready",
        "ProvisioningFailed": "its disk could not be made",
        "VolumeNotGrown": "its disk could not be enlarged",
        "FailedCreatePodSandBox": "its server could not set it up",
        "NodeNotReady": "its server did not answer",
        "Evicted": _LEFT,
        "TaintManagerEviction": _LEFT,
        "Preempted": _LEFT,
        "KnowledgeLeft": "what it had read could not be deleted",
    }

    log: str = "Log"
    previous_log: str = "Log before the last restart"
    technical: str = "For the administrator, in Kubernetes' words"
