// What every page shares: requests with the session's token, messages, conflicts, who and which language.
"use strict";

const words = document.getElementById("words").dataset;
const token = document.querySelector('meta[name="csrf-token"]').content;

// Sends JSON; gives [status, answer]. Status 0: the server was not reached.
async function send(url, body) {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": token },
      body: JSON.stringify(body),
    });
    return [answer.status, await answer.json().catch(() => ({}))];
  } catch {
    return [0, {}];
  }
}

// A fragment of HTML that the server wrote, as elements.
async function fragment(url) {
  const answer = await fetch(url);
  const box = document.createElement("template");
  box.innerHTML = await answer.text();
  return answer.ok ? box.content : null;
}

let hiding = 0;
function tell(text, bad = false) {
  const toast = document.getElementById("toast");
  toast.textContent = text;
  toast.classList.toggle("bad", bad);
  toast.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => { toast.hidden = true; }, bad ? 8000 : 4000);
}

// What became of the checks, in one line.
function told(said, first = words.saved) {
  const parts = [first];
  if (said.mended > 0) parts.push(`${said.mended} ${words.mended}`);
  if (said.mended < 0) parts.push(`${-said.mended} ${words.broke}`);
  if (said.settled > 1) parts.push(`${said.settled - 1} ${words.settled}`);
  parts.push(`${words.ms} ${said.ms} ms`);
  return parts.join(" · ");
}

function complain(status, said) {
  if (status === 0) tell(words.offline, true);
  else if (status === 401 || status === 403) tell(words.again, true);
  else if (status === 413) tell(words.toolarge, true);
  else tell(said.message ? `${words.bad}（${said.message}）` : words.bad, true);
}

// A number as printed; also nothing, and the dashes that stand for nothing.
const NUMBER = /^(?:[-－−—–]?(?:\d{1,3}(?:[,，]\d{3})+|\d+)(?:[.．]\d+)?[%％]?|[-－−—–]*)$/;
let doubted = "";

// Whether what was typed may be sent: a word where a number was read only when it is sent twice.
function mayBe(typed, read) {
  if (NUMBER.test(typed) || !read || !NUMBER.test(read) || doubted === typed) { doubted = ""; return true; }
  doubted = typed;
  tell(words.number, true);
  return false;
}

// Sends a decision. Where another person came first, both values are shown and the person decides; gives the answer,
// or null when nothing was kept.
async function decide(report, decision) {
  const [status, said] = await send(`/r/${report}/decide`, decision);
  if (status === 200) {
    tell(told(said));
    return said;
  }
  if (status === 409) return conflict(report, decision, said);
  complain(status, said);
  return null;
}

function conflict(report, decision, said) {
  const box = document.getElementById("conflict");
  box.querySelector("[data-theirs]").textContent = said.theirs;
  box.querySelector("[data-yours]").textContent = decision.new;
  box.showModal();
  return new Promise((resolve) => {
    const end = (answer) => { box.close(); resolve(answer); };
    box.oncancel = () => resolve({ kept: true });
    box.querySelector("[data-keep]").onclick = () => end({ kept: true });
    box.querySelector("[data-mine]").onclick = async () => {
      box.close();
      resolve(await decide(report, { ...decision, old: said.theirs }));
    };
  });
}

async function undo(report, id = "") {
  const [status, said] = await send(`/r/${report}/undo`, { id });
  if (status === 200) {
    tell(told({ ...said, settled: 0 }, words.undone));
    return said;
  }
  complain(status, said);
  return null;
}

const typing = (event) => event.target.matches("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey;

const me = document.querySelector("[data-me]");
me.addEventListener("submit", (event) => { event.preventDefault(); me.elements.who.blur(); });
me.elements.who.addEventListener("change", async () => {
  const [status] = await send("/me", { who: me.elements.who.value });
  if (status === 200) tell(words.name);
});
me.querySelector("[data-lang]").addEventListener("click", async (event) => {
  await send("/me", { lang: event.currentTarget.dataset.lang });
  location.reload();
});
me.querySelector("[data-logout]")?.addEventListener("click", async () => {
  await fetch("/logout", { method: "POST", headers: { "X-CSRF-Token": token, "Content-Type": "application/json" }, body: "{}" });
  location.href = "/";
});

const login = document.querySelector("[data-login]");
login?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [status] = await send("/login", { secret: login.elements.secret.value, who: login.elements.who.value });
  if (status === 200) location.href = "/";
  else login.querySelector(".wrong").hidden = false;
});
