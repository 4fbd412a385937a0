// The pickers that Django's admin makes of selects have no name of their own: theirs is that of the select.

function nameOf(select) {
  const label = select.labels?.[0]?.textContent.trim().replace(/\*$/, "");
  return label || select.getAttribute("aria-label") || select.name;
}

function nameAll() {
  for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
    const picker = select.nextElementSibling;
    for (const part of picker?.querySelectorAll("[role=combobox], [role=textbox], .select2-search__field") ?? []) {
      part.removeAttribute("aria-labelledby");
      part.setAttribute("aria-label", nameOf(select));
    }
  }
}

window.addEventListener("load", nameAll);
document.addEventListener("formset:added", () => setTimeout(nameAll));
