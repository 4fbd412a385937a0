/** Words of the page, as the server has translated them. */
export const texts = JSON.parse(document.getElementById("texts").textContent);

/** One of them, with values in its {places}. */
export function text(name, values = {}) {
  return texts[name].replace(/{(\w+)}/g, (_, place) => values[place] ?? "");
}
