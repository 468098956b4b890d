// The control API of the stand-in, and its stream of events.

export class Refused extends Error {}

async function call(method, path, body) {
  const options = {method};
  if (body !== undefined) {
    options.headers = {"Content-Type": "application/json"};
    options.body = JSON.stringify(body);
  }
  const response = await fetch(`/standin/${path}`, options);
  const answer = await response.json().catch(() => ({error: response.statusText}));
  if (!response.ok) throw new Refused(answer.error);
  return answer;
}

export const config = () => call("GET", "config");

export const join = (name, languageCode) => call("POST", "people", {name, language_code: languageCode});

export const isGroup = (username) => username.startsWith("-");

export class Person {
  constructor(user) {
    this.id = user.id;
    this.name = user.first_name;
    this.path = `people/${user.id}`;
  }

  // The chats with bots and, in the same form, the groups: a group's id stands where a bot's username does.
  async chats() {
    const view = await call("GET", `${this.path}/chats`);
    return {...view, chats: [...view.chats, ...await call("GET", `${this.path}/groups`)]};
  }

  find(words) { return call("GET", `${this.path}/find?q=${encodeURIComponent(words)}`); }
  chat(username) { return call("GET", isGroup(username) ? `${this.path}/groups/${username}` : this.at(username)); }
  clear(username) { return call("DELETE", this.at(username)); }
  say(username, text, replyTo) {
    if (!isGroup(username)) return call("POST", `${this.at(username)}/messages`, {text, reply_to: replyTo});
    return call("POST", `groups/${username}/messages`, {person: this.id, text, reply_to: replyTo ?? null, more: {}});
  }

  remove(username, id) { return call("DELETE", `${this.at(username)}/messages/${id}`); }
  press(username, id, row, column) {
    const body = {person: this.id, message_id: id, row, column};
    return call("POST", `${isGroup(username) ? `groups/${username}` : this.at(username)}/press`, body);
  }

  read(username, upTo) {
    return call("POST", `${isGroup(username) ? `groups/${username}` : this.at(username)}/read`, {person: this.id, up_to: upTo});
  }

  makeGroup(title) { return call("POST", "groups", {title, creator: this.id, supergroup: true}); }

  async addToGroup(group, username) {
    const {bot} = await this.chat(username);
    return call("POST", `groups/${group}/members`, {add: true, who: bot.id, by: this.id});
  }

  act(username, what) { return call("POST", `${this.at(username)}/${what}`); }
  makeManaged(manager, username, name) { return call("POST", `${this.path}/managed`, {manager, username, name}); }
  at(username) { return `${this.path}/chats/${encodeURIComponent(username)}`; }
  fileUrl(username, fileId) {
    return `/standin/${isGroup(username) ? `${this.path}/groups/${username}` : this.at(username)}/files/${encodeURIComponent(fileId)}`;
  }

  // A voice message that the language model's stand-in can hear: it reads the words after SAYS: in the file.
  speak(username, words) {
    const file = new File(["OggS", "SAYS:", words, "\0"], "voice.oga", {type: "audio/ogg"});
    return this.sendFile(username, file, {asVoice: true});
  }

  // XMLHttpRequest, since fetch does not tell how much has gone up.
  sendFile(username, file, {caption = "", asPhoto = false, asVoice = false, onProgress}) {
    const form = new FormData();
    form.append("caption", caption);
    form.append("as_photo", String(asPhoto));
    form.append("as_voice", String(asVoice));
    form.append("file", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", `/standin/${this.at(username)}/messages`);
    request.upload.onprogress = (event) => onProgress?.(event.loaded / event.total);
    request.responseType = "json";
    return new Promise((resolve, reject) => {
      request.onload = () => (request.status === 200 ? resolve(request.response) : reject(new Refused(request.response?.error)));
      request.onerror = () => reject(new Refused("connection lost"));
      request.send(form);
    });
  }

  // Follow the events after `seq`; taken up again where it broke off. `onLost` is told when the server forgot us.
  follow(seq, {onEvent, onState, onLost}) {
    let seen = seq;
    let wait = 300;
    const open = () => {
      const address = new URL(`/standin/${this.path}/events?after=${seen}`, location.href);
      address.protocol = address.protocol.replace("http", "ws");
      const socket = new WebSocket(address);
      socket.onopen = () => { wait = 300; onState(true); };
      socket.onmessage = (message) => {
        const {seq: number, ...event} = JSON.parse(message.data);
        seen = number;
        onEvent(event);
      };
      socket.onclose = async () => {
        onState(false);
        await new Promise((resolve) => setTimeout(resolve, wait));
        wait = Math.min(wait * 2, 5000);
        try {
          await this.chats();
        } catch (error) {
          if (error instanceof Refused) return onLost();
        }
        open();
      };
    };
    open();
  }
}
