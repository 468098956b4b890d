"""Webhooks, by the rules of the real server: tdlib/telegram-bot-api, as of version 10.0.

===================================================================  =================================================
rule                                                                 source
===================================================================  =================================================
only a 2xx forgets an update; anything else keeps it                 WebhookActor.cpp, ``handle``, ``drop_event``
``Retry-After: n``: after n seconds, at most an hour                 ``on_update_error``
without it: at once, then after 2, 4, 8 … up to 60–120 seconds       ``WEBHOOK_MAX_RESEND_TIMEOUT``
an update that would be too old at the next attempt is forgotten     ``on_update_error``
one update at a time of a chat, in order; chats side by side         ``queue_updates_``, ``send_update``
``max_connections`` requests at once; one while none succeeds        ``create_new_connections``
60 seconds without an answer: «Read timeout expired»                 ``create_connection``; HttpConnectionBase.cpp
a method in the reply counts only with a 2xx, and not all do         ``handle``
410 for 23 hours removes the webhook                                 ``handle``, ``WEBHOOK_DROP_TIMEOUT``
https, ports 443, 80, 88, 8443, no reserved address; any if local    ``start_up``, ``check_ip_address``
setWebhook answers when a socket was opened, not when it connected   ``create_connection``, ``on_webhook_verified``
setWebhook once a second; the same again changes nothing             Client.cpp, ``process_set_webhook_query``
a webhook that is refused was removed before                         ``do_set_webhook``, ``on_webhook_closed``
409 against getUpdates and the reverse                               ``process_get_updates_query``
a second 409 within 3 seconds comes 3 seconds late                    ``fail_query_conflict``
deleteWebhook keeps what waits, unless told to drop it               ``do_set_webhook``
===================================================================  =================================================

Two rules are left out: a getUpdates that repeats the offset of one less than 3 seconds ago waits up to 3 seconds, and
less than half a second ago gives one update (``process_get_updates_query``); and what stands in front of
api.telegram.org is not known.
"""
