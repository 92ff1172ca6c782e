/*
 * Forms with lines, exact running totals, and the question before leaving with changes.
 *
 *   <form data-guard>                                       asks before leaving with changes
 *   <form data-lines="PREFIX" data-group=" " data-decimal=","> lines of a Django formset with that prefix
 *     <table data-line-list> … <tbody data-line> …          lines; buttons [data-line-remove] [data-line-copy] in them
 *     <template data-line-template>                         the formset's empty form, __prefix__ for the index
 *     <button data-line-add>
 *     <input data-sum>                                      amounts to add up
 *     <output data-total data-places="2">                   their exact sum
 */

const SCALE = 4;

/** An amount as typed, as an integer of ten-thousandths; null when it is no plain amount (the server decides). */
function parse(text, group, decimal) {
  const plain = text.replace(/[\s\u00a0\u202f]/g, "").split(group.trim() || "\u0000").join("").replace("\u2212", "-");
  const parts = /^(-?)(\d*)(?:[.](\d{0,4}))?$/.exec(plain.replace(decimal, "."));
  if (!parts || !(parts[2] || parts[3])) return plain === "" ? 0n : null;
  const scaled = BigInt(parts[2] || "0") * 10n ** BigInt(SCALE) + BigInt((parts[3] ?? "").padEnd(SCALE, "0"));
  return parts[1] ? -scaled : scaled;
}

function format(scaled, places, group, decimal) {
  const digits = String(scaled < 0n ? -scaled : scaled).padStart(SCALE + 1, "0");
  const whole = digits.slice(0, -SCALE).replace(/\B(?=(\d{3})+$)/g, group);
  const shown = digits.slice(-SCALE).replace(/0+$/, "").padEnd(places, "0");
  return (scaled < 0n ? "\u2212" : "") + whole + (shown ? decimal + shown : "");
}

function showTotal(form) {
  const output = form.querySelector("[data-total]");
  if (!output) return;
  const { group = ",", decimal = "." } = form.dataset;
  let sum = 0n;
  for (const input of form.querySelectorAll("[data-line]:not([data-removed]) input[data-sum]")) {
    const amount = parse(input.value, group, decimal);
    if (amount === null) {
      output.textContent = "—";
      return;
    }
    sum += amount;
  }
  output.textContent = format(sum, Number(output.dataset.places ?? 2), group, decimal);
}

function management(form) {
  return form.elements.namedItem(`${form.dataset.lines}-TOTAL_FORMS`);
}

function renumber(form) {
  const shown = form.querySelectorAll("[data-line]:not([data-removed])");
  shown.forEach((row, at) => {
    const number = row.querySelector("[data-line-number]");
    if (number) number.textContent = String(at + 1);
  });
  for (const button of form.querySelectorAll("[data-line-remove]")) button.disabled = shown.length === 1;
}

function addLine(form, after) {
  const total = management(form);
  const source = form.querySelector("[data-line-template]");
  const parsed = document.createElement("template");
  parsed.innerHTML = source.innerHTML.replaceAll("__prefix__", total.value);
  const row = parsed.content.querySelector("[data-line]");
  total.value = String(Number(total.value) + 1);
  if (after) after.after(row);
  else form.querySelector("[data-line-list]").append(row);
  renumber(form);
  return row;
}

const fields = (row) => [...row.querySelectorAll("input, select, textarea")];

function copyLine(form, row) {
  const made = addLine(form, row);
  const sources = fields(row);
  fields(made).forEach((field, at) => {
    const source = sources[at];
    if (!source || /-(id|DELETE|ORDER)$/.test(field.name)) return;
    if (field.type === "checkbox") field.checked = source.checked;
    else field.value = source.value;
  });
  showTotal(form);
  fields(made).find((field) => field.type !== "hidden")?.focus();
}

/** A new row goes; a stored one is marked for deletion and hidden, as formsets want it. */
function removeLine(form, row) {
  const mark = fields(row).find((field) => field.name.endsWith("-DELETE"));
  const next = row.nextElementSibling ?? row.previousElementSibling;
  if (mark) {
    if (mark.type === "checkbox") mark.checked = true;
    else mark.value = "on";
    row.dataset.removed = "";
  } else {
    for (const field of fields(row)) field.disabled = true;
    row.dataset.removed = "";
  }
  renumber(form);
  showTotal(form);
  next?.querySelector("input:not([type=hidden])")?.focus();
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("click", (event) => {
  const form = event.target.closest("form[data-lines]");
  if (!form) return;
  const row = event.target.closest("[data-line]");
  if (event.target.closest("[data-line-add]")) fields(addLine(form)).find((f) => f.type !== "hidden")?.focus();
  else if (row && event.target.closest("[data-line-copy]")) copyLine(form, row);
  else if (row && event.target.closest("[data-line-remove]")) removeLine(form, row);
});

document.addEventListener("keydown", (event) => {
  // The verb's key works also when nothing has the focus; work screens see to that themselves.
  const form = event.target.closest?.("form, dialog") ?? document.querySelector("form[data-guard]:not([data-work])");
  if (!(form instanceof HTMLFormElement)) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const primary = form.querySelector("[data-primary]");
    if (!primary) return;
    event.preventDefault();
    form.requestSubmit(primary);
  } else if (event.key === "Enter" && form.dataset.lines && event.target.matches("[data-line] input")) {
    event.preventDefault();
    const row = event.target.closest("[data-line]");
    const below = row.nextElementSibling ?? addLine(form);
    const column = fields(row).indexOf(event.target);
    fields(below)[column]?.focus();
  }
});

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-lines]");
  if (form) showTotal(form);
});

/* ------------------------------------------------------------------ leaving with changes asks */

let leaving = false;
const before = new WeakMap();

function picture(form) {
  return [...new FormData(form)].map(([name, value]) => `${name}=${value instanceof File ? value.name : value}`).join("&");
}

function watch() {
  for (const form of document.querySelectorAll("form[data-guard]")) {
    if (!before.has(form)) before.set(form, "errors" in form.dataset ? "" : picture(form));
  }
}

window.addEventListener("beforeunload", (event) => {
  if (leaving) return;
  const changed = [...document.querySelectorAll("form[data-guard]")].some(
    (form) => before.has(form) && before.get(form) !== picture(form),
  );
  if (changed) event.preventDefault();
});

document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented && event.target.matches("form[data-guard], form[data-leave-freely]")) leaving = true;
});
window.addEventListener("pageshow", () => {
  leaving = false;
});

/* ------------------------------------------------------------------ what was changed is not called wrong any more */

/** The server has the last word; until then a message would speak of another value than the one beside it. */
function corrected(field) {
  const error = document.getElementById(`${field.id}_error`);
  const described = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id !== error?.id);
  if (described.join("")) field.setAttribute("aria-describedby", described.join(" "));
  else field.removeAttribute("aria-describedby");
  error?.remove();
  field.removeAttribute("aria-invalid");
  const summary = document.querySelector("[data-error-summary]");
  summary?.querySelector(`a[href="#${CSS.escape(field.id)}"]`)?.closest("li").remove();
  if (summary && !summary.querySelector("li")) summary.remove();
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[aria-invalid=true]:not([data-use])")) corrected(event.target);
});
document.addEventListener("work:corrected", (event) => corrected(event.target));

for (const form of document.querySelectorAll("form[data-lines]")) {
  renumber(form);
  showTotal(form);
}
watch();
