"""Exports as Telegram Desktop writes them."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

Said = tuple[int, str, str, str]  # number, author, time, text


def message(said: Said, **more: object) -> dict[str, Any]:
    number, author, time, text = said
    return {
        "id": number,
        "type": "message",
        "date": time,
        "date_unixtime": "1714550400",
        "from": author,
        "from_id": f"user{sum(map(ord, author))}",
        "text": text,
        "text_entities": [{"type": "plain", "text": text}],
    } | more


def chat(*messages: Said | dict[str, Any], name: str = "Garden", number: int = 1234567890) -> dict[str, Any]:
    made = [one if isinstance(one, dict) else message(one) for one in messages]
    return {"name": name, "type": "private_supergroup", "id": number, "messages": made}


def as_json(export: dict[str, Any]) -> bytes:
    return json.dumps(export, ensure_ascii=False, indent=1).encode()


def as_zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


GARDEN = chat(
    (1, "Anna Petrova", "2024-05-01T09:10:00", "Кто поливает помидоры на этой неделе?"),
    message((2, "Boris", "2024-05-01T09:15:00", "Помидоры полью я, в среду и в пятницу."), reply_to_message_id=1),
    (3, "Anna Petrova", "2024-05-02T09:20:00", "Шланг лежит в красном сарае."),
    message(
        (4, "Boris", "2024-05-02T18:00:00", ""),
        text=["Расписание поливов: ", {"type": "link", "text": "https://example.com/plan"}],
    ),
    {"id": 5, "type": "service", "date": "2024-05-02T18:30:00", "actor": "Vera", "action": "join_group_by_link"},
    message((6, "Vera", "2024-05-03T09:30:00", ""), media_type="sticker"),
    message((7, "Vera", "2024-05-03T09:31:00", "Привет, сад!"), forwarded_from=None),
    message((8, "Anna Petrova", "2024-06-10T21:00:00", "Огурцы взошли, шланг верните в сарай.")),
)

HTML_PAGE = """<!DOCTYPE html>
<html>
 <head><meta charset="utf-8"/><title>Exported Data</title></head>
 <body onload="CheckLocation();">
  <div class="page_wrap">
   <div class="page_header"><div class="content"><div class="text bold">
Garden
   </div></div></div>
   <div class="page_body chat_page"><div class="history">
     <div class="message service" id="message-1"><div class="body details">
1 May 2024
     </div></div>
     <div class="message default clearfix" id="message1">
      <div class="pull_left userpic_wrap"><div class="userpic userpic1"><div class="initials">A</div></div></div>
      <div class="body">
       <div class="pull_right date details" title="01.05.2024 09:10:00 UTC+03:00">
09:10
       </div>
       <div class="from_name">
Anna Petrova
       </div>
       <div class="text">
Кто поливает <strong>помидоры</strong><br>на этой неделе?
       </div>
      </div>
     </div>
     <div class="message default clearfix joined" id="message2">
      <div class="body">
       <div class="pull_right date details" title="01.05.2024 09:11:00 UTC+03:00">
09:11
       </div>
       <div class="media_wrap clearfix"><a class="photo_wrap clearfix pull_left" href="photos/1.jpg"></a></div>
      </div>
     </div>
     <div class="message default clearfix" id="message3">
      <div class="body">
       <div class="pull_right date details" title="02.05.2024 10:00:00 UTC+03:00">
10:00
       </div>
       <div class="from_name">
Boris
       </div>
       <div class="reply_to details">
In reply to <a href="messages12.html#go_to_message1" onclick="return GoToMessage(1)">this message</a>
       </div>
       <div class="pull_left forwarded userpic_wrap"></div>
       <div class="forwarded body">
        <div class="from_name">
Vera <span class="date details" title="01.04.2024 10:00:00 UTC+03:00"> 01.04.2024 10:00:00</span>
        </div>
        <div class="text">
Полью &amp; прополю.
        </div>
       </div>
      </div>
     </div>
   </div></div>
  </div>
 </body>
</html>
"""
