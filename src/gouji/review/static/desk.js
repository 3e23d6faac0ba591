// The desk: uploads with how far their reading is.
"use strict";

const field = document.querySelector("[data-upload]");
const list = document.getElementById("jobs");
let polling = 0;

field?.addEventListener("change", async () => {
  for (const file of field.files) {
    if (file.size > Number(field.dataset.most) * 1e6) { tell(`${file.name}：${words.toolarge}`, true); continue; }
    const answer = await fetch(`/upload?name=${encodeURIComponent(file.name)}`, {
      method: "POST", headers: { "X-CSRF-Token": token, "Content-Type": "application/octet-stream" }, body: file,
    }).catch(() => null);
    if (!answer) tell(words.offline, true);
    else if (!answer.ok) refused(file.name, answer.status, await answer.json().catch(() => ({})));
  }
  field.value = "";
  poll();
});

function refused(name, status, said) {
  if (status === 401 || status === 403) complain(status, said);
  else tell(`${name} ${words.failed}：${said.message || words.toolarge}`, true);
}

function row(job) {
  const item = document.createElement("li");
  const title = document.createElement("b");
  title.textContent = job.name;
  item.append(title);
  const state = document.createElement("span");
  if (job.state === "reading" && job.pages) {
    const bar = document.createElement("progress");
    bar.max = job.pages;
    bar.value = job.read;
    bar.setAttribute("aria-label", job.name);
    item.append(bar);
    state.textContent = `${words.reading} ${job.read}/${job.pages} ${words.pages}`;
  } else state.textContent = { waiting: words.waiting, reading: words.reading, done: words.done, failed: `${words.failed}：${job.error}` }[job.state];
  state.dataset.state = job.state;
  item.append(state);
  if (job.report) {
    const link = document.createElement("a");
    link.href = `/r/${job.report}`;
    link.textContent = words.open;
    item.append(link);
  }
  return item;
}

async function poll() {
  clearTimeout(polling);
  const answer = await fetch("/jobs").catch(() => null);
  const jobs = answer?.ok ? await answer.json() : [];
  list.hidden = jobs.length === 0;
  list.replaceChildren(...jobs.map(row));
  if (jobs.some((job) => job.state === "waiting" || job.state === "reading")) polling = setTimeout(poll, 700);
}

if (list && !list.hidden) poll();
document.querySelectorAll(".filters select").forEach((select) => { select.onchange = () => select.form.requestSubmit(); });
