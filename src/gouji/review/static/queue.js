// The queue: one flagged number after another, by keyboard.
"use strict";

const queue = document.getElementById("queue");
const report = queue.dataset.report;
const later = [];
let busy = false;

const card = () => queue.querySelector(".card");
const name = (at) => [at.table, at.row, at.col].join("~");

function prepare() {
  const at = card();
  if (at?.dataset.coming) new Image().src = at.dataset.coming;
  queue.querySelector("[data-take]")?.focus({ preventScroll: true });
}

async function next() {
  const content = await fragment(`/r/${report}/queue/card?skip=${encodeURIComponent(later.join(","))}`).catch(() => null);
  if (!content) { tell(words.offline, true); return; }
  queue.replaceChildren(content);
  prepare();
}

async function take(value) {
  const at = card();
  if (!at || busy) return;
  busy = true;
  const { table, row, col, text } = at.dataset;
  const said = await decide(report, { kind: "cell", table, row: Number(row), col: Number(col), old: text, new: value });
  if (said) await next();
  busy = false;
}

async function back() {
  if (busy) return;
  busy = true;
  if (await undo(report)) await next();
  busy = false;
}

function putOff() {
  const at = card();
  if (!at || busy) return;
  later.push(name(at.dataset));
  tell(words.later);
  next();
}

queue.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.matches("[data-take]")) take(button.dataset.take);
  else if (button.matches("[data-undo]")) back();
  else if (button.matches("[data-later]")) putOff();
});

queue.addEventListener("submit", (event) => {
  event.preventDefault();
  const value = event.target.elements.new.value.trim();
  if (value && mayBe(value, card().dataset.text)) take(value);
});

document.addEventListener("keydown", (event) => {
  if (document.getElementById("conflict").open) return;
  if (event.key === "Escape") queue.querySelector("[data-take]")?.focus();
  if (typing(event) || !card()) {
    if (!typing(event) && event.key.toLowerCase() === "u") back();
    return;
  }
  const key = event.key.toLowerCase();
  if (key === "enter" && !event.target.closest("a, button:not(.best)")) { event.preventDefault(); take(card().dataset.best); }
  else if (/^[0-9]$/.test(key)) {
    const button = queue.querySelector(`[data-number="${key}"]`) ?? (key === "0" ? queue.querySelector(".best") : null);
    if (button) take(button.dataset.take);
  } else if (key === "e") { event.preventDefault(); queue.querySelector("#typed").focus(); }
  else if (key === "s") putOff();
  else if (key === "u") back();
});

prepare();
setTimeout(() => send(`/r/${report}/ready`, {}), 500); // what makes the first decision as fast as the next
