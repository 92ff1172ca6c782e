/* List pages: j/k/x/Enter, row click, shift-click ranges, bulk bar, clean addresses. */

const rows = () => [...document.querySelectorAll("[data-list] [data-row]")];
const linkOf = (row) => row?.querySelector("[data-row-link]");

function typing(target) {
  return target instanceof HTMLElement
    && /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)
    && !/^(checkbox|radio)$/.test(target.type ?? "");
}

function current() {
  return document.querySelector("[data-list] [data-row][data-current]");
}

function go(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current());
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))];
  select(next);
  linkOf(next)?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function select(row) {
  const old = current();
  if (old) delete old.dataset.current;
  if (row) row.dataset.current = "";
}

/* ------------------------------------------------------------------ picking rows for the bulk bar */

let last = null;

function picks() {
  return [...document.querySelectorAll("[data-list] [data-pick]")];
}

function showBulk() {
  const bar = document.querySelector("[data-bulk]");
  if (!bar) return;
  const all = picks();
  const picked = all.filter((box) => box.checked).length;
  bar.hidden = picked === 0;
  bar.querySelector("[data-bulk-count]").textContent = String(picked);
  const head = document.querySelector("[data-pick-all]");
  if (!head) return;
  head.checked = picked > 0 && picked === all.length;
  head.indeterminate = picked > 0 && picked < all.length;
}

function pickRange(box) {
  const all = picks();
  const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
  if (from < 0) return;
  for (const other of all.slice(from, to + 1)) other.checked = box.checked;
}

document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-list] [data-pick]");
  if (box) {
    if (event.shiftKey && last) pickRange(box);
    last = box;
    showBulk();
    return;
  }
  const head = event.target.closest("[data-pick-all]");
  if (head) {
    for (const other of picks()) other.checked = head.checked;
    showBulk();
    return;
  }
  openRow(event);
});

/** A click anywhere in a row opens it, unless it hit a control or ended a selection of text. */
function openRow(event) {
  const row = event.target.closest("[data-list] [data-row]");
  if (!row || event.target.closest("a, button, input, label, summary, select, .pick")) return;
  if (String(window.getSelection())) return;
  const link = linkOf(row);
  if (!link) return;
  if (event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
  else location.assign(link.href);
}

document.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-list] [data-row]");
  if (row) select(row);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (!document.querySelector("[data-list]") || document.querySelector("dialog[open]")) return;
  if (event.key === "j") go(1);
  else if (event.key === "k") go(-1);
  else if (event.key === "x") current()?.querySelector("[data-pick]")?.click();
  else if (event.key === "Enter" && event.target === document.body) linkOf(current())?.click();
  else return;
  event.preventDefault();
});

/* The address keeps only what is set. */
document.addEventListener("formdata", (event) => {
  if (!event.target.matches("[data-clean]")) return;
  for (const name of new Set(event.formData.keys())) {
    const values = event.formData.getAll(name).filter((value) => value !== "");
    event.formData.delete(name);
    for (const value of values) event.formData.append(name, value);
  }
});

/* Export what is seen: the menu stands outside the region that htmx exchanges. */
document.addEventListener("htmx:afterSettle", () => {
  for (const link of document.querySelectorAll("a[data-export]")) {
    const format = new URLSearchParams(link.search).get("format");
    const query = new URLSearchParams(location.search);
    query.delete("cursor");
    if (format) query.set("format", format);
    link.search = query.toString();
  }
  showBulk();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.matches?.("[data-search]")) event.target.blur();
});

showBulk();
