"""Russian texts below the cause and the remedy: how a bot is, where it runs, and what happened."""

from collections.abc import Mapping
from typing import Final

from master_bot.texts.en.debug import Details

_DISK: Final = "диск готовится"
_LEFT: Final = "ему пришлось покинуть сервер"
_NOT_LOADED: Final = "не загружается"


class RussianDetails(Details):
    """See `Details`."""

    how = "Как он сейчас"
    stage = "Этап: {stage}"
    stages: Mapping[str, str] = {
        "": "на него ещё не смотрели",
        "Pending": "ждёт места",
        "Starting": "запускается",
        "Running": "работает",
        "Sleeping": "спит",
        "Stopped": "остановлен",
        "Failed": "не работает",
        "Terminating": "удаляется",
    }
    conditions: Mapping[str, str] = {
        "Ready.True": "Он слышит тех, кто ему пишет.",
        "Ready.False": "Он не слышит тех, кто ему пишет: {state}.",
        "Ready.Asleep": "Он спит и услышит тех, кто ему пишет, когда в следующий раз посмотрит, нет ли сообщений.",
        "Ready.Unknown": "Неизвестно, слышит ли он тех, кто ему пишет: {state}.",
        "LLMReady.True": "Сервис ИИ принимает его ключ.",
        "LLMReady.False": "Сервис ИИ ему не отвечает: {state}.",
        "LLMReady.Unknown": "К сервису ИИ он ещё не обращался.",
        "KnowledgeReady.True": "То, что он прочёл, доступно.",
        "KnowledgeReady.False": "С тем, что он прочёл, неполадка: {state}.",
        "KnowledgeReady.Unknown": "То, что он прочёл, пока недоступно: {state}.",
    }
    lasts = "({ago})"
    restarts = "Перезапусков: {count}"
    end = "Последнее завершение: {ago} назад, {why} (код {code}, {reason})"
    ends: Mapping[str, str] = {
        "OOMKilled": "ему потребовалось больше памяти, чем разрешено",
        "0": "его попросили остановиться",
        "64": "программу неверно запустили",
        "70": "в программе ошибка",
        "77": "Telegram не принял токен",
        "137": "его остановили принудительно",
        "139": "в программе ошибка",
        "143": "его попросили остановиться",
        "": "программа неожиданно завершилась",
    }

    where = "Где он работает"
    ready = "Программа работает и готова."
    not_ready = "Программа ещё не готова."
    waits = "Программа не готова: {why}."
    waiting: Mapping[str, str] = {
        "Unschedulable": "сейчас ни один сервер не может её принять",
        "ContainerCreating": "готовится к запуску",
        "PodInitializing": "готовится к запуску",
        "ErrImagePull": _NOT_LOADED,
        "ImagePullBackOff": _NOT_LOADED,
        "ErrImageNeverPull": _NOT_LOADED,
        "InvalidImageName": _NOT_LOADED,
        "CrashLoopBackOff": "пауза перед новой попыткой",
        "CreateContainerConfigError": "не удаётся подготовить к запуску",
        "CreateContainerError": "не удаётся подготовить к запуску",
        "RunContainerError": "не удаётся запустить",
    }
    nowhere = "Программа не запущена."
    server = "Сервер {node}, программа <code>{image}</code>"
    usage = "Память: {memory} из {memory_limit} ({percent}%), процессор: {cpu} из {cpu_limit} ядра"

    events = "Что происходило, сначала новое"
    event = "{sign}{ago} назад: {what}{times}"
    no_events = "за последний час ничего"
    happened: Mapping[str, str] = {
        "Scheduled": "сервер найден",
        "FailedScheduling": "ни один сервер не смог его принять",
        "Pulling": "программа загружается",
        "Pulled": "программа на месте",
        "Created": "программа подготовлена",
        "Started": "программа запущена",
        "Killing": "программе велено завершиться",
        "BackOff": "пауза перед новой попыткой",
        "Failed": "программу не удалось загрузить или запустить",
        "Unhealthy": "проверка работы не прошла",
        "FailedMount": "не было диска, токена или ключа",
        "FailedAttachVolume": "диск не удалось подключить",
        "SuccessfulAttachVolume": "диск подключён",
        "Provisioning": _DISK,
        "ExternalProvisioning": _DISK,
        "WaitForFirstConsumer": _DISK,
        "WaitForPodScheduled": _DISK,
        "ProvisioningSucceeded": "диск готов",
        "ProvisioningFailed": "диск не удалось создать",
        "VolumeNotGrown": "диск не удалось увеличить",
        "FailedCreatePodSandBox": "сервер не смог его подготовить",
        "NodeNotReady": "сервер не отвечал",
        "Evicted": _LEFT,
        "TaintManagerEviction": _LEFT,
        "Preempted": _LEFT,
        "KnowledgeLeft": "прочитанное не удалось удалить",
    }

    log = "Журнал"
    previous_log = "Журнал до последнего перезапуска"
    technical = "Для администратора, словами Kubernetes"
