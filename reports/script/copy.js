// Copies what a button points at, and says whether the browser allowed it.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button.copy");
  if (!button) return;
  const body = button.closest(".language");
  const source = document.querySelector(button.dataset.copy);
  const text = source.value ?? source.innerText;
  let told = body.dataset.copied;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    getSelection().selectAllChildren(source); // the older way, and what a reader can copy by hand if that fails too
    if (!document.execCommand("copy")) told = body.dataset.notCopied;
  }
  body.querySelector("[role=status]").textContent = told;
  button.dataset.told = told;
  setTimeout(() => delete button.dataset.told, 4000);
});
