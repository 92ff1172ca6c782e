/* Suggestions under a text field that holds a code (templates/components/picker.html), as an ARIA combobox. */

const DELAY = 120;
let timer = 0;
let asked = 0;

const partsOf = (picker) => ({ input: picker.querySelector("input"), list: picker.querySelector("[role=listbox]") });
const choices = (list) => [...list.querySelectorAll("[role=option]:not([aria-disabled])")];

function close(picker) {
  const { input, list } = partsOf(picker);
  list.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function mark(picker, option) {
  const { input, list } = partsOf(picker);
  for (const other of choices(list)) other.setAttribute("aria-selected", String(other === option));
  if (!option) return;
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

async function suggest(picker) {
  const { input, list } = partsOf(picker);
  const mine = (asked += 1);
  const url = new URL(picker.dataset.options, location.href);
  url.searchParams.set("q", input.value);
  const answer = await fetch(url, { headers: { "HX-Request": "true" } });
  const text = await answer.text();
  if (mine !== asked || !answer.ok || answer.redirected || document.activeElement !== input) return;
  list.innerHTML = text;
  choices(list).forEach((option, at) => {
    option.id = `${list.id}_${at}`;
  });
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
  mark(picker, input.value ? choices(list)[0] : null);
}

function pick(picker, option) {
  const { input } = partsOf(picker);
  input.value = option.dataset.value;
  picker.querySelector("[data-picked]").textContent = option.dataset.label;
  close(picker);
  input.dispatchEvent(new Event("change", { bubbles: true }));
  if ("submit" in picker.dataset) input.form.requestSubmit();
}

function prepare(input) {
  if (input.getAttribute("role") === "combobox") return;
  const { list } = partsOf(input.closest("[data-picker]"));
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);
  input.autocomplete = "off";
}

const pickerOf = (event) => (event.target.matches?.("[data-picker] input") ? event.target.closest("[data-picker]") : null);

document.addEventListener("focusin", (event) => {
  if (!pickerOf(event)) return;
  prepare(event.target);
  event.target.select();
});

document.addEventListener("focusout", (event) => {
  const picker = pickerOf(event);
  if (picker) close(picker);
});

document.addEventListener("input", (event) => {
  const picker = pickerOf(event);
  if (!picker) return;
  picker.querySelector("[data-picked]").textContent = "";
  clearTimeout(timer);
  timer = setTimeout(() => suggest(picker).catch(() => close(picker)), DELAY);
});

document.addEventListener("mousedown", (event) => {
  const option = event.target.closest("[data-picker] [role=option]");
  if (!option) return;
  event.preventDefault();
  if (!option.hasAttribute("aria-disabled")) pick(option.closest("[data-picker]"), option);
});

document.addEventListener("keydown", (event) => {
  const picker = pickerOf(event);
  if (!picker || event.ctrlKey || event.metaKey || event.altKey) return;
  const { list } = partsOf(picker);
  const all = choices(list);
  const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" && list.hidden) suggest(picker).catch(() => close(picker));
  else if (list.hidden) return;
  else if (event.key === "ArrowDown") mark(picker, all[Math.min(at + 1, all.length - 1)]);
  else if (event.key === "ArrowUp") mark(picker, all[Math.max(at - 1, 0)]);
  else if (event.key === "Escape") close(picker);
  else if ((event.key === "Enter" || event.key === "Tab") && at >= 0) {
    pick(picker, all[at]);
    if (event.key === "Tab") return;
  } else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

// A field that had the focus before this script listened.
if (document.activeElement?.matches("[data-picker] input")) prepare(document.activeElement);
