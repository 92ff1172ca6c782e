/*
 * Files dropped on the panel of attachments are chosen there, and sent at once; without scripts its button does it.
 *
 *   <form data-file-drop>   with one <input type="file" name="files" multiple>
 */

const form = document.querySelector("form[data-file-drop]");
const panel = form?.closest(".panel");

function carriesFiles(event) {
  return [...(event.dataTransfer?.types ?? [])].includes("Files");
}

panel?.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  panel.dataset.over = "";
});

panel?.addEventListener("dragleave", (event) => {
  if (!panel.contains(event.relatedTarget)) delete panel.dataset.over;
});

panel?.addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  delete panel.dataset.over;
  form.elements.namedItem("files").files = event.dataTransfer.files;
  form.requestSubmit();
});
