// Leaving the edit page asks first while something typed is not saved: in the second before the autosave, after a save
// that failed, and in a conflict that waits for a choice.

const unsaved = new Set();
const sent = new WeakMap();
const valueOf = (box) => (box.type === "checkbox" ? String(box.checked) : box.value);

document.addEventListener("input", (event) => {
  if (event.target.dataset?.autosave) unsaved.add(event.target);
});
document.addEventListener("htmx:beforeRequest", (event) => sent.set(event.detail.elt, valueOf(event.detail.elt)));
document.addEventListener("htmx:afterRequest", (event) => {
  const box = event.detail.elt;
  const line = document.getElementById(box.dataset?.autosave ?? "");
  if (!line || !("saved" in line.dataset)) return;
  if (sent.get(box) === valueOf(box)) unsaved.delete(box);
  // Saving works again, so "you have been signed out" or "the site cannot be reached" is over.
  document.querySelectorAll("#notices [role=alert]").forEach((notice) => notice.remove());
});

// Pressing a button of the form in the moment an autosave is under way waits for it: both carry the same revision, and
// whichever came second would look like somebody else's change.
const draftForm = document.getElementById("draft-form");
const isSaving = () => draftForm.querySelector(".htmx-request") !== null;
const settled = async () => {
  const end = Date.now() + 5000;
  for (let quiet = 0; quiet < 3 && Date.now() < end; quiet = isSaving() ? 0 : quiet + 1) {
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
};
draftForm?.addEventListener("submit", async (event) => {
  if (draftForm.dataset.settled) { unsaved.clear(); return; }
  event.preventDefault();
  const { submitter } = event;
  await settled();
  draftForm.dataset.settled = "yes";
  draftForm.requestSubmit(submitter);
});
window.addEventListener("beforeunload", (event) => {
  // A box that a choice between two texts replaced is gone from the page, and so is its worry.
  if ([...unsaved].some((box) => box.isConnected)) event.preventDefault();
});
