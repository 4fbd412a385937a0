/** Photos: shown as small pictures, and uploaded before what they belong to is sent. */

import { filled, list, stream, text } from "../live/shell.js";

const PHOTOS = "/api/dispatch/photos";
const urlOf = (id) => `${PHOTOS}/${id}`;

export function gallery(element, photos) {
  list(element, photos, {
    key: (photo) => photo.id,
    make: () => filled("photo"),
    update(item, photo) {
      const values = { place: photos.indexOf(photo) + 1, count: photos.length };
      show(item.querySelector("img"), photo.id, text("photo", values));
      item.querySelector("a").href = urlOf(photo.id);
    },
  });
}

function show(image, id, words) {
  image.alt = words;
  if (image.getAttribute("src") !== urlOf(id)) image.src = urlOf(id);
}

export class PhotoPicker {
  #underWay = 0;
  #turn = 0; // counts what the form was opened for: what comes late does not belong to the next

  constructor(fieldset) {
    this.input = fieldset.querySelector("input");
    this.list = fieldset.querySelector("ul");
    this.problem = fieldset.querySelector(".problem");
    this.input.onchange = () => this.#upload([...this.input.files]);
    this.open([]);
  }

  get isBusy() {
    return this.#underWay > 0;
  }

  open(ids) {
    this.#turn += 1;
    this.#underWay = 0;
    this.ids = [...ids];
    this.input.value = "";
    this.complain("");
    this.#draw();
  }

  complain(words) {
    this.problem.textContent = words;
    this.problem.hidden = !words;
  }

  async #upload(files) {
    const turn = this.#turn;
    this.complain("");
    this.input.value = "";
    this.#underWay += files.length;
    for (const file of files) {
      const answer = await this.#send(file);
      if (turn !== this.#turn) return;
      this.#underWay -= 1;
      if (answer.status === 201) this.ids.push(answer.body.id);
      else this.complain(refusal(answer));
      this.#draw();
    }
  }

  #send(file) {
    const form = new FormData();
    form.append("file", file);
    return stream.api.post(PHOTOS, form);
  }

  #draw() {
    list(this.list, this.ids, {
      key: (id) => id,
      make: () => filled("picked"),
      update: (item, id) => {
        show(item.querySelector("img"), id, text("photo", { place: this.ids.indexOf(id) + 1, count: this.ids.length }));
        item.querySelector("button").onclick = () => this.#remove(id);
      },
    });
  }

  #remove(id) {
    this.ids = this.ids.filter((other) => other !== id);
    this.#draw();
    this.input.focus();
  }
}

function refusal({ status, body }) {
  if (status === 0) return text("photos_unsent");
  const [why] = Object.values(body?.details ?? {}).flat();
  return text("photos_refused", { message: why ?? body?.message ?? status });
}
