/*
 * The work screen: typing the total fills the grid at once, typing in a row fixes it and the rest flows around it.
 * Amounts are only ever computed by the server; see docs/design-language.md, "Work screen".
 */

const DELAY = 90;
const FILTER_DELAY = 250;
const FIXED = "!";
const form = document.querySelector("form[data-work]");
let timer = 0;
let asking = null;
let sending = null;
let arranging = null;
let swapping = false;

const rowOf = (input) => input.closest("[data-work-row]");
const markOf = (input) => rowOf(input).querySelector("[data-pin]");
const isFixed = (input) => "pinned" in rowOf(input).dataset;
const shownInputs = () => [...form.querySelectorAll("[data-use]")].filter((input) => input.offsetParent !== null);

/* ------------------------------------------------------------------ asking the server */

function busy(on) {
  document.getElementById("busy")?.classList.toggle("htmx-request", on);
}

/** Without files the short encoding: the server reads a grid of a thousand rows several times faster. */
function compact(body) {
  if (body instanceof URLSearchParams) return body;
  return [...body.values()].some((value) => value instanceof File && value.size) ? body : new URLSearchParams(
    [...body].filter(([, value]) => !(value instanceof File)),
  );
}

/** Send a body and use the text of the answer; a newer question replaces one that is still under way. */
async function ask(url, body, use) {
  asking?.abort();
  const mine = new AbortController();
  asking = mine;
  busy(true);
  let text = null;
  try {
    const headers = { "X-Requested-With": "work" };
    const answer = await fetch(url, { method: "POST", body: compact(body), headers, signal: mine.signal });
    if (answer.ok && !answer.redirected) text = await answer.text();
  } catch (error) {
    if (error.name !== "AbortError") console.info("no answer:", error.message);
  }
  if (asking !== mine || mine.signal.aborted) return;
  asking = null;
  arranging = null;
  busy(false);
  if (text !== null) use(text);
  sendOn();
}

/** Everything asked is answered: the verb that was pressed meanwhile is sent now. */
function sendOn() {
  if (timer || asking || !sending) return;
  const verb = sending;
  sending = null;
  form.requestSubmit(verb);
}

/** Only what the person fixed travels with a preview, and which documents the page shows; the rest is asked for. */
function previewBody() {
  const fixed = new Set();
  for (const input of form.querySelectorAll("[data-work-row][data-pinned] [data-use]")) {
    fixed.add(input.name).add(markOf(input).name);
  }
  const travels = ([name]) => fixed.has(name) || !/^(use|pin)-/.test(name);
  const said = [...new FormData(form)].filter(([, value]) => !(value instanceof File)).filter(travels);
  const drawn = [...form.querySelectorAll("[data-use][name^=use-d]")].map((input) => input.name.slice(5));
  return new URLSearchParams([...said, ["drawn", drawn.join(",")]]);
}

/** Ask anew once the typing rests. A grid under way does not know what was typed since: it is fetched again. */
function preview(delay = DELAY) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    timer = 0;
    if (arranging) arranging();
    else ask(form.dataset.preview, previewBody(), (text) => show(JSON.parse(text)));
  }, delay);
  if (arranging) asking?.abort();
}

/** Fetch the grid anew (another customer, currency, order); what was typed travels along. */
function refresh(button) {
  clearTimeout(timer);
  timer = 0;
  rememberUnfolded();
  arranging = () => refresh(button);
  const focus = document.activeElement?.id || button?.closest("[data-work-group]")?.querySelector("[data-use]")?.id;
  ask(form.getAttribute("action") || location.href, new FormData(form, button), (text) => {
    const page = new DOMParser().parseFromString(text, "text/html");
    const typing = document.activeElement;
    for (const id of ["work-grid", "work-money", "work-total"]) exchange(page, id);
    namePicked(page);
    hintAnew(page);
    begin();
    if (button || document.activeElement === document.body) refocus(focus, typing);
  });
}

/** The new row, or the field one was in with the caret where it was. */
function refocus(id, typing) {
  const anew = form.querySelector("[data-work-new]");
  const field = anew ?? document.getElementById(id ?? "");
  field?.focus();
  if (!anew && field && field.id === typing?.id && typing.selectionStart != null) {
    field.setSelectionRange(typing.selectionStart, typing.selectionEnd);
  }
}

/** What stands unfolded stays so in the new grid. */
function rememberUnfolded() {
  const field = form.elements.namedItem("unfolded");
  const open = [...form.querySelectorAll("[data-work-group]:has([data-expand][aria-expanded=true])")];
  const inputs = open.map((group) => group.querySelector("[data-use]")).filter(Boolean);
  if (field) field.value = inputs.map((input) => input.name.slice(5)).join(",");
}

/** Fetch the lines of one document of a long grid. */
function unfold(button) {
  if (arranging) return;
  const group = button.closest("[data-work-group]");
  const { id } = group.querySelector("[data-use]");
  const inside = group.contains(document.activeElement);
  ask(form.getAttribute("action") || location.href, new FormData(form, button), (text) => {
    const page = new DOMParser().parseFromString(text, "text/html");
    const other = page.getElementById(id)?.closest("[data-work-group]");
    if (!other) return;
    group.replaceWith(document.importNode(other, true));
    form.elements.namedItem("unfolded").value = page.querySelector("[name=unfolded]").value;
    begin();
    if (inside) go(document.getElementById(id));
  });
}

/** The names under the pickers that stay. */
function namePicked(page) {
  for (const input of form.querySelectorAll("[data-picker] input")) {
    const other = page.getElementById(input.id)?.closest("[data-picker]")?.querySelector("[data-picked]");
    if (other) input.closest("[data-picker]").querySelector("[data-picked]").textContent = other.textContent;
  }
}

/** What stands in empty fields that stay. */
function hintAnew(page) {
  for (const other of page.querySelectorAll(".work-panel [placeholder]")) {
    document.getElementById(other.id)?.setAttribute("placeholder", other.placeholder);
  }
}

/** Take over a part of another answer, except while the person types in it. */
function exchange(page, id) {
  const own = document.getElementById(id);
  const other = page.getElementById(id);
  if (!own || !other || (id === "work-money" && own.contains(document.activeElement))) return;
  // A browser tells of the change in a field that is taken away: that is nobody's doing.
  swapping = true;
  for (const folded of own.querySelectorAll("details[id][open]")) {
    other.querySelector(`#${folded.id}`)?.setAttribute("open", "");
  }
  own.replaceWith(document.importNode(other, true));
  swapping = false;
  document.dispatchEvent(new Event("work:exchanged"));
}

/* ------------------------------------------------------------------ rows */

function fix(input, fixed) {
  const row = rowOf(input);
  const mark = markOf(input);
  const pin = row.querySelector("[data-work-release]");
  if (fixed) row.dataset.pinned = "";
  else delete row.dataset.pinned;
  mark.value = fixed ? FIXED : "";
  if (fixed && !pin) {
    input.before(form.querySelector("[data-work-pin]").content.cloneNode(true));
  } else if (!fixed) pin?.remove();
  const anew = form.querySelector("[data-work-anew]");
  if (anew) anew.disabled = !form.querySelector("[data-work-row][data-pinned], [data-work-kept]");
}

/** Typing in a row fixes it; emptying it lets it flow again. */
function typed(input) {
  fix(input, input.value.trim() !== "");
  preview();
}

function takeInFull(input) {
  if (!input.dataset.fullText && !isFixed(input)) return;
  if (isFixed(input) && input.value === input.dataset.fullText) {
    release(input);
    return;
  }
  input.value = input.dataset.fullText;
  input.select();
  fix(input, true);
  preview(0);
}

function release(input) {
  fix(input, false);
  input.value = "";
  input.focus();
  preview(0);
}

function spreadAnew() {
  for (const input of form.querySelectorAll("[data-work-row][data-pinned] [data-use]")) {
    fix(input, false);
    input.value = "";
  }
  // Amounts of rows that are not shown.
  for (const kept of form.querySelectorAll("[data-work-kept]")) kept.remove();
  preview(0);
}

function show(answer) {
  for (const input of form.querySelectorAll("[data-use]")) {
    const [use = "", full = 0, error = ""] = answer.rows[input.name.slice(4)] ?? [];
    const row = rowOf(input);
    if (!isFixed(input)) {
      if (input.value !== use) {
        input.value = use;
        if (input === document.activeElement) input.select();
      }
      markOf(input).value = use;
    }
    if (full) row.dataset.full = "";
    else delete row.dataset.full;
    const note = row.querySelector("[data-use-error]");
    if (note.textContent !== error) note.textContent = error;
    if (error) input.setAttribute("aria-invalid", "true");
    else if (input.hasAttribute("aria-invalid")) input.dispatchEvent(new Event("work:corrected", { bubbles: true }));
  }
  for (const [id, text] of Object.entries(answer.texts)) {
    const place = document.getElementById(id);
    if (place) place.textContent = text;
  }
  for (const [name, value] of Object.entries(answer.fields ?? {})) {
    const field = form.elements.namedItem(name);
    if (field) field.value = value;
  }
  for (const [key, text] of Object.entries(answer.fulls ?? {})) {
    const input = document.getElementById(`use-${key}`);
    if (input) input.dataset.fullText = text;
  }
  for (const [id, text] of Object.entries(answer.placeholders ?? {})) {
    document.getElementById(id)?.setAttribute("placeholder", text);
  }
  const bar = new DOMParser().parseFromString(answer.bar, "text/html").getElementById("work-total");
  document.getElementById("work-total").replaceWith(document.importNode(bar, true));
}

/** Rows that came from the server: give the fixed ones their pin. */
function begin() {
  for (const input of form.querySelectorAll("[data-work-row][data-pinned] [data-use]")) fix(input, true);
}

/* ------------------------------------------------------------------ keys */

function go(input) {
  input.focus();
  input.select?.();
  input.scrollIntoView({ block: "nearest" });
}

function move(input, step) {
  const all = shownInputs();
  const next = all[all.indexOf(input) + step];
  if (next) go(next);
  else if (step > 0) form.querySelector("[data-primary]")?.focus();
}

/** Enter in the header goes on to the next field, from the last one into the grid. */
function moveOn(field, step) {
  const fields = [...form.querySelectorAll(".work-panel :is(input, select, textarea):not([type=hidden])")];
  const next = fields[fields.indexOf(field) + step] ?? (step > 0 ? shownInputs()[0] : null);
  if (next) go(next);
}

function fold(input, open) {
  const button = input.closest("[data-work-group]").querySelector("[data-expand], [data-work-unfold]");
  if (!button || (button.getAttribute("aria-expanded") === "true") === open) return false;
  if (!open) go(input.closest("[data-work-group]").querySelector("[data-use]"));
  button.click();
  return true;
}

/** Amounts that the server proposes, where the screen offers that. */
function propose() {
  const button = form.querySelector("[data-work-propose]");
  if (button) form.requestSubmit(button);
  return Boolean(button);
}

/** The credits one may use: unfolded, with the first amount at hand. */
function toCredits() {
  const folded = form.querySelector(".work-credits:has([data-use])");
  if (!folded) return false;
  folded.open = true;
  go(folded.querySelector("[data-use]"));
  return true;
}

function takeFirst(input) {
  const button = input.closest("[data-work-group]").querySelector("[name=move]");
  if (button) form.requestSubmit(button);
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
  "/": () => go(form.querySelector("[data-work-filter]")) ?? true,
};

function key(event) {
  const { target } = event;
  if (event.ctrlKey || event.metaKey) return false;
  if (target.matches("[data-use]")) {
    if (event.altKey) return event.key === "ArrowUp" && takeFirst(target);
    if (KEYS[event.key]) return KEYS[event.key](target, event);
  }
  if (event.key === "?" && target.matches("[inputmode=decimal]")) {
    document.getElementById("help")?.showModal();
    return true;
  }
  if (event.key.toLowerCase() === "c" && target.matches("[inputmode=decimal]")) return toCredits();
  if (event.key === "=" && target.matches("[inputmode=decimal]")) return propose();
  if (event.key !== "Enter" || event.altKey) return false;
  if (target.matches("[data-work-filter]")) {
    const first = shownInputs()[0];
    if (first) go(first);
    return true;
  }
  if (!target.matches("input, select")) return false;
  if (target.closest(".work-panel")) moveOn(target, event.shiftKey ? -1 : 1);
  return true;
}

function escape(event) {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (event.target.matches?.("[data-work-filter]") && event.target.value) {
    event.target.value = "";
    filter(event.target);
  } else location.assign(form.dataset.back);
}

/* ------------------------------------------------------------------ filter */

/** In the page, or by the server where the page does not hold every row. */
function filter(input) {
  if (input.dataset.workFilter !== "server") {
    filterRows(input.value);
    return;
  }
  arranging = () => refresh(null);
  preview(FILTER_DELAY);
}

/** Every word somewhere in the row; where the table says so, rows fixed by the person stay. */
function filterRows(text) {
  const wanted = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  for (const table of form.querySelectorAll("#work-grid table")) {
    let shown = 0;
    for (const group of table.querySelectorAll("[data-work-group]")) {
      const values = [...group.querySelectorAll("[data-use]")].map((input) => input.value);
      const told = [group.textContent, ...values].join(" ").toLowerCase();
      const kept = "keepFixed" in table.dataset && group.querySelector("[data-pinned]");
      group.hidden = !kept && !wanted.every((word) => told.includes(word));
      if (!group.hidden) shown += 1;
    }
    const none = table.parentElement.nextElementSibling;
    if (none?.matches("[data-work-none]")) none.hidden = shown > 0;
  }
}

/** What was typed before this script listened, or came back with the browser's Back. */
function typedEarly() {
  const fields = form.querySelectorAll(".work-panel input:not([type=hidden]), [data-use]");
  return [...fields].some((input) => input.value !== input.defaultValue);
}

if (form) {
  begin();
  if (typedEarly()) preview(0);

  form.addEventListener("input", (event) => {
    if (event.target.matches("[data-work-filter]")) filter(event.target);
    else if (event.target.matches("[data-use]")) typed(event.target);
    else if (!event.target.closest("[data-no-preview], [data-work-whole]")) preview();
  });
  form.addEventListener("change", (event) => {
    if (!swapping && event.target.closest("[data-work-whole]")) refresh(null);
  });
  form.addEventListener("keydown", (event) => {
    if (key(event)) event.preventDefault();
  });
  form.addEventListener("focusin", (event) => {
    if (event.target.matches("[data-use]")) event.target.select();
  });
  form.addEventListener("click", (event) => {
    const pin = event.target.closest("[data-work-release]");
    if (pin) release(rowOf(pin).querySelector("[data-use]"));
    if (event.target.closest("[data-work-anew]")) spreadAnew();
  });

  form.addEventListener("submit", (event) => {
    if (event.submitter?.matches("[data-work-refresh]")) {
      event.preventDefault();
      if (event.submitter.matches("[data-work-unfold]")) unfold(event.submitter);
      else refresh(event.submitter);
    } else if (timer || asking) {
      // Never post what has not been shown: the answer under way comes first.
      event.preventDefault();
      sending = event.submitter;
      if (timer) preview(0);
    }
  });
  document.addEventListener("keydown", (event) => {
    escape(event);
    // The verb's key works from everywhere, also when nothing has the focus.
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.target.closest("form, dialog")) return;
    const verb = form.querySelector("[data-primary]");
    if (verb) form.requestSubmit(verb);
  });
}
