/** What is paid ahead of a repair: the payment service has a form of its own, to which a reference is handed. */

import { fill, stream, text, toast } from "../live/shell.js";
import { money } from "../live/words.js";
import { FormDialog } from "./forms.js";
import { ESTIMATE } from "./words.js";

const dialog = document.getElementById("pay-dialog");
const form = new FormDialog(dialog, look);
const { cardPage } = dialog.dataset;
let paying = null; // {estimate, payment}

export async function pay(estimate) {
  const { amount, currency } = estimate.deposit;
  const values = { amount: money(amount, currency), professional: estimate.professional_name };
  const payment = await paymentOf(estimate);
  if (!payment) return;
  const { status, body } = await stream.api.post(`/api/payments/${payment}/intent`);
  if (status !== 200) return toast(body?.message ?? text("unavailable"), "bad");
  paying = { estimate, payment };
  const isCash = !body.client_secret;
  fill(dialog, { words: text(isCash ? "pay_cash" : "pay_reference", { ...values, reference: body.intent_id }) });
  dialog.querySelector("a").href = `${cardPage}#payment_intent_client_secret=${encodeURIComponent(body.client_secret)}`;
  for (const part of dialog.querySelectorAll("[data-card]")) part.hidden = isCash || !cardPage;
  dialog.querySelector("[data-no-way]").hidden = isCash || Boolean(cardPage);
  form.open();
}

/** One that nobody can pay any more is begun anew. */
async function paymentOf({ estimate_id, deposit }) {
  if (deposit.status === "due") return deposit.payment_id;
  const reply = await stream.command("dispatch.pay_deposit", { estimate_id });
  return reply.ok ? reply.data.id : null;
}

async function look() {
  const { status, body } = await stream.api.post(`/api/payments/${paying.payment}/refresh`);
  if (status !== 200) return form.complain(body?.message ?? text("unavailable"));
  if (!body.captured_at) form.complain(text("unpaid"));
}

// Whoever says so first: the gateway's call to the server, or the look above.
stream.on("view", () => {
  if (!dialog.open || !paying) return;
  const estimate = stream.object(ESTIMATE, paying.estimate.estimate_id);
  if (estimate?.deposit?.status === "paid") form.close();
});
