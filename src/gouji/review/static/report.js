// The report: pages are loaded when they come into view; a cell and its place on the page light up together.
"use strict";

const spreads = document.getElementById("spreads");
const report = spreads.dataset.report;
const inspector = document.getElementById("inspector");
const sections = [...spreads.querySelectorAll(".spread")];
let zoom = 1;
let picked = "";

// --- loading ---------------------------------------------------------------------------------------------------

async function load(section) {
  const state = section.dataset.state;
  if (state === "loading") return;
  section.dataset.state = "loading";
  const content = await fragment(`/r/${report}/page/${section.dataset.page}`).catch(() => null);
  if (!content) { section.dataset.state = ""; return; }
  section.replaceChildren(content);
  section.dataset.state = "loaded";
  awaitPicture(section);
  applyZoom(section);
  if (picked) mark(picked);
}

function awaitPicture(section) {
  const picture = section.querySelector(".canvas img");
  if (!picture || picture.complete) watchRail();
  else { picture.onload = watchRail; picture.onerror = watchRail; }
}

const near = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (entry.isIntersecting && !entry.target.dataset.state) load(entry.target);
  }
}, { rootMargin: "300px 0px" });
sections.forEach((section) => near.observe(section));

const inRail = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    entry.target.querySelector("image").setAttribute("href", entry.target.dataset.thumb);
    inRail.unobserve(entry.target);
  }
}, { rootMargin: "100px 0px" });
// The small pages wait until the first page stands: they are drawn from the same file. So does what makes the first
// decision as fast as the next.
const idle = window.requestIdleCallback ?? ((then) => setTimeout(then, 200));
let railWatched = false;
function watchRail() {
  if (railWatched) return;
  railWatched = true;
  idle(() => document.querySelectorAll(".leaf[data-thumb]").forEach((leaf) => inRail.observe(leaf)));
  setTimeout(() => send(`/r/${report}/ready`, {}), 800);
}
setTimeout(watchRail, 5000);
sections.filter((section) => section.dataset.state === "loaded").forEach(awaitPicture);

const current = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    document.querySelector(".leaf[aria-current]")?.removeAttribute("aria-current");
    const leaf = document.querySelector(`.leaf[data-page="${entry.target.dataset.page}"]`);
    leaf.setAttribute("aria-current", "page");
    const rail = leaf.parentElement;
    if (rail.scrollHeight > rail.clientHeight) rail.scrollTop = leaf.offsetTop - rail.clientHeight / 2;
  }
}, { rootMargin: "-45% 0px -50% 0px" });
sections.forEach((section) => current.observe(section));

const reload = () => Promise.all(sections.filter((s) => s.dataset.state === "loaded").map(load));

// --- lighting up -----------------------------------------------------------------------------------------------

const places = (name) => document.querySelectorAll(`[data-cell="${CSS.escape(name)}"]`);

function clear(kind) {
  document.querySelectorAll(`.${kind}`).forEach((element) => element.classList.remove(kind));
}

function mark(name) {
  clear("lit");
  places(name).forEach((element) => element.classList.add("lit"));
}

function show(element) {
  element?.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
}

async function pick(name, from) {
  picked = name;
  clear("term-lit");
  mark(name);
  const inTable = document.querySelector(`.grid [data-cell="${CSS.escape(name)}"]`);
  const onPage = document.querySelector(`.canvas [data-cell="${CSS.escape(name)}"]`);
  if (from !== "table") show(inTable);
  if (from !== "page") centre(onPage);
  if (inTable) {
    document.querySelectorAll('.grid [tabindex="0"]').forEach((cell) => { cell.tabIndex = -1; });
    inTable.tabIndex = 0;
    if (from !== "open") inTable.focus({ preventScroll: true });
  }
  const [table, row, col] = name.split("~");
  const query = new URLSearchParams({ table, row, col });
  const content = await fragment(`/r/${report}/cell?${query}`);
  if (!content || picked !== name) return;
  inspector.replaceChildren(content);
  inspector.hidden = false;
  document.body.classList.add("inspecting");
  show(document.querySelector(`.grid [data-cell="${CSS.escape(name)}"]`)); // the panel may have covered it
}

// Scrolls the paper so that the place is in its middle.
function centre(place) {
  const paper = place?.closest(".paper");
  if (!paper) return;
  const box = place.getBoundingClientRect();
  const frame = paper.getBoundingClientRect();
  paper.scrollBy({ left: box.left - frame.left - frame.width / 2, top: box.top - frame.top - frame.height / 2 });
}

function close() {
  const name = picked;
  picked = "";
  inspector.hidden = true;
  document.body.classList.remove("inspecting");
  clear("lit");
  document.querySelector(`.grid [data-cell="${CSS.escape(name)}"]`)?.focus();
}

function light(keys, bad) {
  clear("term-lit");
  for (const name of keys.trim().split(/\s+/)) {
    places(name).forEach((element) => element.classList.add("term-lit"));
  }
}

// --- pointing --------------------------------------------------------------------------------------------------

document.addEventListener("click", async (event) => {
  const at = event.target;
  const go = at.closest("[data-go]");
  if (go) { await jump(go.dataset.go, go.dataset.cell); return; }
  if (at.closest("[data-close]")) { close(); return; }
  const put = at.closest("[data-put]");
  if (put) { const form = put.closest("form"); form.elements.new.value = put.dataset.put; form.requestSubmit(); return; }
  const back = at.closest("[data-undo]");
  if (back) { await after(await undo(report, back.dataset.undo)); return; }
  const sum = at.closest("[data-keys]");
  if (sum && !at.closest(".term")) { light(sum.dataset.keys); return; }
  const chip = at.closest(".fact-chip");
  if (chip) { editFact(chip); return; }
  const fact = at.closest("[data-fact]");
  if (fact) { lightFact(fact.dataset.fact); return; }
  const cell = at.closest("[data-cell]");
  if (cell) pick(cell.dataset.cell, cell.closest(".grid") ? "table" : cell.closest(".canvas") ? "page" : "sum");
  const leaf = at.closest(".leaf");
  if (leaf) { event.preventDefault(); jump(leaf.dataset.page); }
});

async function jump(page, cell) {
  const section = document.getElementById(`p${page}`);
  if (!section) return;
  const around = [section.previousElementSibling, section, section.nextElementSibling];
  section.scrollIntoView({ block: "start", behavior: "instant" });
  await Promise.all(around.filter((each) => each && !each.dataset.state).map(load)); // what grows above would push it away
  section.scrollIntoView({ block: "start", behavior: "instant" });
  if (cell) pick(cell, "sum");
  else section.focus({ preventScroll: true });
}

function lightFact(number) {
  clear("lit");
  document.querySelectorAll(`mark[data-fact="${number}"], rect[data-fact="${number}"]`).forEach((e) => e.classList.add("lit"));
  document.querySelector(`mark[data-fact="${number}"]`)?.scrollIntoView({ block: "nearest" });
  centre(document.querySelector(`rect[data-fact="${number}"]`));
}

function editFact(chip) {
  lightFact(chip.dataset.fact);
  const form = document.createElement("form");
  form.className = "fact-fix";
  Object.assign(form.dataset, { decide: "", kind: "fact", fact: chip.dataset.fact, old: chip.dataset.value });
  const input = Object.assign(document.createElement("input"), { name: "new", value: chip.dataset.value, autocomplete: "off" });
  input.setAttribute("aria-label", chip.textContent);
  const save = Object.assign(document.createElement("button"), { textContent: "✓", className: "small" });
  save.setAttribute("aria-label", words.saved);
  const drop = Object.assign(document.createElement("button"), { textContent: "✕", type: "button", className: "small quiet" });
  drop.setAttribute("aria-label", words.bad);
  drop.onclick = () => { input.value = ""; form.requestSubmit(); };
  form.append(input, chip.dataset.unit, save, drop);
  form.onkeydown = (event) => { if (event.key === "Escape") form.replaceWith(chip); };
  chip.replaceWith(form);
  input.select();
}

// --- correcting ------------------------------------------------------------------------------------------------

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-decide]")) return;
  event.preventDefault();
  const decision = { kind: form.dataset.kind, old: form.dataset.old, new: form.elements.new?.value ?? "", why: form.elements.why?.value ?? "" };
  if (decision.kind === "cell" && !mayBe(decision.new.trim(), decision.old)) return;
  if (form.dataset.table) decision.table = form.dataset.table;
  for (const name of ["row", "col", "fact"]) {
    const value = form.dataset[name] ?? form.elements[name]?.value;
    if (value !== undefined) decision[name] = Number(value);
  }
  await after(await decide(report, decision));
});

async function after(said) {
  if (!said) return;
  if (said.log !== undefined) {
    spreads.dataset.log = said.log;
    for (const name of ["left", "doubtful", "failing"]) {
      const place = document.querySelector(`#state [data-${name}]`);
      if (place) place.textContent = said[name];
    }
  }
  if (!inspector) { location.reload(); return; }
  await reload();
  if (picked) await pick(picked, "open");
}

// While others work on the same report, what they corrected shows up; typing is never disturbed.
async function follow() {
  if (document.hidden || document.activeElement?.closest("form")) return;
  const answer = await fetch(`/r/${report}/state`).catch(() => null);
  if (!answer?.ok) return;
  const said = await answer.json();
  if (said.log === Number(spreads.dataset.log)) return;
  await after(said);
  tell(words.others);
}
if (spreads.dataset.log !== undefined) setInterval(follow, 8000);

// --- zoom, pan, keyboard ---------------------------------------------------------------------------------------

function applyZoom(scope) {
  scope.querySelectorAll(".canvas").forEach((canvas) => { canvas.style.width = `${zoom * 100}%`; });
}

function setZoom(step) {
  zoom = step === "0" ? 1 : Math.min(5, Math.max(0.5, zoom * (step === "+" ? 1.25 : 0.8)));
  applyZoom(document);
}
document.querySelectorAll("[data-zoom]").forEach((button) => { button.onclick = () => setZoom(button.dataset.zoom); });

let pan = null;
document.addEventListener("pointerdown", (event) => {
  const paper = event.target.closest(".paper");
  if (paper && zoom > 1 && event.button === 0) pan = { paper, x: event.clientX, y: event.clientY };
});
document.addEventListener("pointermove", (event) => {
  if (!pan) return;
  pan.paper.scrollBy(pan.x - event.clientX, pan.y - event.clientY);
  pan.x = event.clientX;
  pan.y = event.clientY;
});
document.addEventListener("pointerup", () => { pan = null; });

function step(cell, row, col) {
  const table = cell.closest("table");
  const box = cell.getBoundingClientRect();
  const cells = [...table.querySelectorAll("[data-cell]")].filter((other) => other !== cell);
  const middle = (b) => [b.left + b.width / 2, b.top + b.height / 2];
  const ahead = cells.map((other) => {
    const b = other.getBoundingClientRect();
    const side = col > 0 ? b.left - box.right : col < 0 ? box.left - b.right : row > 0 ? b.top - box.bottom : box.top - b.bottom;
    const across = col ? Math.max(b.top - box.bottom, box.top - b.bottom, -1) : Math.max(b.left - box.right, box.left - b.right, -1);
    const drift = Math.abs(col ? middle(b)[1] - middle(box)[1] : middle(b)[0] - middle(box)[0]);
    return { other, side, across, drift };
  }).filter((each) => each.side > -3 && each.across < 0);
  ahead.sort((a, b) => a.side - b.side || a.drift - b.drift);
  return ahead[0]?.other;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && inspector && !inspector.hidden) { close(); return; }
  if (typing(event)) return;
  const cell = event.target.closest?.(".grid [data-cell]");
  const moves = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
  if (cell && moves[event.key]) {
    event.preventDefault();
    const next = step(cell, ...moves[event.key]);
    if (next) { cell.tabIndex = -1; next.tabIndex = 0; next.focus(); mark(next.dataset.cell); centre(document.querySelector(`.canvas [data-cell="${CSS.escape(next.dataset.cell)}"]`)); }
    return;
  }
  if (cell && event.key === "Enter") {
    event.preventDefault();
    pick(cell.dataset.cell, "table").then(() => inspector.querySelector("#fix")?.select());
    return;
  }
  if (event.key === "+" || event.key === "=") setZoom("+");
  else if (event.key === "-") setZoom("-");
  else if (event.key === "0") setZoom("0");
  else if (event.key === "j" || event.key === "k") {
    const here = Number(document.querySelector(".leaf[aria-current]")?.dataset.page ?? 1);
    const at = sections.findIndex((section) => Number(section.dataset.page) === here) + (event.key === "j" ? 1 : -1);
    if (sections[at]) jump(sections[at].dataset.page);
  } else if (event.key === "n") nextOpen();
  else if (event.key === "u") undo(report).then(after);
});

function nextOpen() {
  const open = [...document.querySelectorAll(".grid .open")];
  const at = open.findIndex((cell) => cell.classList.contains("lit"));
  const next = open[(at + 1) % open.length];
  if (next) pick(next.dataset.cell, "sum");
}

// Every table can be entered by Tab: its first cell takes the focus.
function openTables() {
  document.querySelectorAll(".grid").forEach((grid) => {
    if (!grid.querySelector('[data-cell][tabindex="0"]')) grid.querySelector("[data-cell]")?.setAttribute("tabindex", "0");
  });
}
new MutationObserver(openTables).observe(spreads, { childList: true, subtree: true });
openTables();

if (location.hash.startsWith("#p")) jump(location.hash.slice(2));
