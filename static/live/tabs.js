/**
 * Tabs of a page, by click and by arrow keys. Which one is open stands in the address, so that a reload keeps it.
 *
 *     <div class="tabs" role="tablist"><button role="tab" id="mine-tab" aria-controls="mine">Mine</button> …</div>
 *     <section role="tabpanel" id="mine" aria-labelledby="mine-tab">…</section>
 *
 * @param {HTMLElement} tablist
 * @param {(panel: string) => void} [opened] is told the id of what is shown
 */
export function tabs(tablist, opened = () => {}) {
  const all = [...tablist.querySelectorAll("[role=tab]")];
  const panelOf = (tab) => document.getElementById(tab.getAttribute("aria-controls"));

  function open(chosen) {
    for (const tab of all) {
      tab.setAttribute("aria-selected", String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      panelOf(tab).hidden = tab !== chosen;
    }
    opened(panelOf(chosen).id);
  }

  function choose(tab) {
    history.replaceState(null, "", `#${panelOf(tab).id}`);
    open(tab);
    tab.focus();
  }

  tablist.addEventListener("click", ({ target }) => {
    const tab = target.closest("[role=tab]");
    if (tab) choose(tab);
  });
  tablist.addEventListener("keydown", (event) => {
    const step = steps()[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const place = all.indexOf(document.activeElement);
    choose(all.at(step === 0 || step === -1 ? step : (place + step.by) % all.length));
  });
  const named = () => all.find((tab) => `#${panelOf(tab).id}` === location.hash);
  window.addEventListener("hashchange", () => named() && open(named()));
  open(named() ?? all[0]);
}

function steps() {
  const forward = document.documentElement.dir === "rtl" ? -1 : 1;
  return { ArrowRight: { by: forward }, ArrowLeft: { by: -forward }, Home: 0, End: -1 };
}
