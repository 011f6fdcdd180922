// Sliders on emulators: what the sweep would say at values that were not run, with its error; nothing outside of them.
const sliders = P.emulators ? P.emulators.keys.map(k => k.start) : [];
function emulated(outcome) {
  const z = sliders.map((v, j) => 2 * (v - P.emulators.keys[j].low) / (P.emulators.keys[j].high - P.emulators.keys[j].low) - 1);
  return outcome.terms.reduce((s, t, k) => s + outcome.weights[k] * t.reduce((p, j) => p * z[j], 1), 0);
}
function sliderRows() {
  const outside = sliders.some((v, j) => v < P.emulators.keys[j].low - 1e-12 || v > P.emulators.keys[j].high + 1e-12);
  const rows = P.emulators.outcomes.map(o => {
    const value = emulated(o), reach = 2 * o.error, sure = Math.abs(value) > reach;
    const text = outside ? say("not_run") : sure ? number(value, o.digits, true) : say("emulator_unsure");
    return `<tr><th scope="row">${escaped(o.name[S.lang])}, <small>${escaped(o.unit[S.lang])}</small></th><td>${text}</td><td>± ${number(reach, o.digits + 1)}</td></tr>`;
  });
  byId("emulated").className = outside ? "outside" : "";
  byId("emulated").innerHTML = `<table><caption class="unseen">${say("sliders")}</caption><thead><tr><th scope="col">${say("measure")}</th><th scope="col">${say("difference")}</th><th scope="col">${say("emulator_error")}</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}
listeners.push(() => {
  const box = byId("sliders");
  if (S.page !== "assumptions") return;
  if (!P.emulators) { box.innerHTML = ""; return; }
  const digits = k => Math.max(0, 3 - Math.ceil(Math.log10(Math.abs(k.high) || 1)));
  box.innerHTML = `<section><h2>${say("sliders")}</h2><p>${say("sliders_text", {n: P.emulators.points})}</p><div class="sliderbox">${P.emulators.keys.map((k, j) => `<div class="time"><label for="slider-${j}">${escaped(k.name[S.lang])} <small>${escaped(k.paths.join(" + "))}</small>: <output id="slider-said-${j}"></output></label><input type="range" id="slider-${j}" min="${k.least}" max="${k.most}" step="any" value="${sliders[j]}"><small>${say("sampled", {a: number(k.low, digits(k)), b: number(k.high, digits(k))})}</small></div>`).join("")}</div><div id="emulated"></div></section>`;
  P.emulators.keys.forEach((k, j) => {
    const tell = () => { byId(`slider-said-${j}`).textContent = number(sliders[j], digits(k)); byId(`slider-${j}`).setAttribute("aria-valuetext", number(sliders[j], digits(k))); };
    byId(`slider-${j}`).addEventListener("input", event => { sliders[j] = Number(event.target.value); tell(); sliderRows(); });
    tell();
  });
  sliderRows();
});
