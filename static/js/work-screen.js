/*
 * The work screen: typing the total fills the grid at once, typing in a row pins it and the rest flows around it.
 * Amounts are only ever computed by the server; see docs/design-language.md, "Work screen".
 */

const DELAY = 90;
const FIXED = "!";
const form = document.querySelector("form[data-work]");
let timer = 0;
let previewing = false;
let running = 0;
let waiting = null;

const inputs = () => [...form.querySelectorAll("[data-use]")].filter((input) => input.offsetParent !== null);
const rowOf = (input) => input.closest("[data-work-row]");

function preview(delay = DELAY) {
  clearTimeout(timer);
  timer = setTimeout(send, delay);
}

function send() {
  clearTimeout(timer);
  timer = 0;
  previewing = true;
  window.htmx.trigger(form, "work:preview");
  previewing = false;
}

/* What is posted is what was seen: verbs wait for the answer that is still on its way. */
form?.addEventListener("submit", (event) => {
  if (!timer && !running) return;
  event.preventDefault();
  waiting = event.submitter;
  if (timer) send();
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target === form) running += 1;
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.target !== form) return;
  running -= 1;
  if (running || !waiting) return;
  const verb = waiting;
  waiting = null;
  form.requestSubmit(verb);
});

/* A preview carries only what the person fixed; the rest is what the server is asked for. */
form?.addEventListener("formdata", (event) => {
  if (!previewing) return;
  for (const row of form.querySelectorAll("[data-work-row]:not([data-pinned])")) {
    for (const field of row.querySelectorAll("[data-use], [data-pin]")) event.formData.delete(field.name);
  }
  for (const [name, value] of [...event.formData]) {
    if (value instanceof File) event.formData.delete(name);
  }
});

function setPinned(row, pinned) {
  if (pinned) row.dataset.pinned = "";
  else delete row.dataset.pinned;
  row.querySelector("[data-pin]").value = pinned ? FIXED : "";
}

/** Typing in a row pins it; emptying it lets it flow again. */
function typed(input) {
  setPinned(rowOf(input), input.value.trim() !== "");
  preview();
}

function takeInFull(input) {
  const row = rowOf(input);
  if ("pinned" in row.dataset && input.value === input.dataset.fullText) {
    release(row);
    return;
  }
  input.value = input.dataset.fullText;
  input.select();
  setPinned(row, true);
  preview(0);
}

function release(row) {
  setPinned(row, false);
  const input = row.querySelector("[data-use]");
  input.value = "";
  input.focus();
  preview(0);
}

function move(input, step) {
  const all = inputs();
  const next = all[all.indexOf(input) + step];
  if (next) {
    next.focus();
    next.select();
    next.scrollIntoView({ block: "nearest" });
  } else if (step > 0) form.querySelector("[data-primary]")?.focus();
}

function fold(input, open) {
  const button = input.closest("[data-work-group]").querySelector("[data-expand]");
  if (!button || (button.getAttribute("aria-expanded") === "true") === open) return false;
  if (!open) button.closest("[data-work-row]").querySelector("[data-use]").focus();
  button.click();
  return true;
}

const wholeSelected = (input) => input.selectionStart === 0 && input.selectionEnd === input.value.length;

const KEYS = {
  " ": (input) => takeInFull(input) ?? true,
  Enter: (input, event) => move(input, event.shiftKey ? -1 : 1) ?? true,
  ArrowDown: (input) => move(input, 1) ?? true,
  ArrowUp: (input) => move(input, -1) ?? true,
  ArrowRight: (input) => wholeSelected(input) && fold(input, true),
  ArrowLeft: (input) => wholeSelected(input) && fold(input, false),
};

/* ------------------------------------------------------------------ the server's answer */

function show(data) {
  const input = document.getElementById(`use-${data.dataset.for}`);
  if (!input) return;
  const row = rowOf(input);
  if (!("pinned" in row.dataset)) {
    row.querySelector("[data-pin]").value = data.value;
    if (input.value !== data.value) {
      input.value = data.value;
      // The row with the focus follows too, its text selected for typing over.
      if (input === document.activeElement) input.select();
    }
  }
  if ("full" in data.dataset) row.dataset.full = "";
  else delete row.dataset.full;
  row.querySelector("[data-use-error]").textContent = data.dataset.error ?? "";
  if (data.dataset.error) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target?.id !== "work-answer" && event.target?.id !== "work-answer") return;
  for (const data of document.querySelectorAll("#work-answer [data-for]")) show(data);
});

/* ------------------------------------------------------------------ filter and order */

function filterRows(text) {
  const wanted = text.trim().toLowerCase();
  let shown = 0;
  for (const group of form.querySelectorAll("[data-work-group]")) {
    group.hidden = wanted !== "" && !group.textContent.toLowerCase().includes(wanted);
    if (!group.hidden) shown += 1;
  }
  const none = form.querySelector("[data-work-none]");
  if (none) none.hidden = shown > 0;
}

/** Put the rows in another order on the server: the grid comes back whole, what was typed travels along. */
function sort(button) {
  form.querySelector("[data-work-order]").value = button.dataset.workSort;
  window.htmx.ajax("POST", form.getAttribute("action") || location.href, {
    source: button, target: "#work-grid", select: "#work-grid", swap: "outerHTML",
  });
}

if (form) {
  form.addEventListener("input", (event) => {
    if (event.target.matches("[data-work-filter]")) filterRows(event.target.value);
    else if (event.target.matches("[data-use]")) typed(event.target);
    else if (!event.target.closest("[data-no-preview]")) preview();
  });

  form.addEventListener("keydown", (event) => {
    if (event.target.matches("[data-work-filter]") && event.key === "Enter") event.preventDefault();
    if (!event.target.matches("[data-use]") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (KEYS[event.key]?.(event.target, event)) event.preventDefault();
  });

  form.addEventListener("focusin", (event) => {
    if (event.target.matches("[data-use]")) event.target.select();
  });

  form.addEventListener("click", (event) => {
    const pin = event.target.closest("[data-work-release]");
    if (pin) release(rowOf(pin));
    const order = event.target.closest("[data-work-sort]");
    if (order) {
      event.preventDefault();
      sort(order);
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    location.assign(form.dataset.back);
  });
}
