"""What a person sees and does on the chat page."""

from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from support.chat_page.page import Page, Server, errors_of


def test_a_person_comes_in_by_a_name_and_is_told_what_to_try(browser: webdriver.Chrome, server: Server) -> None:
    browser.get(server.url)
    browser.execute_script("localStorage.clear()")
    browser.refresh()
    wait = WebDriverWait(browser, 20)
    name = wait.until(lambda _: browser.find_element(By.CSS_SELECTOR, "[data-testid='join-name']"))
    name.send_keys("Somebody", Keys.ENTER)
    hint = wait.until(
        lambda _: next(
            (e for e in browser.find_elements(By.CSS_SELECTOR, "[data-testid='hint']") if e.is_displayed()), None
        )
    )

    assert hint
    assert "@BotFather" in hint.text
    assert "@master_bot" in hint.text
    assert "sk-standin-anna" in hint.text

    browser.refresh()
    wait.until(lambda _: browser.find_element(By.CSS_SELECTOR, "[data-testid='chat-row']").is_displayed())
    browser.execute_script("localStorage.clear()")


def test_botfather_gives_a_token_that_can_be_copied(page: Page) -> None:
    page.start("BotFather")

    for text in ("/newbot", "A helper", "page_helper_bot"):
        page.say(text)

    done = page.one("message", "t.me/page_helper_bot")
    code = done.find_element(By.TAG_NAME, "code")
    assert code.text.count(":") == 1

    code.click()
    page.one("toast", "Copied")
    done.find_element(By.LINK_TEXT, "t.me/page_helper_bot").click()
    assert page.one("chat-title", "A helper")
    assert page.one("start-button").text == "Start"


def test_a_new_bot_shows_what_it_can_do_and_its_commands(page: Page) -> None:
    page.open("master_bot")
    assert "I show things." in page.one("about").text

    page.one("start-button").click()
    page.one("message", "echo: /start")
    page.type("/s")
    assert page.one("command-item").text.split("\n") == ["/start", "begin"]

    page.type(Keys.ENTER)
    page.until(lambda: sum("echo: /start" in m.text for m in page.all("message")) == 2)
    page.one("menu-button").click()
    page.one("command-item").click()
    page.until(lambda: sum("echo: /start" in m.text for m in page.all("message")) == 3)


def test_enter_sends_and_shift_enter_makes_a_line(page: Page) -> None:
    page.start()
    page.type("one", Keys.SHIFT + Keys.ENTER + Keys.NULL, "two", Keys.ENTER)
    page.one("message", "echo: one\ntwo")
    page.type(Keys.ESCAPE)
    page.gone("conversation")


def test_buttons_bring_toasts_alerts_and_open_bots_with_their_start_words(page: Page) -> None:
    page.start()
    page.one("message", "echo: /start")
    page.one("inline-button", "Toast").click()
    page.one("toast", "You pressed it")
    page.one("inline-button", "Alert").click()
    page.one("alert", "You pressed it")
    page.one("alert-ok").click()
    page.one("inline-button", "Invite").click()
    page.one("start-button").click()
    page.one("message", "echo: /start from_anna")


def test_files_go_both_ways(page: Page, tmp_path: Path) -> None:
    page.start()
    file = tmp_path / "Заметки.txt"
    file.write_text("abc")
    page.upload(file)
    page.one("document", "Заметки.txt")
    page.one("document", "reversed.txt").click()
    received = page.downloads / "reversed.txt"
    page.until(lambda: received.exists() and received.read_text() == "cba")


def test_photos_are_shown(page: Page, photo: Path) -> None:
    page.start()
    page.upload(photo)
    page.until(lambda: len(page.all("photo")) == 2)
    page.all("photo")[1].click()

    assert page.one("viewer")

    page.browser.find_element(By.ID, "viewer-close").click()


def test_edits_and_deletions_are_live(page: Page) -> None:
    page.start()
    page.say("edit")
    edited = page.one("message", "after")
    assert edited.get_attribute("data-edited") == "true"

    page.gone("message", "before")
    page.gone("message", "soon gone")


def test_a_draft_is_live_and_can_be_stopped(page: Page) -> None:
    page.start()
    page.say("draft")
    page.one("draft", "Half a sen")
    assert page.one("chat-status").text == "typing…"

    page.one("draft-stop").click()
    page.gone("draft")
    page.one("message", "Stopped.")


def test_formatted_text_is_shown_and_html_stays_text(page: Page) -> None:
    page.start()
    page.say("rich")
    message = page.one("message", "bold")
    assert message.find_element(By.TAG_NAME, "b").text in {"You", "bold"}
    assert message.find_element(By.TAG_NAME, "pre").text == 'print("😀")'
    assert "python" in message.find_element(By.TAG_NAME, "figcaption").text
    assert "<script>" in message.text

    spoiler = message.find_element(By.CLASS_NAME, "spoiler")
    spoiler.click()
    assert "revealed" in (spoiler.get_attribute("class") or "")

    quote = message.find_element(By.TAG_NAME, "blockquote")
    folded = quote.size["height"]
    quote.click()
    assert quote.size["height"] > folded
    assert "rich" in message.find_element(By.CLASS_NAME, "quote").text

    message.find_element(By.LINK_TEXT, "/help").click()
    page.one("message", "echo: /help")


def test_a_bots_keyboard_sends_and_makes_a_managed_bot(page: Page) -> None:
    page.start()
    page.say("keys")
    page.one("reply-key", "Blue").click()
    page.one("message", "echo: Blue")
    page.one("reply-key", "Make one").click()
    name = page.one("alert-input")

    assert name.get_attribute("value") == "made_here_bot"

    page.one("alert-ok").click()
    page.one("message", "@made_here_bot")


def test_a_voice_message_is_typed_and_sent(page: Page) -> None:
    page.start()
    page.one("speak").click()
    page.one("alert-input").send_keys("How high is the rent?")
    page.one("alert-ok").click()
    assert "0:01" in page.one("voice", "Voice message").text
    page.one("message", "voice of 31 bytes")


def test_an_empty_file_is_told(page: Page, tmp_path: Path) -> None:
    page.start()
    empty = tmp_path / "empty.txt"
    empty.touch()
    page.upload(empty)
    page.one("toast", "The file is empty")


def test_a_new_group_takes_bots_in_and_shows_who_says_what(page: Page) -> None:
    page.one("account").click()
    page.choose("New group")
    page.one("alert-input").send_keys("Garden")
    page.one("alert-ok").click()
    page.one("chat-title", "Garden")
    page.one("chat-menu").click()
    page.choose("Add a bot")
    page.one("alert-input").send_keys("@master_bot")
    page.one("alert-ok").click()
    page.one("message", "Master joined")
    page.one("chat-status", "2 in the group")

    page.say("hello, all")
    page.say("/start@master_bot")
    answer = page.one("message", "echo: /start@master_bot")
    assert "Master" in answer.text
    page.one("inline-button", "Toast").click()
    page.one("toast", "You pressed it")
    page.one("chat-row", "Garden")
    assert [m.get_attribute("data-from") for m in page.all("message") if "hello, all" in m.text] == ["me"]


def test_a_reply_quotes_its_message(page: Page) -> None:
    page.start()
    time = page.one("message", "echo: /start").find_element(By.CLASS_NAME, "meta")
    webdriver.ActionChains(page.browser).context_click(time).perform()
    page.choose("Reply")

    assert "echo: /start" in page.one("reply-bar").text

    page.say("this one")
    page.gone("reply-bar")
    page.until(lambda: any("echo: /start" in quote.text for quote in quotes(page, "this one")))


def quotes(page: Page, text: str) -> list[WebElement]:
    """The quotes in one's own message of this text; none while it is not there yet."""
    mine = [m for m in page.all("message") if m.get_attribute("data-from") == "me" and text in m.text]
    return [quote for message in mine for quote in message.find_elements(By.CLASS_NAME, "quote")]


def test_bots_are_found_by_username_and_messages_elsewhere_are_counted(page: Page) -> None:
    page.start()
    page.one("message", "echo: /start")
    page.one("search").send_keys("@botfa")
    page.until(lambda: len(page.all("chat-row")) == 1)
    page.one("chat-row", "BotFather").click()
    page.one("chat-title", "BotFather")
    page.write_elsewhere("hello")

    assert page.one("unread", "1")

    page.until(lambda: page.browser.title == "(1) Chats")
    page.open("master_bot")
    page.one("message", "echo: hello")
    page.gone("unread")


def test_the_page_speaks_russian(page: Page) -> None:
    page.one("account").click()
    page.choose("Русский")
    assert page.one("search").get_attribute("placeholder") == "Поиск или @username"

    page.open("master_bot")
    assert page.one("start-button").text == "Запустить"

    page.one("start-button").click()
    page.one("message", "echo: /start")
    page.type("/")
    assert page.one("command-item").text.split("\n") == ["/start", "начать"]

    page.browser.execute_script("localStorage.clear()")


def test_on_a_phones_width_the_list_and_a_chat_take_turns(page: Page) -> None:
    phone = {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    try:
        assert page.one("chat-list")
        page.start()
        page.until(lambda: not page.all("search"))
        page.say("sources")
        page.one("message", "Eight")
        wider = "const s = document.getElementById('scroll'); return s.scrollWidth - s.clientWidth"
        assert page.browser.execute_script(wider) <= 0, "a row of buttons makes the chat scroll sideways"

        page.one("back").click()
        page.one("search")
        page.gone("conversation")
    finally:
        page.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_what_happened_while_the_connection_was_away_is_there_afterwards(page: Page) -> None:
    page.start()
    page.one("message", "echo: /start")
    page.set_connected(connected=False)
    page.one("offline", "Connecting…")
    page.write_elsewhere("from elsewhere")
    page.set_connected(connected=True)
    page.one("message", "echo: from elsewhere")
    page.gone("offline")

    assert len([message for message in page.all("message") if "from elsewhere" in message.text]) == 2


def test_a_large_text_scrolls_and_the_newest_stays_in_sight(page: Page) -> None:
    page.start()

    for number in range(3):
        page.say(f"number {number} " + "long words " * 40)
        page.one("message", f"echo: number {number}")

    measure = "const s = document.getElementById('scroll'); return [s.scrollHeight - s.clientHeight, s.scrollTop]"
    room, _ = page.browser.execute_script(measure)
    assert room > 200

    page.until(lambda: page.browser.execute_script(measure)[1] > room - 5)


def test_no_bot_of_that_name_is_said(page: Page) -> None:
    page.browser.execute_script("location.hash = '@nobody_here_bot'")
    page.one("toast", "@nobody_here_bot")
    errors_of(page.browser)  # the 404 is in there
